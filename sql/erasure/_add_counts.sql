CREATE FUNCTION lifecycle._add_counts(counts jsonb, more jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_object_agg(k, coalesce((counts ->> k)::bigint, 0) + coalesce((more ->> k)::bigint, 0)), '{}') FROM jsonb_object_keys(counts || more) k
$$;
COMMENT ON FUNCTION lifecycle._add_counts(jsonb, jsonb) IS 'Internal: two objects of counts, added up by key.';
