CREATE FUNCTION lifecycle._replace_rows_lawfully(dataset text, source regclass, warehouse name, orgs text[], OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT overwritten bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  shape record;
  key_match text;
  key_text text;
BEGIN
  PERFORM lifecycle._require_owner('replacing rows of a warehouse');
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  SELECT string_agg(format('t.%1$I = s.%1$I', name), ' AND ' ORDER BY place), format('jsonb_build_array(%s)::text', string_agg(format('t.%I', name), ', ' ORDER BY place))
    INTO key_match, key_text FROM unnest(shape.key) WITH ORDINALITY AS k(name, place);
  IF shape.semantics = 'versioned-upsert' THEN
    EXECUTE format('DELETE FROM %s t USING %s s WHERE %s', target, source, key_match);
    GET DIAGNOSTICS overwritten = ROW_COUNT;
  ELSE
    PERFORM lifecycle._open_append_only('reconcile');
    EXECUTE format($sql$
      WITH gone AS (DELETE FROM %1$s t USING %2$s s WHERE %3$s AND t.%4$I = ANY ($1::%5$s[]) RETURNING %6$s AS key, t.%4$I::text AS org, to_jsonb(t.*) AS body)
      INSERT INTO lifecycle.overwritten_rows (warehouse, dataset, key, org, body) SELECT $2, $3, g.key, g.org, g.body FROM gone g
      $sql$, target, source, key_match, shape.tenant, (SELECT c.type FROM lifecycle._contract_columns(contract) c WHERE c.name = shape.tenant), key_text)
      USING orgs, warehouse, dataset;
    GET DIAGNOSTICS overwritten = ROW_COUNT;
    IF shape.key_table IS NOT NULL THEN
      -- The row that the key is kept for may lie under another tenant or time than anyone looked at.
      EXECUTE format($sql$
        WITH keys AS (DELETE FROM %1$s t USING %2$s s WHERE %3$s RETURNING t.*),
          gone AS (DELETE FROM %4$s t USING keys s WHERE %3$s AND %5$s RETURNING %6$s AS key, t.%7$I::text AS org, to_jsonb(t.*) AS body)
        INSERT INTO lifecycle.overwritten_rows (warehouse, dataset, key, org, body) SELECT $1, $2, g.key, g.org, g.body FROM gone g
        $sql$, lifecycle._warehouse_table(warehouse, shape.key_table), source, key_match, target,
        format('t.%1$I = s.%1$I AND t.%2$I = s.%2$I', shape.tenant, shape.time_column), key_text, shape.tenant) USING warehouse, dataset;
    END IF;
    PERFORM lifecycle._close_append_only();
  END IF;
  SELECT a.rows_in, a.written, a.unchanged, a.dead INTO rows_in, written, unchanged, dead FROM lifecycle._apply_rows(dataset, source, warehouse) a;
END
$$;
COMMENT ON FUNCTION lifecycle._replace_rows_lawfully(text, regclass, name, text[]) IS 'Internal: the body of _replace_rows(), through which alone it may change append-only tables.';
