CREATE FUNCTION lifecycle._names_in(words text) RETURNS TABLE (id text, address text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT lower(m[1]), NULL FROM regexp_matches(words, '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}', 'g') m
  UNION ALL
  SELECT NULL, lifecycle.normalize_email(rtrim(m[1], '.')) FROM regexp_matches(words, '[^][\s"''<>(){},;:=|\\]+@[^][\s"''<>(){},;:=|\\]+', 'g') m
  WHERE strpos(words, '@') > 0
$$;
COMMENT ON FUNCTION lifecycle._names_in(text) IS 'Internal: the UUIDs and e-mail addresses that stand in a text.';
