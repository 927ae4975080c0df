CREATE FUNCTION lifecycle._delivery_lag(destination text, dataset text, OUT lag interval, OUT is_waiting boolean, OUT latest_lag interval, OUT allowed interval)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  source record;
  delivered record;
  newest_cut timestamptz;
BEGIN
  is_waiting := false;
  allowed := lifecycle._sla(dataset, 'latency') * lifecycle._quality_setting('lag', dataset, 'factor')::double precision;
  SELECT now() - max(b.latest) INTO latest_lag FROM lifecycle.export_batches b WHERE b.destination = _delivery_lag.destination AND b.dataset = _delivery_lag.dataset AND b.status = 'delivered';
  -- Whatever waits came after the last export that ended well.
  SELECT greatest(max(r.started_at), (SELECT max(p.moved_at) FROM lifecycle.export_positions p WHERE p.destination = _delivery_lag.destination AND p.dataset = _delivery_lag.dataset),
      (SELECT d.registered_at FROM lifecycle.destinations d WHERE d.destination = _delivery_lag.destination))
    INTO newest_cut FROM lifecycle.pipeline_runs r WHERE r.procedure = 'export' AND r.status = 'succeeded' AND r.source_system = _delivery_lag.dataset || '@' || _delivery_lag.destination;
  FOR source IN SELECT s.* FROM lifecycle.dataset_sources s WHERE s.dataset = _delivery_lag.dataset LOOP
    SELECT * INTO delivered FROM lifecycle._delivered_condition(destination, dataset, source.relation, source.mapping) d;
    EXECUTE format('SELECT EXISTS (SELECT FROM (%s) q WHERE q."reject code" IS NULL AND (%s) IS NOT TRUE)',
      lifecycle._dataset_source_query(dataset, source.relation, source.mapping, CASE delivered.of_source WHEN 'true' THEN 'true' ELSE format('(%s) IS NOT TRUE', delivered.of_source) END),
      CASE delivered.of_source WHEN 'true' THEN delivered.of_row ELSE 'false' END) INTO is_waiting;
    EXIT WHEN is_waiting;
  END LOOP;
  lag := CASE WHEN is_waiting THEN now() - newest_cut ELSE interval '0' END;
END
$$;
COMMENT ON FUNCTION lifecycle._delivery_lag(text, text) IS
  'Internal: how far a destination is behind: zero where it has everything, else the time since the last export that ended well, before which nothing that waits was there; is_waiting: whether anything waits; latest_lag: now less the latest time among the rows that were delivered there, null before the first; allowed: the contract''s latency, times the setting factor.';
