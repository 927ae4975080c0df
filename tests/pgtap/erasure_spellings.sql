-- A person is erased however an event spells them: UUIDs in any case, names behind escapes of JSON, lines that came as bytes.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(14);
\set ann '''8f14e45f-ceea-467a-9a36-dedd4bea2543'''
\set mixed '''8F14e45f-cEEA-467a-9a36-DEDD4bea2543'''
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes) VALUES (:ann, 'Jürgen@Müller.de', 'Acquisition', '{"external_id": "j7"}'),
  (gen_random_uuid(), 'bob@example.com', 'Acquisition', '{"external_id": "j8"}');
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES
  (md5('mixed')::uuid, 'page_viewed', now(), :mixed, '{"a": "secret"}'), (md5('other')::uuid, 'page_viewed', now(), 'j8', '{"a": "kept"}');
SELECT isnt((SELECT user_id FROM lifecycle._users_of(ARRAY[:mixed])), NULL, 'an id in any case names the user');

CREATE TABLE lines AS SELECT format('{"event_id":"%s","event_name":"page_viewed","event_time":"2026-01-05T00:00:00Z","user_id":"%s","properties":{"a":"%s"}}',
  event_id, user_id, note) AS line FROM (VALUES
    ('1', 'j\u00fcrgen@m\u00fcller.de', 'secret'), ('2', '\u006a7', 'secret'), ('3', :mixed, 'secret'), ('4', 'jürgen@müller.de', 'secret'),
    ('5', 'j8', 'kept \u0001 \\u006a7'), ('6', 'xj\u00fcrgen@m\u00fcller.de', 'kept')) v (event_id, user_id, note);
INSERT INTO lifecycle.event_inbox (line) SELECT line FROM lines;
INSERT INTO lifecycle.event_inbox (bytes) SELECT convert_to(line, 'UTF8') FROM lines;
CALL lifecycle.ingest_events();
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 12::bigint, 'lines without an id are dead letters');
INSERT INTO lifecycle.event_inbox (line) SELECT line FROM lines;
INSERT INTO lifecycle.event_inbox (bytes) SELECT convert_to(line, 'UTF8') FROM lines;
CALL lifecycle.erase_user(:ann);

CREATE VIEW texts AS SELECT 'dead' AS place, coalesce(body, encode(body_bytes, 'escape')) AS line FROM lifecycle.dead_letters
  UNION ALL SELECT 'inbox', coalesce(line, encode(bytes, 'escape')) FROM lifecycle.event_inbox;
SELECT is((SELECT format('%s %s', user_id, properties) FROM lifecycle.events WHERE event_id = md5('mixed')::uuid), :ann || ' {}', 'an event under the id in mixed case is redacted');
SELECT is((SELECT format('%s %s', user_id, properties) FROM lifecycle.events WHERE event_id = md5('other')::uuid), 'j8 {"a": "kept"}', 'somebody else''s is not');
SELECT is((SELECT count(*) FROM texts WHERE place = 'dead' AND line ~ 'secret'), 0::bigint, 'dead letters are found behind escapes, in any case and as bytes');
SELECT is((SELECT count(*) FROM texts WHERE place = 'dead' AND line ~ 'kept'), 4::bigint, '... others stay');
SELECT is((SELECT count(*) FROM texts WHERE place = 'inbox' AND line ~ 'secret'), 0::bigint, 'so are lines that wait in the inbox');
SELECT is((SELECT count(*) FROM texts WHERE place = 'inbox' AND line ~ 'kept'), 4::bigint, '... others stay');

INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES (md5('again')::uuid, 'page_viewed', now(), :mixed, '{"a": "secret"}');
INSERT INTO lifecycle.event_inbox (line) VALUES (format('{"event_id":"%s","event_name":"page_viewed","event_time":"2026-01-05T00:00:00Z","user_id":"%s","properties":{"a":"secret"}}',
  md5('once more')::uuid, :mixed));
CALL lifecycle.ingest_events();
SELECT is((SELECT count(*) FROM lifecycle.events WHERE properties::text ~ 'secret' OR user_id = :mixed), 0::bigint, 'who was erased does not come back under the id in another case');

-- Broken lines are looked at as text, behind their escapes too.
SELECT is(lifecycle._unescaped(E'{"a": "\\u00fc\\\\u00fc\\ud83d\\ude00\\ud83d \\u0000 \\"x\\u006a\\'), E'{"a": "ü\\\\u00fc😀\\ud83d \\u0000 \\"xj\\', 'escapes are read wherever they stand');
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) VALUES (md5('cäsar')::uuid, 'cäsar@müller.de', 'Acquisition');
INSERT INTO lifecycle.event_inbox (line) VALUES ('{"event_id": 1, "user_id": "c\u00e4sar@m\u00fcller.de", "a": "secret"'), ('"c\u00c4sar@m\u00fcller.de" secret'), ('{"a": "xc\u00e4sar@m\u00fcller.de kept"');
CALL lifecycle.ingest_events();
INSERT INTO lifecycle.event_inbox (line) VALUES ('{"event_id": 2, "user_id": "c\u00e4sar@m\u00fcller.de", "a": "secret"'), ('{"user_id": "xc\u00e4sar@m\u00fcller.de", "a": kept');

-- An envelope whose source takes its user from elsewhere than the subject.
INSERT INTO lifecycle.event_sources (source, cloudevents_user, cloudevents_name) VALUES ('crm', '/data/account/id', '/data/what');
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes) VALUES (md5('dora')::uuid, 'dora@example.com', 'Acquisition', '{"external_id": "d4"}');
INSERT INTO lifecycle.event_inbox (line)
  SELECT jsonb_build_object('specversion', '1.0', 'id', md5('crm' || note)::uuid, 'source', 'crm', 'type', 'org.changed', 'time', to_char(now() - interval '2 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'subject', subject, 'data', jsonb_build_object('what', 'page_viewed', 'account', jsonb_build_object('id', account), 'note', note))
  FROM (VALUES ('dora@example.com', 'j8', 'of another'), ('j8', 'dora@example.com', 'of dora'), ('j8', 'j8', 'cc dora@example.com')) v (subject, account, note);
CALL lifecycle.erase_user(md5('cäsar')::uuid);
CALL lifecycle.erase_user(md5('dora')::uuid);
CALL lifecycle.ingest_events();
SELECT is((SELECT count(*) FROM texts WHERE line ~ 'secret'), 0::bigint, 'a broken line with a name behind escapes is found');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE body ~ 'kept' AND body ~ 'xc'), 2::bigint, '... somebody else''s stays');
SELECT is((SELECT string_agg(format('%s %s', CASE user_id WHEN 'j8' THEN user_id WHEN md5('dora')::uuid::text THEN 'erased' END, properties ->> 'note'), ', ' ORDER BY properties ->> 'note')
  FROM lifecycle.events WHERE event_id IN (md5('crm' || 'of another')::uuid, md5('crmof dora')::uuid, md5('crmcc dora@example.com')::uuid)), 'j8 of another, erased ',
  'an event of somebody else outlives the erasure of its subject, one of the person comes in redacted');
SELECT is((SELECT count(*) FROM lifecycle.events e WHERE e::text ~ 'dora') + (SELECT count(*) FROM texts WHERE line ~ 'dora'), 0::bigint, 'nothing names the person');
SELECT * FROM finish();
