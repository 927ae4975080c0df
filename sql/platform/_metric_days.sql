CREATE FUNCTION lifecycle._metric_days(seen pg_snapshot, upto pg_snapshot, OUT days date[], OUT stale_ids bigint[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  stale_ids := ARRAY(SELECT s.stale_id FROM lifecycle.stale_metric_days s);
  IF seen IS NULL THEN
    days := ARRAY(
      SELECT (e.event_time AT TIME ZONE 'UTC')::date FROM lifecycle.events e
      UNION SELECT (h.transitioned_at AT TIME ZONE 'UTC')::date FROM lifecycle.user_lifecycle_history h WHERE isfinite(h.transitioned_at)
      UNION SELECT m.metric_date FROM lifecycle.metrics_daily m WHERE m.metric_name = ANY (lifecycle._rolled_up_metrics(true))
      ORDER BY 1);
    RETURN;
  END IF;
  EXECUTE format($sql$
    WITH moves AS MATERIALIZED (
      SELECT h.user_id, h.transitioned_at, h.from_stage FROM lifecycle.user_lifecycle_history h WHERE %2$s AND isfinite(h.transitioned_at)
    ), users AS (
      -- A new user's events may be older than the user.
      SELECT m.user_id, min(CASE WHEN m.from_stage IS NULL THEN '-infinity' ELSE m.transitioned_at END) AS since FROM moves m GROUP BY 1
    ), keys AS MATERIALIZED (
      SELECT k.user_key COLLATE "C" AS user_key, s.since
      FROM users s JOIN lifecycle.users u ON u.id = s.user_id CROSS JOIN unnest(lifecycle._user_keys(u.id, u.email, u.attributes)) k (user_key)
    )
    SELECT ARRAY(
      SELECT (e.event_time AT TIME ZONE 'UTC')::date FROM lifecycle.events e WHERE %1$s
      UNION SELECT (m.transitioned_at AT TIME ZONE 'UTC')::date FROM moves m
      UNION SELECT (e.event_time AT TIME ZONE 'UTC')::date FROM keys k JOIN lifecycle.events e ON e.user_id = k.user_key AND e.event_time >= k.since
      UNION SELECT s.metric_date FROM lifecycle.stale_metric_days s WHERE s.stale_id = ANY ($1)
      ORDER BY 1)
    $sql$, lifecycle._cut_predicate('e.changed_xid', seen, upto), lifecycle._cut_predicate('h.changed_xid', seen, upto))
    INTO days USING stale_ids;
END
$$;
COMMENT ON FUNCTION lifecycle._metric_days(pg_snapshot, pg_snapshot) IS
  'Internal: the days, in order, that changes between two snapshots touch: those of new events, of new entries of history and of the user''s events since, and what stale_metric_days holds (whose numbers it returns too). All days where seen is null.';
