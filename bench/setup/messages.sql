-- One source of ROWS rows with an indexed change column, loaded into the ledger; and beside it a plain table with the same
-- rows, key and indexes, as someone would keep it by hand.
\ir contacts.sql
CREATE TABLE bench.messages (message_id bigint, contact_id text, contact_email text, channel text, direction text, body text, revision integer,
  sent_at timestamptz, updated_at timestamptz);
INSERT INTO bench.messages
  SELECT i, p.contact_id, CASE WHEN p.contact_id IS NULL OR i % 2 = 0 THEN p.email END, (ARRAY['sms', 'whatsapp', 'webchat'])[1 + i % 3], (ARRAY['in', 'out'])[1 + i % 2], 'message number ' || i, 1,
    timestamptz '2015-01-01 00:00:00+00' + i * interval '31 seconds', now() - interval '1 day'
  FROM generate_series(1, :rows) i, bench.person(i, :contacts) p;
ALTER TABLE bench.messages ADD PRIMARY KEY (message_id);
CREATE INDEX ON bench.messages (updated_at);
VACUUM ANALYZE;
SELECT lifecycle.register_source('messages', 'bench.messages', '{
  "contact_id": "contact_id", "contact_email": "contact_email", "event_type": {"constant": "message"}, "event_name": "direction", "event_source": "channel",
  "event_timestamp": "sent_at", "source_record_id": "message_id", "payload": ["body", "revision"], "change_column": "updated_at", "look_back": "0 seconds"}');
CALL lifecycle.sync_contact_events();
CREATE TABLE bench.plain AS SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id, payload, ingested_at
  FROM lifecycle.contact_events;
ALTER TABLE bench.plain ADD PRIMARY KEY (source_record_id, source_system);
CREATE INDEX ON bench.plain (contact_id, event_timestamp DESC);
CREATE INDEX ON bench.plain (event_timestamp);
VACUUM ANALYZE;
