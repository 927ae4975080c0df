CREATE FUNCTION lifecycle._settled_horizon() RETURNS timestamptz
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  horizon timestamptz := lifecycle.stable_horizon();
BEGIN
  RETURN CASE WHEN isfinite(horizon) THEN horizon END;
END
$$;
COMMENT ON FUNCTION lifecycle._settled_horizon() IS 'Internal: stable_horizon(), or null where it cannot be told: the old watermark stays then.';
