CREATE FUNCTION lifecycle._drop_staged_history() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Asked first: IF EXISTS would tell of it.
  IF to_regclass('pg_temp.lifecycle_history_rows') IS NOT NULL THEN
    DROP TABLE pg_temp.lifecycle_history_rows;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._drop_staged_history() IS 'Internal: drops what _stage_history() has staged in this session.';
