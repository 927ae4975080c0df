CREATE FUNCTION lifecycle._text_without_secrets(value text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN lifecycle._any_secret(value) THEN lifecycle._without_secrets(to_jsonb(value)) #>> '{}' ELSE value END
$$;
COMMENT ON FUNCTION lifecycle._text_without_secrets(text) IS 'Internal: a text with every secret in it replaced by "[removed: RULE]".';
