CREATE FUNCTION lifecycle._segment_definition(rule jsonb, lifecycle_stages varchar[], valid_for interval) RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET intervalstyle = 'iso_8601'
AS $$
  SELECT lifecycle.fingerprint(jsonb_build_object('rule', rule, 'stages', (SELECT jsonb_agg(DISTINCT s ORDER BY s) FROM unnest(lifecycle_stages) s),
    'valid_for', valid_for))
$$;
COMMENT ON FUNCTION lifecycle._segment_definition(jsonb, varchar[], interval) IS
  'Internal: what makes a segment another, as one value: its rule, its stages whatever their order, valid_for.';
