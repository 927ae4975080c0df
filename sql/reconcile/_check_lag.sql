CREATE FUNCTION lifecycle._check_lag(run bigint, destination text, dataset text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found record;
  subject text := dataset || '@' || destination;
BEGIN
  SELECT * INTO found FROM lifecycle._delivery_lag(destination, dataset);
  IF run IS NOT NULL THEN
    INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, value, threshold, verdict, detail)
      VALUES (run, 'lag', _check_lag.dataset, _check_lag.destination, extract(epoch FROM found.lag), extract(epoch FROM found.allowed), CASE WHEN found.lag > found.allowed THEN 'breached' ELSE 'ok' END,
        coalesce('the latest row there is ' || date_trunc('second', found.since_latest) || ' old', 'nothing was delivered so far'));
  END IF;
  IF found.lag > found.allowed THEN
    PERFORM lifecycle._raise_alert('lag', subject, 'error', format('dataset "%s" is %s behind at destination "%s"', dataset, date_trunc('second', found.lag), destination),
      format('The contract allows %s.', found.allowed), 'SELECT * FROM lifecycle.export_batches WHERE status <> ''delivered''; SELECT * FROM lifecycle.pipeline_runs WHERE procedure = ''export'' ORDER BY run_id DESC;');
  ELSE
    PERFORM lifecycle._resolve_alert('lag', subject);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_lag(bigint, text, text) IS 'Internal: holds the lag of a dataset at a destination against the service level; raises or resolves the alert, and records it where a run is given.';
