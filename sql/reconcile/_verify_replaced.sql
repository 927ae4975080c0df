CREATE FUNCTION lifecycle._verify_replaced(dataset text, source regclass, warehouse name, dead bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  given name[] := lifecycle._batch_columns(target, source);
  shape record;
  key name[];
  otherwise bigint;
  example text;
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  -- With what tells the partition.
  key := shape.key || CASE WHEN shape.key_table IS NOT NULL THEN ARRAY[shape.tenant, shape.time_column] ELSE '{}' END;
  -- Unlike in an export, nothing that stood there before may stand for a row: but for a version that another session has brought meanwhile.
  EXECUTE format('SELECT count(*), min(concat_ws(''/'', %s)) FROM %s b WHERE NOT EXISTS (SELECT FROM %s t WHERE %s AND (ROW(%s) IS NOT DISTINCT FROM ROW(%s)%s))',
      (SELECT string_agg(format('b.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)), source, lifecycle._rows_at_hand(target, source, key),
      (SELECT string_agg(format('t.%1$I = b.%1$I', name), ' AND ' ORDER BY place) FROM unnest(key) WITH ORDINALITY AS k(name, place)),
      (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(given) c), (SELECT string_agg(format('b.%I', c), ', ') FROM unnest(given) c),
      CASE shape.semantics WHEN 'versioned-upsert' THEN format(' OR t.%1$I > b.%1$I', shape.version_column) ELSE '' END)
    INTO otherwise, example;
  IF otherwise > dead THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('%s does not hold the rows that were written to it', target),
      DETAIL = format('%s rows that were to take the place of others are not there as they were sent, of which %s were refused; one is %s.', otherwise, dead, example),
      HINT = 'Something alters, keeps or drops rows there: look for its triggers, rules and policies. Nothing was replaced.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._verify_replaced(text, regclass, name, bigint) IS
  'Internal: after rows were replaced: looks for each of them in the warehouse, column by column (or a higher version), and raises XX001 unless all but those refused are there.';
