CREATE FUNCTION lifecycle._roll_up_day(run bigint, metric_date date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  day_begin timestamptz := metric_date::timestamp AT TIME ZONE 'UTC';
  day_end timestamptz := (metric_date + 1)::timestamp AT TIME ZONE 'UTC';
  -- Where a month's events have been archived, its figures are all that is left of them.
  with_events boolean := lifecycle._has_partition('lifecycle.events', day_begin);
  done record;
BEGIN
  PERFORM lifecycle._ensure_partition('lifecycle.metrics_daily', day_begin);
  WITH moves AS MATERIALIZED (
    -- All stages: by to_stage and time there is an index.
    SELECT h.from_stage, h.to_stage, count(*) AS moves FROM lifecycle.user_lifecycle_history h
    WHERE h.to_stage = ANY (lifecycle._lifecycle_stages()) AND h.transitioned_at >= day_begin AND h.transitioned_at < day_end
    GROUP BY 1, 2
  ), computed AS MATERIALIZED (
    SELECT m.lifecycle_stage, m.metric_name, m.metric_value::numeric,
      CASE WHEN m.event_name IS NULL THEN '{}' ELSE jsonb_build_object('event_name', m.event_name) END AS dimensions
      FROM lifecycle._event_metrics(day_begin, day_end) m WHERE with_events
    UNION ALL SELECT m.to_stage, 'stage_entries', sum(m.moves), '{}' FROM moves m GROUP BY 1
    UNION ALL SELECT m.from_stage, 'stage_exits', sum(m.moves), '{}' FROM moves m WHERE m.from_stage IS NOT NULL GROUP BY 1
    UNION ALL SELECT coalesce(m.from_stage, 'none'), 'stage_conversions', m.moves, jsonb_build_object('to', m.to_stage) FROM moves m
  ), present AS MATERIALIZED (
    SELECT m.id, m.lifecycle_stage, m.metric_name, m.metric_value, m.dimensions FROM lifecycle.metrics_daily m
    WHERE m.metric_date = _roll_up_day.metric_date AND m.metric_name = ANY (lifecycle._rolled_up_metrics(with_events))
  ), compared AS MATERIALIZED (
    SELECT p.id, p.metric_value AS old_value, c.lifecycle_stage, c.metric_name, c.metric_value, c.dimensions
    FROM computed c FULL JOIN present p USING (lifecycle_stage, metric_name, dimensions)
  ), gone AS (
    DELETE FROM lifecycle.metrics_daily m USING compared c
    WHERE m.metric_date = _roll_up_day.metric_date AND m.id = c.id AND c.metric_value IS NULL RETURNING 1
  ), corrected AS (
    UPDATE lifecycle.metrics_daily m SET metric_value = c.metric_value FROM compared c
    WHERE m.metric_date = _roll_up_day.metric_date AND m.id = c.id AND c.metric_value <> c.old_value RETURNING 1
  ), added AS (
    INSERT INTO lifecycle.metrics_daily (metric_date, lifecycle_stage, metric_name, metric_value, dimensions)
    SELECT _roll_up_day.metric_date, c.lifecycle_stage, c.metric_name, c.metric_value, c.dimensions FROM compared c WHERE c.id IS NULL
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM computed) AS rows_in, (SELECT count(*) FROM corrected) + (SELECT count(*) FROM added) AS written,
    (SELECT count(*) FROM compared c WHERE c.metric_value = c.old_value) AS unchanged, (SELECT count(*) FROM gone) AS deleted
    INTO done;
  PERFORM lifecycle._count_rows(run, done.rows_in, done.written, done.unchanged, 0, 0, 0, done.deleted);
END
$$;
COMMENT ON FUNCTION lifecycle._roll_up_day(bigint, date) IS
  'Internal: computes the metrics of a day in UTC and writes only the rows that differ from what metrics_daily has; rows that no longer hold are deleted.';
