CREATE FUNCTION lifecycle._first_secret(pointers text[], origins text[], contents jsonb, OUT json_pointer text, OUT detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- The first step of the path is the number of the value. What several columns make up has no place in the row.
  SELECT CASE WHEN pointers[n.number] = '' THEN '' ELSE pointers[n.number] || regexp_replace(s.json_pointer, '^/\d+', '') END,
    format('%s: %s (rule %s). It is cut out of this letter.', origins[n.number], s.description, s.rule)
  FROM lifecycle.secrets_in(contents) s CROSS JOIN LATERAL (SELECT 1 + split_part(s.json_pointer, '/', 2)::integer AS number) n
  LIMIT 1
$$;
COMMENT ON FUNCTION lifecycle._first_secret(text[], text[], jsonb) IS
  'Internal: of a row''s texts and documents, an array of values beside arrays of their pointers and names, where the first secret is and what it is.';
