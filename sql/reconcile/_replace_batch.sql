CREATE FUNCTION lifecycle._replace_batch(dataset text, warehouse name, rows jsonb, orgs text[], OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT overwritten bigint, OUT checksum text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  columns text;
  typed text;
BEGIN
  PERFORM lifecycle._lock_receipt(d.name, warehouse, false)
    FROM unnest(ARRAY[dataset, lifecycle._contract_property(lifecycle._dataset_contract(dataset), 'snapshots') #>> '{}']) WITH ORDINALITY d(name, place) WHERE d.name IS NOT NULL ORDER BY d.place;
  SELECT string_agg(format('r.%I', c.name), ', ' ORDER BY c.place), string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place) INTO columns, typed
    FROM lifecycle._contract_columns(lifecycle._dataset_contract(dataset)) c WHERE rows -> 0 ? c.name::text;
  EXECUTE format('CREATE TEMP TABLE reconcile_batch ON COMMIT DROP AS SELECT %s FROM jsonb_to_recordset($1) r(%s)', columns, typed) USING rows;
  SELECT lifecycle.parity_checksum(lifecycle.parity_text(b.*)) INTO checksum FROM pg_temp.reconcile_batch b;
  SELECT r.rows_in, r.written, r.unchanged, r.dead, r.overwritten INTO rows_in, written, unchanged, dead, overwritten
    FROM lifecycle._replace_rows(dataset, 'pg_temp.reconcile_batch', warehouse, orgs) r;
  DROP TABLE pg_temp.reconcile_batch;
END
$$;
COMMENT ON FUNCTION lifecycle._replace_batch(text, name, jsonb, text[]) IS
  'Internal: what a reconciling sender calls on the far side: _replace_rows() of rows that come as an array of JSON objects with the contract''s columns; checksum: of the rows as they were read.';
