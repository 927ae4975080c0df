CREATE FUNCTION lifecycle._archive_query(source regclass, columns jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('SELECT %s FROM %s t',
    (SELECT string_agg(format('t.%I', c.value ->> 'name'), ', ' ORDER BY c.place) FROM jsonb_array_elements(columns) WITH ORDINALITY c (value, place)), source)
$$;
COMMENT ON FUNCTION lifecycle._archive_query(regclass, jsonb) IS 'Internal: SQL for the rows of a table as an archive has them.';
