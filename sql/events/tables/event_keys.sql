CREATE TABLE IF NOT EXISTS lifecycle.event_keys (
  event_id uuid PRIMARY KEY,
  event_time timestamptz NOT NULL,
  content uuid NOT NULL
);
SELECT lifecycle._ensure_trigger('lifecycle.event_keys', 'event_key', 'BEFORE INSERT', 'lifecycle._keep_event_key()');
SELECT lifecycle._guard_append_only('lifecycle.event_keys');

COMMENT ON TABLE lifecycle.event_keys IS
  'One narrow row for every event_id ever accepted: what makes it unique over all partitions of events, and tells a repeat from another event under a used id. Kept by the triggers of events and by ingest_events(); append-only like events.';
COMMENT ON COLUMN lifecycle.event_keys.event_id IS 'The event''s id.';
COMMENT ON COLUMN lifecycle.event_keys.event_time IS 'The event''s time, and so its partition.';
COMMENT ON COLUMN lifecycle.event_keys.content IS 'lifecycle.event_content() of the event: equal for equal content.';
