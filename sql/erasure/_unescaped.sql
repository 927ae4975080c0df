CREATE FUNCTION lifecycle._unescaped(line text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A backslash takes the character behind it along, so that of two nothing begins. What stands for no character stays as it is.
  SELECT coalesce(string_agg(CASE
      WHEN p.part[1] ~ '^\\u[dD].{9}$' THEN chr(65536 + (('x0000' || substr(p.part[1], 3, 4))::bit(32)::integer - 55296) * 1024
        + ('x0000' || substr(p.part[1], 9, 4))::bit(32)::integer - 56320)
      WHEN p.part[1] ~ '^\\u[0-9a-fA-F]{4}$' AND p.part[1] !~ '^\\u([dD][89a-fA-F]|0000)' THEN chr(('x0000' || substr(p.part[1], 3, 4))::bit(32)::integer)
      ELSE p.part[1] END, '' ORDER BY p.number), '')
  FROM regexp_matches(line, '\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|\\|[^\\]+', 'g') WITH ORDINALITY p (part, number)
$$;
COMMENT ON FUNCTION lifecycle._unescaped(text) IS
  'Internal: a line of JSON, broken in whatever way, with the characters that its \uXXXX escapes stand for in their place.';
