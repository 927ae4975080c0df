CREATE FUNCTION lifecycle._replace_rows_lawfully(dataset text, source regclass, warehouse name, orgs text[], OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT overwritten bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  shape record;
  id_columns name[] := (lifecycle._warehouse_shape(contract)).key;
  key_match text;
  key_text text;
  key_columns text;
  keeping text;
  found bigint;
BEGIN
  PERFORM lifecycle._require_owner('replacing rows of a warehouse');
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  SELECT string_agg(quote_ident(name), ', ' ORDER BY place), string_agg(format('t.%1$I = s.%1$I', name), ' AND ' ORDER BY place), format('jsonb_build_array(%s)::text', string_agg(format('t.%I', name), ', ' ORDER BY place))
    INTO key_columns, key_match, key_text FROM unnest(shape.key) WITH ORDINALITY AS k(name, place);
  IF shape.semantics = 'versioned-upsert' THEN
    EXECUTE format('DELETE FROM %s t USING (SELECT DISTINCT %s FROM %s) s WHERE %s', target, key_columns, source, key_match);
    GET DIAGNOSTICS overwritten = ROW_COUNT;
  ELSE
    PERFORM lifecycle._open_append_only('reconcile');
    -- In parts that a distributed planner takes: what is put into words is so only after it was returned.
    keeping := format($sql$kept AS (
        INSERT INTO lifecycle.overwritten_rows (warehouse, dataset, key, org, body) SELECT $1, $2, %s, t.%I::text, to_jsonb(t.*) FROM gone t RETURNING true)
      SELECT count(*) FROM kept$sql$, key_text, shape.tenant);
    EXECUTE format('WITH gone AS (DELETE FROM %s t USING (SELECT DISTINCT %s FROM %s) s WHERE %s AND t.%I = ANY ($3::%s[]) RETURNING t.*), %s', target, key_columns, source, key_match, shape.tenant,
      (SELECT c.type FROM lifecycle._contract_columns(contract) c WHERE c.name = shape.tenant), keeping) INTO overwritten USING warehouse, dataset, orgs;
    IF shape.semantics = 'insert-if-absent' THEN
      -- Whatever else has the id.
      EXECUTE format('WITH gone AS (DELETE FROM %s t USING (SELECT DISTINCT %s FROM %s) s WHERE %s RETURNING t.*), %s', target,
          (SELECT string_agg(quote_ident(name), ', ') FROM unnest(id_columns) name), source, (SELECT string_agg(format('t.%1$I = s.%1$I', name), ' AND ') FROM unnest(id_columns) name), keeping)
        INTO found USING warehouse, dataset;
      overwritten := overwritten + found;
    END IF;
    IF shape.key_table IS NOT NULL THEN
      -- The row that the key is kept for may lie under another tenant or time than anyone looked at.
      EXECUTE format('WITH keys AS (DELETE FROM %s t USING (SELECT DISTINCT %s FROM %s) s WHERE %s RETURNING t.*), gone AS (DELETE FROM %s t USING keys s WHERE %s AND %s RETURNING t.*), %s',
          lifecycle._warehouse_table(warehouse, shape.key_table), key_columns, source, key_match, target, key_match, format('t.%1$I = s.%1$I AND t.%2$I = s.%2$I', shape.tenant, shape.time_column), keeping)
        INTO found USING warehouse, dataset;
    END IF;
    PERFORM lifecycle._close_append_only();
  END IF;
  SELECT a.rows_in, a.written, a.unchanged, a.dead INTO rows_in, written, unchanged, dead FROM lifecycle._apply_rows(dataset, source, warehouse) a;
  PERFORM lifecycle._verify_replaced(dataset, source, warehouse, dead);
END
$$;
COMMENT ON FUNCTION lifecycle._replace_rows_lawfully(text, regclass, name, text[]) IS 'Internal: the body of _replace_rows(), through which alone it may change append-only tables.';
