CREATE FUNCTION lifecycle._require_no_restore() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF to_regclass('lifecycle.restore_steps') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'data is being restored into this database',
      DETAIL = 'prepare_restore() has put triggers and foreign keys aside.', HINT = 'When the data is there, or is not to come: CALL lifecycle.finish_restore();';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_no_restore() IS 'Internal: raises 55000 between prepare_restore() and finish_restore().';
