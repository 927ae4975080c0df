-- What the ledger must contain, said a second time in plain SQL over the source tables, slowly and without any function of
-- the extension. The demo holds the ledger against it, row by row and column by column.

CREATE SCHEMA demo;

CREATE FUNCTION demo.address(raw text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT nullif(lower(normalize(btrim(coalesce(substring(raw FROM '<([^<>]*)>'), raw)), NFC)), '') $$;

CREATE FUNCTION demo.wall_clock(raw text, zone text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN raw::timestamp AT TIME ZONE zone;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END $$;

CREATE VIEW demo.source_rows AS
  SELECT 'measurement_events' AS source_system, measurement_event_id::text AS source_record_id, NULL AS given_id, subject_id AS address,
    'form' AS event_type, measure_id AS event_name, 'google_form' AS event_source, "timestamp" AS event_timestamp,
    jsonb_build_object('measure_version', measure_version, 'binding_id', binding_id, 'binding_version', binding_version, 'form_id', form_id,
      'form_submission_id', form_submission_id, 'idem_key', idem_key) AS payload
  FROM canonical.measurement_events
  UNION ALL
  SELECT 'canonical.clinical_sessions', session_id::text, contact_id, NULL,
    'session', status, 'dataverse', coalesce(started_at, ended_at, created_at),
    jsonb_build_object('session_num', session_num, 'idem_key', idem_key)
  FROM canonical.clinical_sessions
  UNION ALL
  (SELECT DISTINCT ON (email_event_id) 'canonical.email_events', email_event_id, NULL, contact_address,
    'email', event_name, provider, sent_at,
    jsonb_build_object('thread_id', thread_id, 'labels', labels, 'direction', direction)
  FROM canonical.email_events ORDER BY email_event_id, updated_at DESC)
  UNION ALL
  SELECT 'messages', message_id::text, NULL, contact_email,
    'message', direction, platform, demo.wall_clock(sent_at, 'Europe/London'),
    jsonb_build_object('channel', channel, 'body_preview', body_preview)
  FROM canonical.messages;

CREATE VIEW demo.expected AS
  WITH owners AS (SELECT demo.address(email) AS address, min(contact_id) AS contact_id, count(*) AS contacts FROM canonical.contacts GROUP BY 1)
  SELECT s.source_system, s.source_record_id, coalesce(c.contact_id, o.contact_id) AS contact_id, coalesce(s.address, c.email) AS contact_email,
    s.event_type, s.event_name, s.event_source, s.event_timestamp, s.payload
  FROM demo.source_rows s
    LEFT JOIN canonical.contacts c ON c.contact_id = s.given_id
    LEFT JOIN owners o ON s.given_id IS NULL AND o.address = demo.address(s.address)
  WHERE s.event_timestamp IS NOT NULL AND (s.given_id IS NULL OR c.contact_id IS NOT NULL) AND coalesce(o.contacts, 1) = 1;

CREATE VIEW demo.differences AS
  SELECT source_system, source_record_id, e, l
  FROM demo.expected e
    FULL JOIN lifecycle.contact_events l USING (source_system, source_record_id)
  WHERE (e.contact_id, e.contact_email, e.event_type, e.event_name, e.event_source, e.event_timestamp, e.payload)
    IS DISTINCT FROM (l.contact_id, l.contact_email, l.event_type, l.event_name, l.event_source, l.event_timestamp, l.payload);

CREATE TABLE demo.checks (what text, seen text, wanted text);
CREATE TABLE demo.steps (step integer, what text, call text, runs_before bigint, milliseconds numeric);
