CREATE FUNCTION lifecycle._quotable(value text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT left(lifecycle._text_without_secrets(value), 100)
$$;
COMMENT ON FUNCTION lifecycle._quotable(text) IS 'Internal: what a message may quote of a value: the beginning, without secrets.';
