CREATE FUNCTION lifecycle._metric_days_between(from_date date, until_date date) RETURNS date[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Nothing to be done for years that have neither events nor history nor metrics.
  WITH seen AS (
    SELECT (h.transitioned_at AT TIME ZONE 'UTC')::date AS day FROM lifecycle.user_lifecycle_history h
      WHERE h.to_stage = ANY (lifecycle._lifecycle_stages()) AND isfinite(h.transitioned_at)
        AND h.transitioned_at >= from_date::timestamp AT TIME ZONE 'UTC' AND h.transitioned_at < (until_date + 1)::timestamp AT TIME ZONE 'UTC'
    UNION SELECT m.metric_date FROM lifecycle.metrics_daily m
      WHERE m.metric_date BETWEEN from_date AND until_date AND m.metric_name = ANY (lifecycle._rolled_up_metrics(true))
  )
  SELECT ARRAY(
    SELECT d.day::date FROM generate_series(from_date::timestamp, until_date::timestamp, '1 day') AS d (day)
    WHERE d.day::date IN (SELECT s.day FROM seen s) OR lifecycle._has_partition('lifecycle.events', d.day AT TIME ZONE 'UTC')
    ORDER BY 1)
$$;
COMMENT ON FUNCTION lifecycle._metric_days_between(date, date) IS
  'Internal: the days of a range, both ends included, that have an events partition, history or metrics.';
