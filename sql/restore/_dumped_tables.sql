CREATE FUNCTION lifecycle._dumped_tables(contents text) RETURNS TABLE (schema_name text, table_name text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH lines(line) AS (SELECT regexp_split_to_table(contents, '\r?\n'))
  -- A dump as text says where the rows of a table begin.
  SELECT m[2], m[1] FROM lines CROSS JOIN LATERAL regexp_match(line, '^-- Data for Name: (.*); Type: TABLE DATA; Schema: (.*); Owner: ') m WHERE m IS NOT NULL
  UNION
  -- pg_restore --list: schema, table and owner, unquoted. Whose names have spaces, or a table that is not here, takes some guessing.
  SELECT s.nspname, coalesce(t.relname, regexp_replace(substr(e.entry, length(s.nspname) + 2), ' [^ ]*$', ''))
  FROM lines CROSS JOIN LATERAL (SELECT substring(line FROM '^\d+; \d+ \d+ TABLE DATA (.*)$') AS entry) e
    CROSS JOIN LATERAL (SELECT n.oid, n.nspname::text FROM pg_namespace n WHERE starts_with(e.entry, n.nspname || ' ') ORDER BY length(n.nspname) DESC LIMIT 1) s
    LEFT JOIN LATERAL (SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = s.oid AND starts_with(e.entry, s.nspname || ' ' || c.relname || ' ')
      ORDER BY length(c.relname) DESC LIMIT 1) t ON true
$$;
COMMENT ON FUNCTION lifecycle._dumped_tables(text) IS
  'Internal: the tables whose rows a dump holds, as far as their schemas are here: out of what pg_restore --list prints of it, or out of the lines "-- Data for Name" of one that is text.';
