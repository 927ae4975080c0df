CREATE FUNCTION lifecycle._rolled_up_metrics(with_events boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['stage_entries', 'stage_exits', 'stage_conversions'] || CASE WHEN with_events THEN ARRAY['events_total', 'users_distinct'] ELSE '{}' END;
COMMENT ON FUNCTION lifecycle._rolled_up_metrics(boolean) IS
  'Internal: the metric_name values that roll_up_metrics() owns; rows of metrics_daily with other names are the user''s and are left alone.';
