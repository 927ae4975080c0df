-- From the inbox: each line in exactly one place, with its reasons; runs that add up.
\ir ../lib/ingest_fixture.sql
\ir ../lib/partition_name.sql
SELECT plan(66);

-- Any other trigger makes ingestion take the slow way, by INSERT: functions/ingest/keys_pg.cpp knows these.
SELECT results_eq($$SELECT DISTINCT tgfoid::regproc::text COLLATE "C" FROM pg_trigger WHERE tgrelid IN ('lifecycle.events'::regclass, 'lifecycle.event_keys'::regclass) AND tgtype & 4 = 4 ORDER BY 1$$,
  $$SELECT unnest('{lifecycle._event_contract_trigger,lifecycle._keep_event_key,lifecycle._redact_event,lifecycle._take_event_key}'::text[]) COLLATE "C"$$, 'the triggers on INSERT are those that ingestion may pass over');
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 0 in = 0 written + 0 repeats + 0 dead', 'an empty inbox');

INSERT INTO lifecycle.event_inbox (source, line, received_at) VALUES ('shop', event_line(1), '2025-06-07 08:09:10');
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 1 in = 1 written + 0 repeats + 0 dead', 'one event');
SELECT results_eq('SELECT * FROM stored', $$VALUES (event_id(1), 'user_signed_up', timestamptz '2025-03-04 05:06:07.89+00', 'u1', jsonb '{"n": 1}')$$, '... is stored as it says');
SELECT is((SELECT received_at FROM lifecycle.events), '2025-06-07 08:09:10'::timestamptz, '... with the time of its arrival');
SELECT ok((SELECT pg_visible_in_snapshot(changed_xid, pg_current_snapshot()) FROM lifecycle.events), '... and a transaction that has ended');
SELECT is((SELECT count(*) FROM lifecycle.event_inbox), 0::bigint, '... and has left the inbox');
SELECT results_eq('SELECT event_id, event_time, content FROM lifecycle.event_keys', 'SELECT event_id, event_time, lifecycle.event_content(event_name, event_time, user_id, properties) FROM lifecycle.events', '... and has its key');

-- Repeats and used ids
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(1)), (replace(event_line(1), '05:06:07.89Z', '07:06:07.890000+02:00')), (event_line(1, '{"user_id": "other"}')), (event_line(1, '{"event_time": "2025-04-04T05:06:07.89Z"}'));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 4 in = 0 written + 2 repeats + 2 dead', 'the same event again, however it is spelled, is a repeat; another under its id is dead, in whatever month');
SELECT is(last_letter(), '23505 event_id.reused at "/event_id" 0192e4a0-0000-7000-8000-000000000001', '... with the reason, the place and the id');
SELECT is((SELECT body FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1), event_line(1, '{"event_time": "2025-04-04T05:06:07.89Z"}'), '... and the line itself');
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(2)), (event_line(2)), (event_line(2, '{"user_id": "other"}')), (event_line(2));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 4 in = 1 written + 2 repeats + 1 dead', 'within one run the first line is the one that counts');
SELECT is((SELECT user_id FROM lifecycle.events WHERE event_id = event_id(2)), 'u2', '... and is stored');
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(2, '{"user_id": "other"}')), (event_line(2));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 2 in = 0 written + 1 repeats + 1 dead', 'an event that was stored before is the one that counts');
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) SELECT event_id(3), event_name, event_time, 'u3', '{"n": 3}' FROM lifecycle.events WHERE event_id = event_id(1);
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(3));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 1 in = 0 written + 1 repeats + 0 dead', 'an event that was inserted directly is known');

-- Each line on its own
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(100, 109) n;
INSERT INTO lifecycle.event_inbox (line) VALUES ('not json'), (event_line(110)), (event_line(111, '{"event_name": "churned_user"}')), (event_line(112));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 14 in = 12 written + 0 repeats + 2 dead', 'a bad line condemns no other');

