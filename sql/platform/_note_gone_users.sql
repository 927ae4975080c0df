CREATE FUNCTION lifecycle._note_gone_users() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO lifecycle.stale_metric_days (metric_date)
    SELECT DISTINCT (e.event_time AT TIME ZONE 'UTC')::date
    FROM gone g CROSS JOIN unnest(lifecycle._user_keys(g.id, g.email, g.attributes)) k JOIN lifecycle.events e ON e.user_id = k;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._note_gone_users() IS 'Internal: trigger on users: the days with events of deleted users go to stale_metric_days.';
