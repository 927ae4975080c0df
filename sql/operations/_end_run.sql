CREATE FUNCTION lifecycle._end_run(run bigint, failed_sqlstate text, failed_message text, failed_detail text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE lifecycle.pipeline_runs r SET
      status = CASE WHEN failed_sqlstate IS NULL THEN 'succeeded' ELSE 'failed' END,
      finished_at = clock_timestamp(),
      seconds = extract(epoch FROM clock_timestamp() - r.started_at),
      wal_bytes = lifecycle._wal_bytes() - r.wal_bytes,
      sqlstate = failed_sqlstate, message = failed_message, detail = failed_detail
    WHERE r.run_id = run;
END
$$;
COMMENT ON FUNCTION lifecycle._end_run(bigint, text, text, text) IS 'Internal: closes a row of pipeline_runs as succeeded, or as failed with the error given.';
