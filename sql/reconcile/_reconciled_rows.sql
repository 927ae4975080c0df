CREATE FUNCTION lifecycle._reconciled_rows(destination text, dataset text, days date[], keys text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  shape record;
  source record;
  compiled record;
  delivered record;
  bare text[];
  narrowed text;
  columns text;
  key_text text;
  parts text[];
BEGIN
  IF EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = _reconciled_rows.dataset AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relation))
    OR NOT EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = _reconciled_rows.dataset) THEN
    -- It says what is wrong.
    PERFORM lifecycle._dataset_query(dataset);
  END IF;
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  -- In a line of NDJSON the JSON null and no value are the same.
  columns := (SELECT string_agg(format(CASE WHEN c.type = 'jsonb' AND EXISTS (SELECT FROM lifecycle.destinations d WHERE d.destination = _reconciled_rows.destination AND d.kind = 'directory')
      THEN 'nullif(q.%1$I, ''null''::jsonb) AS %1$I' ELSE 'q.%I' END, c.name), ', ' ORDER BY c.place) FROM lifecycle._contract_columns(contract) c);
  key_text := format('jsonb_build_array(%s)::text', (SELECT string_agg(format('q.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)));
  FOR source IN SELECT s.* FROM lifecycle.dataset_sources s WHERE s.dataset = _reconciled_rows.dataset ORDER BY s.relation::text LOOP
    SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(source.relation, source.mapping, contract);
    SELECT 'true' AS of_source, 'true' AS of_row INTO delivered;
    IF destination IS NOT NULL THEN
      SELECT * INTO delivered FROM lifecycle._delivered_condition(destination, dataset, source.relation, source.mapping) d;
    END IF;
    -- Where a column goes out as it is, it can be asked of the source itself, which may have an index on it.
    bare := ARRAY(SELECT CASE WHEN compiled.expressions[c.place] = format('s."%s"::%s', replace(a.attname, '"', '""'), c.type) THEN a.attname END
      FROM lifecycle._contract_columns(contract) c
        LEFT JOIN pg_attribute a ON a.attrelid = source.relation AND a.attname = compiled.source_columns[c.place] AND a.atttypid = c.type::regtype AND NOT a.attisdropped
      ORDER BY c.place);
    narrowed := 'true';
    IF days IS NOT NULL AND bare[array_position(shape.all_columns, shape.time_column)] IS NOT NULL THEN
      narrowed := lifecycle._days_condition(format('s.%I', bare[array_position(shape.all_columns, shape.time_column)]), days);
    END IF;
    IF keys IS NULL THEN
      parts := parts || format('SELECT %s FROM (%s) q WHERE q."reject code" IS NULL AND %s', columns,
        lifecycle._dataset_source_query(dataset, source.relation, source.mapping, format('%s AND %s', delivered.of_source, narrowed)), delivered.of_row);
    ELSE
      IF NOT EXISTS (SELECT FROM unnest(shape.key) k WHERE bare[array_position(shape.all_columns, k)] IS NULL) THEN
        narrowed := format('(%s) IN (SELECT %s FROM unnest(%L::text[]) u)',
          (SELECT string_agg(format('s.%I', bare[array_position(shape.all_columns, name)]), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)),
          (SELECT string_agg(format('(u::jsonb ->> %s)::%s', place - 1, shape.key_types[place]), ', ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place), keys);
      END IF;
      -- With what is under way or breaks the contract, told apart.
      parts := parts || (SELECT array_agg(format('SELECT %s, %s AS "key text", concat_ws(''/'', %s) AS "letter key", (%s) IS TRUE AS "is delivered", q."reject code" IS NOT NULL AS "is rejected" FROM (%s) q WHERE %s = ANY (%L::text[])',
          columns, key_text, (SELECT string_agg(format('q.%I', c.name), ', ' ORDER BY c.key_position) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL),
          CASE WHEN d.inside THEN delivered.of_row ELSE 'false' END,
          lifecycle._dataset_source_query(dataset, source.relation, source.mapping, format('%s AND (%s) IS %s', narrowed, delivered.of_source, CASE WHEN d.inside THEN 'TRUE' ELSE 'NOT TRUE' END)),
          key_text, keys)) FROM (VALUES (true), (false)) d(inside));
    END IF;
  END LOOP;
  RETURN format('(%s)', array_to_string(parts, ' UNION ALL '));
END
$$;
COMMENT ON FUNCTION lifecycle._reconciled_rows(text, text, date[], text[]) IS
  'Internal: SQL, a FROM item, of the rows that a destination must have by now (null: of all), with the contract''s columns; where a source can be asked so, of those days only. With keys (JSON arrays of the key''s columns): all rows of these keys, and beside the columns key text, letter key (as dead letters have it), is delivered and is rejected.';
