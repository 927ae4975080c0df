CREATE FUNCTION lifecycle._event_metrics(day_begin timestamptz, day_end timestamptz)
RETURNS TABLE (metric_name text, lifecycle_stage text, event_name text, metric_value bigint)
AS 'MODULE_PATHNAME', 'lifecycle_event_metrics' LANGUAGE C STABLE STRICT ROWS 100 COST 10000;
COMMENT ON FUNCTION lifecycle._event_metrics(timestamptz, timestamptz) IS
'Internal: events_total and users_distinct of lifecycle.events from day_begin up to day_end, by the stage the user was in at the time of the event (none: in none, or nobody known) and by event_name (null: all events); users_distinct also over all stages (all). Reads with the caller''s rights and snapshot. Takes about 16 bytes of memory an event and 100 a user.';
