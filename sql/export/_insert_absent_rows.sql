CREATE FUNCTION lifecycle._insert_absent_rows(dataset text, source regclass, warehouse name, OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  shape record;
  guard text[];
  columns text;
  guard_list text;
  statement text;
BEGIN
  SELECT * INTO shape FROM lifecycle._warehouse_shape(lifecycle._dataset_contract(dataset));
  guard := ARRAY(SELECT jsonb_array_elements_text(shape.guards -> 0));
  IF cardinality(guard) = 0 THEN
    guard := shape.key::text[];
  END IF;
  columns := (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(lifecycle._batch_columns(target, source)) WITH ORDINALITY AS c(name, place));
  guard_list := (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(guard) WITH ORDINALITY AS k(name, place));
  statement := format('INSERT INTO %s (%s) SELECT %2$s FROM survivors ON CONFLICT DO NOTHING RETURNING true', target, columns);
  SELECT v.inserted, v.inserted + v.stale INTO written, rows_in
    FROM lifecycle._versioned_insert(target, source, (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = target AND i.indisunique
      AND ARRAY(SELECT a.attname::text FROM unnest(i.indkey[0 : i.indnkeyatts - 1]) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = target AND a.attnum = k.number ORDER BY k.place) = guard LIMIT 1), statement) v;
  IF rows_in IS NULL THEN
    EXECUTE format($sql$
      WITH batch AS MATERIALIZED (SELECT * FROM %2$s),
        survivors AS MATERIALIZED (SELECT s.* FROM (SELECT DISTINCT ON (%1$s) b.* FROM batch b ORDER BY %1$s, ROW(b.*) USING OPERATOR(pg_catalog.*>)) s), brought AS (%3$s)
      SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM brought)
      $sql$, guard_list, source, statement) INTO rows_in, written;
  END IF;
  dead := 0;
  IF written < rows_in THEN
    -- Of rows with one guard one was tried: where its key was taken, all of them are refused. One that is absent although nobody has its key
    -- was dropped: that is for _verify_applied() to say.
    dead := lifecycle._bury_rows(dataset, format($sql$
      SELECT concat_ws('/', %1$s) AS key, to_jsonb(b.*) AS body, 'key_reused' AS code, %2$L AS detail
      FROM %3$s b WHERE NOT EXISTS (SELECT FROM %4$s t WHERE %5$s) AND EXISTS (SELECT FROM %3$s o JOIN %4$s t ON %6$s WHERE %7$s)
      $sql$, (SELECT string_agg(format('b.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS x(name, place)),
      format('The %s was taken by another row.', array_to_string(shape.key, ', ')), source, lifecycle._rows_at_hand(target, source, guard::name[], shape.tenant || shape.key),
      (SELECT string_agg(format('t.%1$I = b.%1$I', name), ' AND ') FROM unnest(guard) name),
      (SELECT string_agg(format('t.%1$I = o.%1$I', name), ' AND ') FROM unnest(shape.key) name),
      (SELECT string_agg(format('o.%1$I = b.%1$I', name), ' AND ') FROM unnest(guard) name)));
  END IF;
  unchanged := rows_in - written - dead;
END
$$;
COMMENT ON FUNCTION lifecycle._insert_absent_rows(text, regclass, name) IS
  'Internal: brings a batch into the table of an insert-if-absent dataset: each row whose first uniqueness guard is not there yet; one that is there is not replaced. A row that is absent and whose key another row has becomes a dead letter. rows_in = written + unchanged + dead.';
