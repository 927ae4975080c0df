-- A tenth of a million-row source is stamped as changed, a fifth of that really is. "upsert": every stamped row over what is
-- there. "changed": only the rows that differ, which nobody knows beforehand: the measure of how much WAL there must be.
\set path sync
UPDATE bench.messages SET updated_at = now(), revision = revision + (message_id % 5 = 0)::integer WHERE message_id > :rows - :rows / 10;
VACUUM ANALYZE bench.messages;
CHECKPOINT;
\set form ours
\ir begin.sql
CALL lifecycle.sync_contact_events();
\ir end.sql
CHECKPOINT;
\set form upsert
\ir begin.sql
WITH owners AS MATERIALIZED (
    SELECT lower(email COLLATE "C") AS address, min(contact_id COLLATE "C") AS contact_id, count(*) AS contacts FROM bench.contacts GROUP BY 1)
INSERT INTO bench.plain
  SELECT coalesce(c.contact_id, o.contact_id), coalesce(m.contact_email, c.email), 'message', m.direction, m.channel, m.sent_at, 'messages', m.message_id::text,
    jsonb_build_object('body', m.body, 'revision', m.revision), now()
  FROM bench.messages m
    LEFT JOIN bench.contacts c ON c.contact_id = m.contact_id
    LEFT JOIN owners o ON o.address = CASE WHEN m.contact_id IS NULL THEN lower(m.contact_email COLLATE "C") END
  WHERE m.updated_at > now() - interval '12 hours' AND (m.contact_id IS NULL OR c.contact_id IS NOT NULL) AND coalesce(o.contacts, 1) = 1
ON CONFLICT (source_record_id, source_system) DO UPDATE SET contact_id = excluded.contact_id, contact_email = excluded.contact_email,
  event_type = excluded.event_type, event_name = excluded.event_name, event_source = excluded.event_source, event_timestamp = excluded.event_timestamp,
  payload = excluded.payload, ingested_at = excluded.ingested_at;
\ir end.sql
VACUUM bench.plain;
VACUUM lifecycle.contact_events;
CHECKPOINT;
\set form changed
\ir begin.sql
INSERT INTO bench.plain
  SELECT * FROM bench.plain WHERE source_record_id IN (SELECT message_id::text FROM bench.messages WHERE message_id > :rows - :rows / 10 AND message_id % 5 = 0)
ON CONFLICT (source_record_id, source_system) DO UPDATE SET contact_id = excluded.contact_id, contact_email = excluded.contact_email,
  event_type = excluded.event_type, event_name = excluded.event_name, event_source = excluded.event_source, event_timestamp = excluded.event_timestamp,
  payload = excluded.payload, ingested_at = excluded.ingested_at;
\ir end.sql
VACUUM bench.plain;
-- Rows stamped within lifecycle_ledger.horizon_margin of a run are read once more by the next: let that one go by.
SELECT pg_sleep(1.2);
CALL lifecycle.sync_contact_events();
CHECKPOINT;
\set form nothing
\ir begin.sql
CALL lifecycle.sync_contact_events();
\ir end.sql
SELECT concat_ws(' ', 'sync: last run', rows_in, 'in,', written, 'written,', unchanged, 'unchanged') FROM lifecycle.pipeline_runs ORDER BY run_id DESC OFFSET 2 LIMIT 1;
\if :first
WITH ours AS (SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id, payload::text FROM lifecycle.contact_events),
  plain AS (SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id, payload::text FROM bench.plain)
SELECT 'sync,' || ((SELECT (count(*), sum(hash_record_extended(p, 0)::numeric)) FROM plain p) = (SELECT (count(*), sum(hash_record_extended(o, 0)::numeric)) FROM ours o))
\g |cat >>"$BENCH_CHECKED"
\endif
