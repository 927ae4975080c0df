CREATE FUNCTION lifecycle._text_limit(type text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN type = 'text' THEN 'Infinity' WHEN type LIKE 'varchar(%' THEN substring(type FROM '\d+')::numeric END
$$;
COMMENT ON FUNCTION lifecycle._text_limit(text) IS
  'Internal: how many characters a contract''s text or varchar(N) takes; null for any other type. One that takes more is wider, and every value of the narrower is one of it.';
