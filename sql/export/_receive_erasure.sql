CREATE FUNCTION lifecycle._receive_erasure(dataset text, warehouse name, entities uuid[], salt bytea, addresses bytea[]) RETURNS bigint
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  condition text := lifecycle._erased_condition(contract, '%s = ANY ($1)', 'lifecycle._hashed_address(%s, $2) = ANY ($3)', 'lifecycle._names_hashed(%s, $1, $2, $3)');
  redacted bigint := 0;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_warehouse(warehouse);
  -- Batches that are under way may have the person in them: they are waited for, and redacted.
  PERFORM lifecycle._lock_receipt(dataset, warehouse, true);
  IF condition IS NOT NULL THEN
    PERFORM lifecycle._open_append_only('erasure');
    -- What a row becomes is asked of the person's alone.
    EXECUTE (SELECT format('UPDATE %s a SET %s WHERE CASE WHEN %s THEN %s ELSE false END', target, string_agg(format('%I = %s', p.name, p.redacted), ', ' ORDER BY p.place), condition,
        string_agg(format('a.%I IS DISTINCT FROM %s', p.name, CASE WHEN p.redacted = 'NULL' THEN 'NULL' ELSE p.redacted END), ' OR ' ORDER BY p.place))
      FROM lifecycle._personal_columns(contract) p) USING entities, salt, addresses;
    GET DIAGNOSTICS redacted = ROW_COUNT;
    PERFORM lifecycle._close_append_only();
  END IF;
  UPDATE lifecycle.dead_letters l SET body = NULL, body_bytes = NULL, findings = NULL, detail = 'The person was erased.', resolved_at = coalesce(l.resolved_at, now())
    WHERE l.source = _receive_erasure.dataset AND l.stage IN ('export', 'apply') AND lifecycle._names_hashed(CASE WHEN strpos(l.body, '\u') > 0 THEN lifecycle._unescaped(l.body) ELSE l.body END, entities, salt, addresses);
  UPDATE lifecycle.received_batches b SET refusals = '[]'
    WHERE b.dataset = _receive_erasure.dataset AND b.refusals <> '[]' AND lifecycle._names_hashed(b.refusals::text, entities, salt, addresses);
  UPDATE lifecycle.overwritten_rows o SET body = '{}'
    WHERE (o.dataset, o.warehouse) = (_receive_erasure.dataset, _receive_erasure.warehouse) AND o.body <> '{}' AND lifecycle._names_hashed(o.body::text, entities, salt, addresses);
  RETURN redacted;
END
$$;
COMMENT ON FUNCTION lifecycle._receive_erasure(text, name, uuid[], bytea, bytea[]) IS 'Internal: what receive_erasure() runs, within the frame in which append-only tables can be opened.';
