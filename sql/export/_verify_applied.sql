CREATE FUNCTION lifecycle._verify_applied(dataset text, source regclass, warehouse name, dead bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  shape record;
  given name[] := lifecycle._batch_columns(target, source);
  key text[];
  same text;
  version name := lifecycle._contract_property(contract, 'versionColumn') #>> '{}';
  missing bigint;
  example text;
BEGIN
  SELECT * INTO shape FROM lifecycle._warehouse_shape(contract);
  CASE shape.semantics
    WHEN 'versioned-upsert' THEN
      key := shape.key;
      -- The version, or a higher one; which of two contents of one version came first is not asked here.
      same := format('t.%1$I >= b.%1$I', version);
    WHEN 'insert-if-absent' THEN
      key := coalesce(nullif(ARRAY(SELECT jsonb_array_elements_text(shape.guards -> 0)), '{}'), shape.key::text[]);
      same := 'true';
    ELSE
      -- With what tells the partition.
      key := shape.tenant || shape.key || shape.time_column;
      same := format('ROW(%s) IS NOT DISTINCT FROM ROW(%s)', (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(given) c), (SELECT string_agg(format('b.%I', c), ', ') FROM unnest(given) c));
  END CASE;
  EXECUTE format('SELECT count(*), min(concat_ws(''/'', %s)) FROM %s b WHERE NOT EXISTS (SELECT FROM %s t WHERE %s AND %s)',
      (SELECT string_agg(format('b.%I::text', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)), source, lifecycle._rows_at_hand(target, source, key::name[]),
      (SELECT string_agg(format('t.%1$I = b.%1$I', name), ' AND ') FROM unnest(key) name), same)
    INTO missing, example;
  IF missing <> dead THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('%s does not hold the rows that were written to it', target),
      DETAIL = format('%s rows of the batch are not there as they were sent, of which %s were refused; one is %s.', missing, dead, example),
      HINT = 'Something alters or drops rows there: look for its triggers and rules. Nothing of the batch was kept.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._verify_applied(text, regclass, name, bigint) IS
  'Internal: after _apply_rows(): looks for every row of the batch in the warehouse, of an append-only dataset column by column, of an upsert by its version or a higher one, and raises XX001 unless all but those refused are there.';
