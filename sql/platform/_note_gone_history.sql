CREATE FUNCTION lifecycle._note_gone_history() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO lifecycle.stale_metric_days (metric_date)
    SELECT (g.transitioned_at AT TIME ZONE 'UTC')::date FROM gone g WHERE isfinite(g.transitioned_at)
    UNION
    -- Of a user who is deleted too, users has its own trigger.
    SELECT (e.event_time AT TIME ZONE 'UTC')::date
    FROM gone g JOIN lifecycle.users u ON u.id = g.user_id CROSS JOIN unnest(lifecycle._user_keys(u.id, u.email, u.attributes)) k
      JOIN lifecycle.events e ON e.user_id = k AND e.event_time >= g.transitioned_at;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._note_gone_history() IS
  'Internal: trigger on user_lifecycle_history: the days of entries as they were before an UPDATE or DELETE, and of the user''s events since, go to stale_metric_days.';
