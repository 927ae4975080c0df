CREATE FUNCTION lifecycle._check_lag(run bigint, destination text, dataset text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found record;
  subject text := dataset || '@' || destination;
  alert_on text := coalesce(lifecycle._quality_setting('lag', dataset, 'alert_on'), 'waiting');
  waits boolean;
  is_old boolean;
BEGIN
  SELECT * INTO found FROM lifecycle._delivery_lag(destination, dataset);
  waits := coalesce(found.lag > found.allowed, false);
  is_old := coalesce(found.latest_lag > found.allowed, false);
  IF run IS NOT NULL THEN
    INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, field, value, threshold, verdict, detail)
      VALUES
        (run, 'lag', _check_lag.dataset, _check_lag.destination, 'latest', extract(epoch FROM found.latest_lag), extract(epoch FROM found.allowed),
          CASE WHEN is_old THEN 'breached' WHEN found.latest_lag IS NULL THEN 'too_few' ELSE 'ok' END,
          CASE WHEN found.latest_lag IS NULL THEN 'nothing was delivered so far' WHEN found.is_waiting THEN 'rows wait' ELSE 'nothing waits' END),
        (run, 'lag', _check_lag.dataset, _check_lag.destination, 'waiting', extract(epoch FROM found.lag), extract(epoch FROM found.allowed), CASE WHEN waits THEN 'breached' ELSE 'ok' END,
          coalesce('the latest row there is ' || date_trunc('second', found.latest_lag) || ' old', 'nothing was delivered so far'));
  END IF;
  IF waits AND alert_on <> 'latest' THEN
    PERFORM lifecycle._raise_alert('lag', subject, 'error', format('dataset "%s" is %s behind at destination "%s"', dataset, date_trunc('second', found.lag), destination),
      format('The contract allows %s.', found.allowed), 'SELECT * FROM lifecycle.export_batches WHERE status <> ''delivered''; SELECT * FROM lifecycle.pipeline_runs WHERE procedure = ''export'' ORDER BY run_id DESC;');
  ELSIF is_old AND alert_on <> 'waiting' THEN
    PERFORM lifecycle._raise_alert('lag', subject, 'error', format('the latest row of dataset "%s" at destination "%s" is %s old', dataset, destination, date_trunc('second', found.latest_lag)),
      format('The contract allows %s. %s', found.allowed, CASE WHEN found.is_waiting THEN 'Rows wait at the source.' ELSE 'Nothing waits at the source: it is quiet.' END),
      'Look at the source. To be told only of rows that wait: UPDATE lifecycle.quality_checks SET settings = settings || ''{"alert_on": "waiting"}'' WHERE check_name = ''lag'';');
  ELSE
    PERFORM lifecycle._resolve_alert('lag', subject);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_lag(bigint, text, text) IS
  'Internal: holds the lag of a dataset at a destination against the service level, by the formula of the contract (now less the latest exported timestamp) and by what waits; records both where a run is given; raises or resolves the alert by the one that the setting alert_on names.';
