-- The partition of a source that somebody has divided further: in it each place in a file is there several times, and still each row is the one
-- that is written. And contacts whose id is of a type that an extension brings.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(5);
CREATE TYPE ulid;
CREATE FUNCTION ulid_in(cstring) RETURNS ulid LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION ulid_out(ulid) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE ulid (INPUT = ulid_in, OUTPUT = ulid_out, LIKE = text);
CREATE TABLE people (id ulid, email text);
INSERT INTO people SELECT ('01H' || i)::ulid, i || '@x.example' FROM generate_series(1, 9) i;
SELECT lives_ok($$SELECT lifecycle.use_contacts('people', 'id', 'email')$$, 'an id may be of a type that is not the server''s own');
CREATE TABLE talks (id bigint PRIMARY KEY, email text, kind text, at timestamptz, note text, changed timestamptz DEFAULT now());
INSERT INTO talks SELECT i, i % 9 + 1 || '@x.example', (ARRAY['email', 'message', 'session'])[i % 3 + 1], timestamptz '2025-01-01 00:00+00' + i * interval '1 minute', 'first'
  FROM generate_series(1, 300) i;
SELECT lifecycle.register_source('talks', 'talks', '{"contact_email": "email", "event_type": "kind", "event_timestamp": "at", "source_record_id": "id", "payload": ["note"], "change_column": "changed"}');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE contact_id ~ '^01H\d$'), 300::bigint, '... and its text is the contact''s id');

SELECT partition_name AS name FROM lifecycle.sources \gset
ALTER TABLE lifecycle.contact_events DETACH PARTITION lifecycle.:"name";
ALTER TABLE lifecycle.:"name" RENAME TO undivided;
CREATE TABLE lifecycle.:"name" (LIKE lifecycle.contact_events INCLUDING DEFAULTS) PARTITION BY LIST (event_type);
CREATE TABLE lifecycle.divided_email PARTITION OF lifecycle.:"name" FOR VALUES IN ('email');
CREATE TABLE lifecycle.divided_others PARTITION OF lifecycle.:"name" DEFAULT;
CREATE UNIQUE INDEX ON lifecycle.divided_email (source_record_id);
CREATE UNIQUE INDEX ON lifecycle.divided_others (source_record_id);
ALTER TABLE lifecycle.contact_events DROP CONSTRAINT contact_events_pkey;
ALTER TABLE lifecycle.contact_events ATTACH PARTITION lifecycle.:"name" FOR VALUES IN ('talks');
INSERT INTO lifecycle.contact_events SELECT * FROM lifecycle.undivided;
UPDATE talks SET note = 'second ' || id, changed = clock_timestamp() WHERE id % 2 = 0;
CALL lifecycle.sync_contact_events();
SELECT is((SELECT concat_ws(' ', rows_in, written) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '300 150', 'each changed row is written once');
SELECT is((SELECT count(*) FROM talks t JOIN lifecycle.contact_events e ON e.source_record_id = t.id::text AND e.event_type = t.kind AND e.payload = jsonb_build_object('note', t.note)), 300::bigint,
  '... in its own place');
SELECT is((SELECT count(*) FROM lifecycle.contact_events), 300::bigint, '... and no other is touched');
SELECT * FROM finish();
