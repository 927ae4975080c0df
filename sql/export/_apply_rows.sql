CREATE FUNCTION lifecycle._apply_rows(dataset text, source regclass, warehouse name DEFAULT 'lifecycle',
  OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT snapshots bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  semantics text := lifecycle._contract_property(contract, 'writeSemantics') #>> '{}';
  applied record;
BEGIN
  snapshots := 0;
  -- A table that was altered behind our back is told by its columns, not by whatever statement would fail on it.
  IF semantics <> 'replace' THEN
    PERFORM lifecycle._require_warehouse_table(dataset, warehouse);
  END IF;
  CASE semantics
    WHEN 'append-only' THEN
      SELECT * INTO applied FROM lifecycle._append_rows(dataset, source, warehouse);
    WHEN 'insert-if-absent' THEN
      SELECT * INTO applied FROM lifecycle._insert_absent_rows(dataset, source, warehouse);
    WHEN 'versioned-upsert' THEN
      -- Before the upsert, which looks at nothing but the highest version.
      IF lifecycle._contract_property(contract, 'snapshots') IS NOT NULL THEN
        snapshots := lifecycle._snapshot_rows(dataset, source, warehouse);
      END IF;
      SELECT u.inserted + u.updated + u.stale AS rows_in, u.inserted + u.updated AS written, u.stale AS unchanged, 0::bigint AS dead INTO applied
        FROM lifecycle.versioned_upsert(lifecycle._warehouse_table(warehouse, dataset), source) u;
    ELSE
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('dataset "%s" has no table to apply rows to', dataset),
        DETAIL = format('It is written %s: delivered in files.', semantics);
  END CASE;
  rows_in := applied.rows_in;
  written := applied.written;
  unchanged := applied.unchanged;
  dead := applied.dead;
END
$$;
COMMENT ON FUNCTION lifecycle._apply_rows(text, regclass, name) IS
  'Internal: applies a set of rows, a table or view with the contract''s columns (those that may be null may be missing), to a dataset''s table in a warehouse by its write semantics. Any order, repeats and overlapping batches of several sessions end in the same state. rows_in = written + unchanged + dead; snapshots: versions kept beside. Errors: 42704 unknown dataset, 42P01 no warehouse, 55000 a table that is not as the contract says, 42703 columns the table lacks, 23502 nulls where the contract has none.';
