-- One upstream table with trouble in it, its contacts, and its registration, for tests that need a ledger at work.
-- psql variable rows: how many upstream rows.
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SET client_min_messages = error;
CALL lifecycle.install();
CREATE SCHEMA upstream;
CREATE TABLE upstream.forms (
  form_id bigint PRIMARY KEY,
  respondent text,
  form_name text,
  answered_at timestamptz,
  score integer,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON upstream.forms (updated_at);
INSERT INTO lifecycle.contacts (contact_id, email)
  SELECT 'c' || i, 'person' || i || '@example.com' FROM generate_series(1, 1000) i
  UNION ALL VALUES ('twin1', 'twin@example.com'), ('twin2', 'Twin@Example.com');
INSERT INTO upstream.forms (form_id, respondent, form_name, answered_at, score, updated_at)
  SELECT i,
    CASE WHEN i % 100 = 0 THEN 'twin@example.com' WHEN i % 20 = 7 THEN 'nobody' || i || '@example.com'
      ELSE 'Person' || (i % 1000 + 1) || '@Example.com' END,
    'phq9', timestamptz '2025-01-01 00:00:00+00' + i * interval '1 minute', i % 27, timestamptz '2025-06-01 00:00:00+00' + i * interval '1 second'
  FROM generate_series(1, :rows) i;
ANALYZE upstream.forms;
SELECT lifecycle.register_source('forms', 'upstream.forms', '{"contact_email": "respondent", "event_type": {"constant": "form"},
  "event_name": "form_name", "event_source": {"constant": "google_form"}, "event_timestamp": "answered_at",
  "source_record_id": "form_id", "payload": ["score"], "change_column": "updated_at"}') IS NOT NULL AS registered;

-- Everything of the ledger and the open findings that must not depend on how or when they came about.
CREATE VIEW ledger_digest AS
  SELECT md5(coalesce((SELECT string_agg(concat_ws('|', contact_id, contact_email, event_type, event_name, event_source,
      extract(epoch FROM event_timestamp), source_system, source_record_id, payload, event_fingerprint), E'\n' ORDER BY source_system, source_record_id)
      FROM lifecycle.contact_events), '')
    || coalesce((SELECT string_agg(concat_ws('|', source_system, source_record_id, code, severity, detail, body), E'\n'
      ORDER BY source_system, source_record_id, code) FROM lifecycle.issues WHERE resolved_at IS NULL), '')) AS digest;
