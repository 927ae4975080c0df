CREATE FUNCTION lifecycle._wait_for_writers() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT 'contacts' UNION ALL SELECT 'stage:ingest' UNION ALL SELECT 'stage:triggers' UNION ALL SELECT 'contact_events:' || s.source_system FROM lifecycle.sources s LOOP
    PERFORM lifecycle._run_lock(name, true);
    PERFORM lifecycle._run_unlock(name);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._wait_for_writers() IS
  'Internal: returns when every sync, rebuild, reconcile, ingestion and processing of triggers that is at work now has ended: those that begin later see what was committed before.';
