-- Three sources of 2 : 1 : 2, half of ROWS rows together, registered and loaded once.
\ir contacts.sql
CREATE TABLE bench.measurement_events AS
  SELECT md5('form ' || i)::uuid AS measurement_event_id, p.email AS subject_id, 'measure_' || i % 12 AS measure_id, '1.' || i % 3 || '.0' AS measure_version,
    timestamptz '2024-01-01 00:00:00+00' + i * interval '71 seconds' AS "timestamp", 'binding_' || i % 30 AS binding_id, 'form_' || i % 9 AS form_id,
    'resp_' || i AS form_submission_id, now() - interval '1 day' AS processed_at
  FROM generate_series(1, :rows / 5) i, bench.person(i, :contacts) p;
ALTER TABLE bench.measurement_events ADD PRIMARY KEY (measurement_event_id);
CREATE TABLE bench.clinical_sessions AS
  SELECT md5('session ' || i)::uuid AS session_id, md5('contact ' || 1 + i * 7 % :contacts)::uuid::text AS contact_id, (i % 30)::integer AS session_num,
    (ARRAY['Session Completed', 'Session Cancelled', 'Session Scheduled'])[1 + i % 3] AS status,
    CASE WHEN i % 4 <> 0 THEN timestamptz '2024-01-01 00:00:00+00' + i * interval '133 seconds' END AS started_at,
    timestamptz '2024-01-01 00:50:00+00' + i * interval '133 seconds' AS ended_at, timestamptz '2023-12-24 00:00:00+00' + i * interval '133 seconds' AS created_at,
    'dataverse:session:' || i AS idem_key, now() - interval '1 day' AS updated_at
  FROM generate_series(1, :rows / 10) i;
ALTER TABLE bench.clinical_sessions ADD PRIMARY KEY (session_id);
CREATE TABLE bench.emails AS
  SELECT 'em-' || i AS email_event_id, p.email AS address, (ARRAY['inbound', 'outbound'])[1 + i % 2] || ': subject ' || i % 500 AS event_name,
    (ARRAY['gmail', 'outlook'])[1 + i % 2] AS provider, timestamptz '2024-01-01 00:00:00+00' + i * interval '71 seconds' AS sent_at,
    'thread-' || i / 3 AS thread_id, 'inbox' AS folder, i % 5 = 0 AS has_attachment, now() - interval '1 day' AS fetched_at
  FROM generate_series(1, :rows / 5) i, bench.person(i + 7, :contacts) p;
ALTER TABLE bench.emails ADD PRIMARY KEY (email_event_id);
VACUUM ANALYZE;
SELECT lifecycle.register_source('measurement_events', 'bench.measurement_events', '{
  "contact_email": "subject_id", "event_type": {"constant": "form"}, "event_name": "measure_id", "event_source": {"constant": "google_form"},
  "event_timestamp": "timestamp", "source_record_id": "measurement_event_id",
  "payload": ["measure_version", "binding_id", "form_id", "form_submission_id"], "change_column": "processed_at"}');
SELECT lifecycle.register_source('canonical.clinical_sessions', 'bench.clinical_sessions', '{
  "contact_id": "contact_id", "event_type": {"constant": "session"}, "event_name": "status", "event_source": {"constant": "dataverse"},
  "event_timestamp": ["started_at", "ended_at", "created_at"], "source_record_id": "session_id",
  "payload": ["session_num", "idem_key"], "change_column": "updated_at"}');
SELECT lifecycle.register_source('canonical.email_events', 'bench.emails', '{
  "contact_email": "address", "event_type": {"constant": "email"}, "event_name": "event_name", "event_source": "provider",
  "event_timestamp": "sent_at", "source_record_id": "email_event_id",
  "payload": ["thread_id", "folder", "has_attachment"], "change_column": "fetched_at"}');
CALL lifecycle.rebuild_contact_events();
VACUUM ANALYZE;
