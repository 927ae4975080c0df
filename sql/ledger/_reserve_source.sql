CREATE FUNCTION lifecycle._reserve_source(source_system text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- The run lock of the source, but to the end of this transaction: no run may read a registration that is about to change.
  IF NOT lifecycle._run_lock_shut('contact_events:' || source_system) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
      MESSAGE = format('a run is working on source "%s"', source_system),
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('contact_events:' || source_system)),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress) and try again.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._reserve_source(text) IS 'Internal: keeps runs away from a source until this transaction ends; raises 55P03 while one is at work.';
