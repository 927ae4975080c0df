-- The whole ledger from three sources: resolved, with payload. "naive": one statement as anyone would write it, a
-- fingerprint, then key and timeline index. "tuned": byte-wise collation and hash joins, no fingerprint. Ours, besides, has a time
-- index and an orphan index, writes down its findings, and replaces a ledger that readers go on reading. It loads all three sources at once
-- (lifecycle_ledger.rebuild_workers); "one": one after the other.
\set path rebuild
DROP TABLE IF EXISTS bench.naive, bench.tuned;
CHECKPOINT;
\set form naive
\ir begin.sql
CREATE TABLE bench.naive AS
  WITH source_rows AS (
      SELECT NULL AS given_id, subject_id AS email, 'form' AS event_type, measure_id AS event_name, 'google_form' AS event_source, "timestamp" AS event_timestamp,
        'measurement_events' AS source_system, measurement_event_id::text AS source_record_id,
        jsonb_build_object('measure_version', measure_version, 'binding_id', binding_id, 'form_id', form_id, 'form_submission_id', form_submission_id) AS payload
      FROM bench.measurement_events
      UNION ALL
      SELECT contact_id, NULL, 'session', status, 'dataverse', coalesce(started_at, ended_at, created_at), 'canonical.clinical_sessions', session_id::text,
        jsonb_build_object('session_num', session_num, 'idem_key', idem_key)
      FROM bench.clinical_sessions
      UNION ALL
      SELECT NULL, address, 'email', event_name, provider, sent_at, 'canonical.email_events', email_event_id,
        jsonb_build_object('thread_id', thread_id, 'folder', folder, 'has_attachment', has_attachment)
      FROM bench.emails),
    owners AS (SELECT lower(email) AS address, min(contact_id) AS contact_id, count(*) AS contacts FROM bench.contacts GROUP BY 1)
  SELECT coalesce(c.contact_id, o.contact_id) AS contact_id, coalesce(s.email, c.email) AS contact_email, s.event_type, s.event_name, s.event_source,
    s.event_timestamp, s.source_system, s.source_record_id, s.payload, now() AS ingested_at,
    md5(concat_ws('|', lower(coalesce(s.email, c.email)), s.event_type, s.event_name, s.event_source, s.event_timestamp, s.payload))::uuid AS event_fingerprint
  FROM source_rows s
    LEFT JOIN bench.contacts c ON c.contact_id = s.given_id
    LEFT JOIN owners o ON s.given_id IS NULL AND o.address = lower(s.email)
  WHERE (s.given_id IS NULL OR c.contact_id IS NOT NULL) AND coalesce(o.contacts, 1) = 1;
ALTER TABLE bench.naive ADD PRIMARY KEY (source_system, source_record_id);
CREATE INDEX ON bench.naive (contact_id, event_timestamp DESC);
\ir end.sql
CHECKPOINT;
\set form tuned
\ir begin.sql
CREATE TABLE bench.tuned AS
  WITH source_rows AS (
      SELECT NULL AS given_id, subject_id AS email, 'form' AS event_type, measure_id AS event_name, 'google_form' AS event_source, "timestamp" AS event_timestamp,
        'measurement_events' AS source_system, measurement_event_id::text COLLATE "C" AS source_record_id,
        jsonb_build_object('measure_version', measure_version, 'binding_id', binding_id, 'form_id', form_id, 'form_submission_id', form_submission_id) AS payload
      FROM bench.measurement_events
      UNION ALL
      SELECT contact_id, NULL, 'session', status, 'dataverse', coalesce(started_at, ended_at, created_at), 'canonical.clinical_sessions', session_id::text COLLATE "C",
        jsonb_build_object('session_num', session_num, 'idem_key', idem_key)
      FROM bench.clinical_sessions
      UNION ALL
      SELECT NULL, address, 'email', event_name, provider, sent_at, 'canonical.email_events', email_event_id COLLATE "C",
        jsonb_build_object('thread_id', thread_id, 'folder', folder, 'has_attachment', has_attachment)
      FROM bench.emails),
    owners AS MATERIALIZED (
      SELECT lower(email COLLATE "C") AS address, min(contact_id COLLATE "C") AS contact_id, count(*) AS contacts FROM bench.contacts GROUP BY 1)
  SELECT coalesce(c.contact_id, o.contact_id) COLLATE "C" AS contact_id, coalesce(s.email, c.email) AS contact_email, s.event_type, s.event_name, s.event_source,
    s.event_timestamp, s.source_system COLLATE "C" AS source_system, s.source_record_id, s.payload, now() AS ingested_at
  FROM source_rows s
    LEFT JOIN bench.contacts c ON c.contact_id = s.given_id
    LEFT JOIN owners o ON o.address = CASE WHEN s.given_id IS NULL THEN lower(s.email COLLATE "C") END
  WHERE (s.given_id IS NULL OR c.contact_id IS NOT NULL) AND coalesce(o.contacts, 1) = 1;
ALTER TABLE bench.tuned ADD PRIMARY KEY (source_record_id, source_system);
CREATE INDEX ON bench.tuned (contact_id, event_timestamp DESC);
\ir end.sql
CHECKPOINT;
\set form ours
\ir begin.sql
CALL lifecycle.rebuild_contact_events();
\ir end.sql
CHECKPOINT;
SET lifecycle_ledger.rebuild_workers = 1;
\set form one
\ir begin.sql
CALL lifecycle.rebuild_contact_events();
\ir end.sql
RESET lifecycle_ledger.rebuild_workers;
\if :first
WITH ours AS (SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id, payload::text FROM lifecycle.contact_events),
  naive AS (SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id, payload::text FROM bench.naive),
  tuned AS (SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id, payload::text FROM bench.tuned)
SELECT 'rebuild,' || ((SELECT (count(*), sum(hash_record_extended(n, 0)::numeric)) FROM naive n) = (SELECT (count(*), sum(hash_record_extended(o, 0)::numeric)) FROM ours o)
  AND (SELECT (count(*), sum(hash_record_extended(t, 0)::numeric)) FROM tuned t) = (SELECT (count(*), sum(hash_record_extended(o, 0)::numeric)) FROM ours o))
\g |cat >>"$BENCH_CHECKED"
\endif
