CREATE FUNCTION lifecycle._redacted_state(state jsonb, kept text[], personal text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_object_agg(k.key, CASE WHEN k.key = ANY (personal) THEN 'null' ELSE k.value END), '{}')
  FROM jsonb_each(CASE jsonb_typeof(state) WHEN 'object' THEN state ELSE '{}' END) k WHERE k.key = ANY (kept)
$$;
COMMENT ON FUNCTION lifecycle._redacted_state(jsonb, text[], text[]) IS 'Internal: the state of an entity with nothing but the members that are kept, personal ones null.';
