CREATE TABLE IF NOT EXISTS lifecycle.trigger_event_keys (
  event_id uuid NOT NULL,
  is_lifecycle_event boolean NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (event_id, is_lifecycle_event)
);
-- Rows come nearly in the order of time and go by it: a few bytes for each megabyte of them.
CREATE INDEX IF NOT EXISTS trigger_event_keys_received ON lifecycle.trigger_event_keys USING brin (received_at);

COMMENT ON TABLE lifecycle.trigger_event_keys IS
  'The events that were held against all triggers listening to them: what keeps an (event, trigger) from being judged twice. An event is judged by all its triggers in one transaction, so one narrow row stands for all its pairs. Kept for 35 days, which is as far back as process_triggers() ever looks again; events without a listening trigger have none. It names no user: whom an event is about may be redacted.';
COMMENT ON COLUMN lifecycle.trigger_event_keys.event_id IS 'events.event_id, or lifecycle_events.id as the last sixteen hexadecimal digits of a UUID.';
COMMENT ON COLUMN lifecycle.trigger_event_keys.is_lifecycle_event IS 'Whether it is of lifecycle_events.';
COMMENT ON COLUMN lifecycle.trigger_event_keys.received_at IS 'events.received_at, or lifecycle_events.created_at.';
