-- A database in which everything has been at work, for tests of dump and restore: a ledger, events, the platform, exports to a warehouse and to
-- files, grants, an erasure, archives; and what users have changed of what install() seeds. Variables: directory, role.
\set ON_ERROR_STOP 1
\set rows 600
\ir ledger_fixture.sql
SET timezone = 'UTC';
-- A source with a name that makes no plain partition name, one that was never loaded, and contacts of one's own.
CREATE TABLE upstream."Odd Mails" (id text PRIMARY KEY, "from" text, at timestamptz, body text);
INSERT INTO upstream."Odd Mails" SELECT 'm' || i, 'person' || i || '@example.com', '2025-05-01 00:00+00'::timestamptz + i * interval '1 hour', 'text ' || i FROM generate_series(1, 50) i;
SELECT lifecycle.register_source('Mails: odd', 'upstream."Odd Mails"', '{"contact_email": "from", "event_type": {"constant": "email"}, "event_timestamp": "at", "source_record_id": "id", "payload": ["body"]}') IS NOT NULL,
  lifecycle.register_source('never', 'upstream."Odd Mails"', '{"contact_email": "from", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "id"}') IS NOT NULL \g /dev/null
CALL lifecycle.sync_contact_events('forms');
CALL lifecycle.sync_contact_events('Mails: odd');

-- What is the user's to change.
INSERT INTO lifecycle.event_types VALUES ('visit', 'Somebody came by');
DELETE FROM lifecycle.lifecycle_transitions WHERE from_stage = 'Referral';
UPDATE lifecycle.event_rules SET enabled = false WHERE code = (SELECT min(code) FROM lifecycle.event_rules);
INSERT INTO lifecycle.event_verbs (past, base, kind) VALUES ('frobbed', 'frob', 'past');
INSERT INTO lifecycle.event_sources (source, enforcement) VALUES ('lenient', 'warn');
DELETE FROM lifecycle.secret_rules WHERE name = 'npm_token';
DELETE FROM lifecycle.quality_checks WHERE check_name = 'status_distribution';
UPDATE lifecycle.history_event_types SET description = description || ' (ours)' WHERE event_type = (SELECT min(event_type) FROM lifecycle.history_event_types);

-- Events of several months, good and bad, and what waits.
CREATE FUNCTION event_line(n bigint, members jsonb DEFAULT '{}') RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('event_id', ('0192e4a0-0000-7000-8000-' || lpad(n::text, 12, '0')), 'event_name', 'user_signed_up', 'event_time', '2025-03-04T05:06:07.89Z',
    'user_id', 'u' || n, 'properties', jsonb_build_object('n', n)) || members)::text $$;
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n, jsonb_build_object('event_time', to_char(timestamp '2025-01-01' + n * interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) FROM generate_series(1, 200) n;
INSERT INTO lifecycle.event_inbox (line) VALUES ('broken'), (event_line(300, '{"event_name": "is_new"}'));

-- Users, their moves, triggers, segments, metrics.
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes) SELECT md5('user' || i)::uuid, 'User' || i || '@example.com', 'Acquisition', jsonb_build_object('external_id', 'u' || i, 'n', i) FROM generate_series(1, 40) i;
SELECT count(lifecycle.set_lifecycle_stage(md5('user' || i)::uuid, 'Activation', 'test')) FROM generate_series(1, 10) i \g /dev/null
UPDATE lifecycle.users SET current_lifecycle_stage = 'Retention' WHERE id = md5('user1')::uuid;
INSERT INTO lifecycle.workflows (id, name, bpmn_xml, status, version) VALUES ('00000000-0000-4000-8000-000000000001', 'welcome', '<definitions/>', 'active', '1.0.0');
INSERT INTO lifecycle.triggers (name, event_type, conditions, workflow_id, enabled_at) VALUES ('signed up', 'user_signed_up', 'true', '00000000-0000-4000-8000-000000000001', '2020-01-01');
INSERT INTO lifecycle.user_segments (name, conditions) VALUES ('low', '[{"field": "n", "operator": "less_than", "value": 20}]');
CALL lifecycle.ingest_events();
CALL lifecycle.process_triggers();
CALL lifecycle.refresh_segments();
CALL lifecycle.roll_up_metrics();
INSERT INTO lifecycle.event_inbox (line) VALUES ('waiting');

-- Operational tables, a warehouse and files.
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('HQ house', '1 month');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION add_runs(first bigint, last bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at, error_message)
  SELECT id(n), 'op', 'act', 'company', id(n), id(n % 3), CASE WHEN n % 10 = 0 THEN 'odd' ELSE 'succeeded' END, t, t, 'Message ' || n FROM generate_series(first, last) n, LATERAL (SELECT '2025-03-01+00'::timestamptz + n * interval '1 day' AS t) t
$$;
SELECT add_runs(1, 90) \g /dev/null
INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id)
  SELECT id(1000000 + n), id(n / 3), 'request_sent', n % 3, '2025-03-01 00:00+00'::timestamptz + n * interval '3 hours', id(n % 3), 'company', id(n) FROM generate_series(3, 100) n;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, canonical_domain) SELECT id(n % 3), id(9), id(n), 'company ' || n, n || '.example' FROM generate_series(1, 30) n;
UPDATE lifecycle.company_entities SET canonical_name = canonical_name || ' & Co' WHERE canonical_name LIKE '%1';
INSERT INTO lifecycle.person_entities (org_id, company_id, entity_id, full_name, work_email) SELECT id(n % 3), id(9), id(5000 + n), 'Person ' || n, 'user' || n || '@example.com' FROM generate_series(1, 20) n;
SELECT lifecycle.grant_tenant(:'role', id(1), 'HQ house') \g /dev/null
SELECT lifecycle.register_destination('house', 'schema', 'HQ house'), lifecycle.register_destination('files', 'directory', :'directory' || '/export') \g /dev/null
SELECT lifecycle.register_consumer('hq', 'dx_operation_runs_v1') \g /dev/null
CALL lifecycle.export();
CALL lifecycle.reconcile();

-- Somebody is forgotten; a month is archived.
CALL lifecycle.erase_user(md5('user7')::uuid);
SELECT lifecycle._ensure_partition('lifecycle.lifecycle_events', date_trunc('month', now()) - interval '26 months') \g /dev/null
INSERT INTO lifecycle.lifecycle_events (event_type, user_id, event_data, created_at)
  SELECT 'stage_changed', md5('user1')::uuid, '{}', date_trunc('month', now()) - interval '26 months' + i * interval '1 hour' FROM generate_series(1, 20) i;
UPDATE lifecycle.retention_policies SET directory = :'directory' || '/archive';
CALL lifecycle.apply_retention();
-- One that was detached for its archive, and whose run was killed then.
CREATE TABLE lifecycle.events_p2020_01_archived_99 (LIKE lifecycle.events);
INSERT INTO lifecycle.events_p2020_01_archived_99 SELECT * FROM lifecycle.events LIMIT 3;
-- So that nothing is left to do.
CALL lifecycle.sync_contact_events('forms');
CALL lifecycle.sync_contact_events('Mails: odd');
CALL lifecycle.process_triggers();
CALL lifecycle.refresh_segments();
CALL lifecycle.roll_up_metrics();
CALL lifecycle.export();