CREATE FUNCTION letter_of(line text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer record;
BEGIN
  DELETE FROM lifecycle.event_inbox;
  INSERT INTO lifecycle.event_inbox (line) VALUES (letter_of.line);
  SELECT * INTO answer FROM lifecycle._ingest_chunk(-1, 10);
  IF answer.dead = 1 THEN
    RETURN last_letter();
  END IF;
  RETURN 'taken';
END $$;
SELECT is(letter_of(event_line(200, '{"event_id": null}')), '23514 event_id.missing at "/event_id"', 'no event_id');
SELECT is(letter_of(event_line(200, '{"event_id": "x"}')), '23514 event_id.not_uuid at "/event_id" x', 'an event_id that is no UUID');
SELECT is(letter_of(event_line(200, '{"event_id": 5}')), '23514 event_id.wrong_type at "/event_id"', 'one that is a number');
SELECT is(letter_of(event_line(200, '{"event_name": null}')), '23514 event_name.missing at "/event_name" 0192e4a0-0000-7000-8000-000000000200', 'no event_name');
SELECT is(letter_of(event_line(200, '{"event_time": "2025-03-04T05:06:07"}')), '23514 event_time.no_zone at "/event_time" 0192e4a0-0000-7000-8000-000000000200', 'a time without zone');
SELECT alike(letter_of(event_line(200, '{"event_time": "20000-03-04T05:06:07Z"}')), '23514 event_time.% at "/event_time"%', 'the year 20000');
SELECT is(letter_of(event_line(200, '{"event_time": "1985-03-04T05:06:07Z"}')), '23514 event_time.out_of_range at "/event_time" 0192e4a0-0000-7000-8000-000000000200', 'a time before the settable range');
SELECT is(letter_of(event_line(200, jsonb_build_object('event_time', to_char(now() + interval '3 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))), '23514 event_time.out_of_range at "/event_time" 0192e4a0-0000-7000-8000-000000000200', '... and after it');
SELECT is(letter_of(event_line(200, '{"user_id": null}')), '23514 user_id.missing at "/user_id" 0192e4a0-0000-7000-8000-000000000200', 'no user');
SELECT is(letter_of(event_line(200, jsonb_build_object('user_id', repeat('u', 5000)))), '23514 user_id.too_long at "/user_id" 0192e4a0-0000-7000-8000-000000000200', 'a user_id no index could hold');
SELECT is(letter_of(event_line(200, '{"properties": null}')), '23514 properties.missing at "/properties" 0192e4a0-0000-7000-8000-000000000200', 'no properties');
SELECT is(letter_of(event_line(200, '{"properties": [1]}')), '23514 properties.wrong_type at "/properties" 0192e4a0-0000-7000-8000-000000000200', 'properties that are a list');
SELECT is(letter_of(event_line(200, '{"extra": 1}')), '23514 event.unknown_field at "/extra" 0192e4a0-0000-7000-8000-000000000200', 'a sixth field');
SELECT is(letter_of('[' || event_line(200) || ']'), '23514 event.batch at ""', 'a list of events');
SELECT is(letter_of('"text"'), '23514 event.not_object at ""', 'a scalar');
SELECT is(letter_of(''), '22P02 line.empty at ""', 'an empty line');
SELECT is(letter_of(E' \t\r'), '22P02 line.empty at ""', 'a blank one');
SELECT is(letter_of(NULL), '22P02 line.empty at ""', 'none at all');
SELECT is(letter_of(E'\t' || event_line(200) || E' \r'), 'taken', 'blanks around an event do not matter');
SELECT is(letter_of(event_line(201, '{"event_id": "0192E4A0-0000-7000-8000-00000000020F"}')), 'taken', 'nor does the case of the event_id');
SELECT is(letter_of(event_line(202, '{"event_name": "is_vip", "user_id": "", "properties": {"churn_risk": 1}}')), '23514 event_name.flag at "/event_name" 0192e4a0-0000-7000-8000-000000000202', 'of several faults the first is the reason');
SELECT is((SELECT jsonb_agg(f ->> 'code') FROM (SELECT findings FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1) d, jsonb_array_elements(d.findings) f), '["event_name.flag", "user_id.empty", "property.derived"]', '... and all of them are told');
SELECT is((SELECT contract_version FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1), (SELECT version::text FROM lifecycle.event_contract_version), '... with the version of the contract');

-- The other forms of a row
TRUNCATE lifecycle.event_inbox;
INSERT INTO lifecycle.event_inbox (line) SELECT doc FROM (VALUES (event_line(300)::jsonb), ('{"event_name": "user_signed_up"}')) d (doc);
INSERT INTO lifecycle.event_inbox (bytes) VALUES (convert_to(event_line(301, '{"properties": {"name": "Zoë"}}'), 'UTF8')), ('\x7b22ff'), ('');
INSERT INTO lifecycle.event_inbox (line, bytes) VALUES (event_line(302), '\x00');
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 6 in = 2 written + 0 repeats + 4 dead', 'events as jsonb and as bytes; a row with both columns is dead');
SELECT is((SELECT properties ->> 'name' FROM lifecycle.events WHERE event_id = event_id(301)), 'Zoë', 'bytes are UTF-8');
SELECT results_eq('SELECT code, body, body_bytes FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 4',
  $$VALUES ('line.empty', event_line(302), bytea '\x00'), ('line.empty', NULL, ''), ('json.invalid_utf8', NULL, '\x7b22ff'), ('event_id.missing', '{"event_name": "user_signed_up"}', NULL)$$, 'dead letters keep the row in its form');

-- Sources that are warned only
INSERT INTO lifecycle.event_sources (source, enforcement) VALUES ('legacy', 'warn');
INSERT INTO lifecycle.event_inbox (source, line) VALUES ('legacy', event_line(400, '{"event_name": "purchase"}')), (NULL, event_line(401, '{"event_name": "purchase"}')), ('legacy', event_line(402, '{"user_id": null}'));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 3 in = 1 written + 0 repeats + 2 dead', 'a source whose naming is only warned of; its structure is held to all the same');
SELECT is((SELECT source FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1), 'legacy', 'a dead letter names its source');

-- Steps, order, late rows
SET lifecycle_ledger.chunk_rows = 7;
INSERT INTO lifecycle.event_inbox (id, line) SELECT 1000000 - n * 13, event_line(n, jsonb_build_object('event_time', timestamp '2024-01-01' + n * interval '1 day' + interval '1 second' || 'Z')) FROM generate_series(1000, 1099) n;
CALL lifecycle.ingest_events();
RESET lifecycle_ledger.chunk_rows;
SELECT is((SELECT chunks FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 15, 'a run commits in steps of chunk_rows');
SELECT is((SELECT written + unchanged + dead FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 100::bigint, '... and misses none');
INSERT INTO lifecycle.event_inbox (id, line) VALUES (-9000000000000000000, event_line(1200)), (9223372036854775807, event_line(1201)), (0, event_line(1202));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 3 in = 3 written + 0 repeats + 0 dead', 'ids anywhere in bigint');
INSERT INTO lifecycle.event_inbox (id, line) VALUES (2000, event_line(1300, '{"user_id": "second"}')), (1999, event_line(1300, '{"user_id": "first"}'));
CALL lifecycle.ingest_events();
SELECT is((SELECT user_id FROM lifecycle.events WHERE event_id = event_id(1300)), 'first', 'lines are taken in the order of their ids');

-- Months
SELECT is(lifecycle._partition_of('lifecycle.events', '2011-07-01'), NULL, 'a month that nobody has needed so far');
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(1400, '{"event_time": "2011-07-31T23:59:59.999999Z"}')), (event_line(1401, '{"event_time": "2011-08-01T01:00:00+01:00"}'));
CALL lifecycle.ingest_events();
SELECT is((SELECT tableoid::regclass::text FROM lifecycle.events WHERE event_id = event_id(1400)), partition_name('lifecycle.events', '2011-07-01'), '... is made for its first event');
SELECT is((SELECT tableoid::regclass::text FROM lifecycle.events WHERE event_id = event_id(1401)), partition_name('lifecycle.events', '2011-08-01'), '... by the event''s time in UTC');
SET lifecycle_ledger.earliest_event_time = '2012-01-01T00:00:00Z';
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(1402, '{"event_time": "2011-05-01T00:00:00Z"}'));
CALL lifecycle.ingest_events();
RESET lifecycle_ledger.earliest_event_time;
SELECT is(last_letter(), '23514 event_time.out_of_range at "/event_time" 0192e4a0-0000-7000-8000-000000001402', 'beyond the range that is set, a dead letter');
SELECT format('CREATE TABLE %s (stands_in_the_way int)', partition_name('lifecycle.events', '2013-01-01')) \gexec
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n, CASE n WHEN 1511 THEN '{"event_time": "2013-01-05T00:00:00Z"}' ELSE '{}' END::jsonb) FROM generate_series(1500, 1540) n;
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 41 in = 40 written + 0 repeats + 1 dead', 'an event whose month cannot be made is a dead letter, and the others go on');
SELECT alike(last_letter(), '23514 write.23514%', '... with what the server said');

-- Tables that the user has made stricter, or given triggers
ALTER TABLE lifecycle.events ADD CONSTRAINT not_this_one CHECK (user_id <> 'u1617');
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(1600, 1650) n;
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 51 in = 50 written + 0 repeats + 1 dead', 'a line that a constraint of the user''s own refuses condemns no other');
SELECT is((SELECT code || ' ' || body FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1), 'write.23514 ' || event_line(1617), '... and is the dead letter');
CREATE TABLE seen (event_id uuid, by_trigger text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen VALUES (NEW.event_id, TG_NAME); RETURN NEW; END $$;
CREATE TRIGGER see AFTER INSERT ON lifecycle.events FOR EACH ROW EXECUTE FUNCTION see();
ALTER TABLE lifecycle.events ADD COLUMN note text DEFAULT 'ours';
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(1700, 1720) n;
CALL lifecycle.ingest_events();
SELECT is((SELECT count(*) FROM seen), 21::bigint, 'triggers of the user''s own fire');
SELECT is((SELECT count(*) FROM lifecycle.events WHERE note = 'ours' AND event_id >= event_id(1700)), 21::bigint, '... and columns have their defaults');
CREATE TRIGGER see_keys AFTER INSERT ON lifecycle.event_keys FOR EACH ROW EXECUTE FUNCTION see();
INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(1715, 1724) n;
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(1724)), (event_line(1723, '{"user_id": "other"}')), (event_line(1716, '{"user_id": "other"}'));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 13 in = 4 written + 7 repeats + 2 dead', 'with triggers on the keys, too, lines come to the same');
SELECT is((SELECT count(*) FROM seen WHERE by_trigger = 'see_keys'), 4::bigint, '... and those fire as well');
DROP TRIGGER see_keys ON lifecycle.event_keys;
DROP TRIGGER see ON lifecycle.events;
SELECT partition_name('lifecycle.events', '2025-03-01') AS march \gset
CREATE UNIQUE INDEX ON :march ((properties ->> 'n')) WHERE event_name = 'login_succeeded';
INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(1800, '{"event_name": "login_succeeded", "properties": {"n": "a"}}')), (event_line(1801, '{"event_name": "login_succeeded", "properties": {"n": "a"}}')),
  (event_line(1802, '{"properties": {"n": "a"}}'));
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 3 in = 2 written + 0 repeats + 1 dead', 'partial unique indexes on expressions are kept');

-- Accounting over all of it
SELECT is((SELECT count(*) FROM lifecycle.events e FULL JOIN lifecycle.event_keys k USING (event_id, event_time) WHERE e.event_id IS NULL OR k.event_id IS NULL
    OR k.content <> lifecycle.event_content(e.event_name, e.event_time, e.user_id, e.properties)), 0::bigint, 'every event has its key and every key its event');
SELECT is((SELECT sum(written)::bigint FROM lifecycle.pipeline_runs WHERE procedure = 'ingest_events'),
  (SELECT count(*) FROM lifecycle.events) - 1 - 2, 'the runs have written what is there, but for what was put there directly');
SELECT is((SELECT count(*) FROM lifecycle.pipeline_runs WHERE status <> 'succeeded'), 0::bigint, 'no run has failed');
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT is((SELECT count(*) FROM lifecycle.events WHERE user_id >= '' AND event_time > '-infinity'), (SELECT count(*) FROM lifecycle.events WHERE changed_xid > '0'), 'the indexes agree with each other');
SELECT throws_ok('CALL lifecycle.ingest_events()', '25001', NULL, 'inside a function it says that it commits in steps');
SELECT * FROM finish();
