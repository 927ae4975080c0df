CREATE TABLE IF NOT EXISTS lifecycle.events (
  event_id uuid NOT NULL,
  event_name text COLLATE "C" NOT NULL,
  event_time timestamptz NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  properties jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (event_id, event_time)
) PARTITION BY RANGE (event_time);

-- One user's history, and one kind of event over time.
CREATE INDEX IF NOT EXISTS events_user ON lifecycle.events (user_id, event_time);
CREATE INDEX IF NOT EXISTS events_name ON lifecycle.events (event_name, event_time);
-- One day among months, small since events come roughly in the order of their time.
CREATE INDEX IF NOT EXISTS events_time ON lifecycle.events USING brin (event_time) WITH (pages_per_range = 32, autosummarize = on);
-- What became visible between two snapshots, without reading the rest.
CREATE INDEX IF NOT EXISTS events_changed ON lifecycle.events (changed_xid);
SELECT lifecycle._partition_by_time('lifecycle.events', 'event_time', '1 month');
SELECT lifecycle._ensure_trigger('lifecycle.events', 'contract', 'BEFORE INSERT', 'lifecycle._event_contract_trigger()');
SELECT lifecycle._ensure_trigger('lifecycle.events', 'erased', 'BEFORE INSERT', 'lifecycle._redact_event()');
SELECT lifecycle._ensure_trigger('lifecycle.events', 'event_key', 'BEFORE INSERT', 'lifecycle._take_event_key()');
SELECT lifecycle._guard_append_only('lifecycle.events');
SELECT lifecycle._watch_ddl();

COMMENT ON TABLE lifecycle.events IS
  'Raw events, each once and for ever: append-only for everyone, the owner included. Filled by ingest_events() from event_inbox, or by INSERT and COPY, which raise for an event that breaks the contract (23514) or whose event_id was used before (23505). One partition a month (UTC).';
COMMENT ON COLUMN lifecycle.events.event_id IS 'The event''s id, unique over all partitions (lifecycle.event_keys).';
COMMENT ON COLUMN lifecycle.events.event_name IS 'What happened: snake_case, a verb in the past tense.';
COMMENT ON COLUMN lifecycle.events.event_time IS 'When it happened, by its producer''s clock. The partition key.';
COMMENT ON COLUMN lifecycle.events.user_id IS 'Who did it.';
COMMENT ON COLUMN lifecycle.events.properties IS 'In what context: a JSON object, empty where there is none.';
COMMENT ON COLUMN lifecycle.events.received_at IS 'When it reached this database: the time in event_inbox, or of the INSERT.';
COMMENT ON COLUMN lifecycle.events.changed_xid IS 'The transaction that stored it, whatever a writer gives. With two snapshots it says which rows the later one sees and the earlier did not.';
