CREATE FUNCTION lifecycle._redacted_rows_query(rows_query text, relation text, columns jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('SELECT %s FROM (%s) a CROSS JOIN LATERAL (SELECT lifecycle._pseudonym(%s) AS pseudonym OFFSET 0) p',
    (SELECT string_agg(CASE WHEN r.redactions ? (c.value ->> 'name')
        THEN format('CASE WHEN p.pseudonym IS NULL THEN a.%1$I ELSE %2$s END AS %1$I', c.value ->> 'name', r.redactions ->> (c.value ->> 'name'))
        ELSE format('a.%I', c.value ->> 'name') END, ', ' ORDER BY c.place)
     FROM jsonb_array_elements(columns) WITH ORDINALITY c (value, place)),
    rows_query, r.person)
  FROM lifecycle._archive_redaction(relation) r WHERE r.person IS NOT NULL
$$;
COMMENT ON FUNCTION lifecycle._redacted_rows_query(text, text, jsonb) IS
  'Internal: SQL for the rows of a query with those of erased people redacted; null for a table without personal data.';
