CREATE FUNCTION lifecycle._archived_rows_query(path text, relation regclass, columns jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- The type of the table reads the values. Documents are taken straight from the line: there a missing key (null) differs from a JSON null.
  -- _read_file() in a SELECT list streams; in FROM the lines would be stored first.
  SELECT format('SELECT %s FROM (SELECT l.line, json_populate_record(NULL::%s, l.line) AS r FROM (SELECT lifecycle._read_file(%L)::json AS line OFFSET 0) l OFFSET 0) a',
    string_agg(CASE WHEN c.value ->> 'type' IN ('json', 'jsonb') THEN format('(a.line -> %L)::%s AS %I', c.value ->> 'name', c.value ->> 'type', c.value ->> 'name')
      ELSE format('(a.r).%I', c.value ->> 'name') END, ', ' ORDER BY c.place), relation, path)
  FROM jsonb_array_elements(columns) WITH ORDINALITY c (value, place)
$$;
COMMENT ON FUNCTION lifecycle._archived_rows_query(text, regclass, jsonb) IS 'Internal: SQL for the rows of an archive''s file, read by the row type of the table it was made of.';
