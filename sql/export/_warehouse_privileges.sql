CREATE FUNCTION lifecycle._warehouse_privileges(duty text, semantics text, is_keys boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN duty = 'receiver' AND semantics = 'versioned-upsert' THEN ARRAY['SELECT', 'INSERT', 'UPDATE']
    WHEN duty = 'receiver' THEN ARRAY['SELECT', 'INSERT']
    WHEN is_keys THEN '{}'
    ELSE ARRAY['SELECT'] END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_privileges(text, text, boolean) IS
  'Internal: what a duty needs on a table that is written with these semantics: no more than that.';
