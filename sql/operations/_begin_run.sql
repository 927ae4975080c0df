CREATE FUNCTION lifecycle._begin_run(procedure text, source_system text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  run bigint;
BEGIN
  PERFORM lifecycle._require_writable(procedure);
  -- The caller holds the lock of this source, so whoever is still marked as running was cancelled or killed.
  UPDATE lifecycle.pipeline_runs r
    SET status = 'interrupted', finished_at = clock_timestamp()
    WHERE r.status = 'running' AND r.source_system IS NOT DISTINCT FROM _begin_run.source_system
      AND (r.source_system IS NOT NULL OR r.procedure = _begin_run.procedure);
  INSERT INTO lifecycle.pipeline_runs (procedure, source_system, wal_bytes)
    VALUES (_begin_run.procedure, _begin_run.source_system, lifecycle._wal_bytes())
    RETURNING run_id INTO run;
  RETURN run;
END
$$;
COMMENT ON FUNCTION lifecycle._begin_run(text, text) IS 'Internal: opens a row of pipeline_runs; wal_bytes holds the session''s counter until the run ends.';
