-- Runs what mappings compile to: over every type, over names and values that try to leave their quotes, and against the obvious SQL.
\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(40);
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO, MDY';
CREATE SCHEMA up;
\ir include/every_type.psql

CREATE FUNCTION pg_temp.mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_email": "mail", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "id", "time_zone": "Europe/London"}'::jsonb || extra
$$;
-- The value of one ledger column of one row, as text; under the search path that runs have.
CREATE FUNCTION pg_temp.mapped(relation regclass, mapping jsonb, ledger_column text, condition text DEFAULT 'true') RETURNS text LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE value text;
BEGIN
  EXECUTE (SELECT format('SELECT (%s)::text FROM %s s WHERE %s', to_jsonb(c) ->> ledger_column, relation, condition)
    FROM lifecycle._compile_mapping(relation, mapping) c) INTO STRICT value;
  RETURN value;
END $$;

-- Every type in every place: it is refused with a type error, or every value of it maps.
ALTER TABLE every_type ADD mail text, ADD at timestamptz;
CREATE FUNCTION pg_temp.outcome(place text, source text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  compiled record;
  produced regtype;
  rows bigint;
BEGIN
  BEGIN
    SELECT * INTO compiled FROM lifecycle._compile_mapping('pg_temp.every_type', pg_temp.mapping(jsonb_build_object(place,
      CASE WHEN place = 'payload' AND source NOT LIKE '%jsonb' THEN to_jsonb(ARRAY[source]) ELSE to_jsonb(source) END)));
  EXCEPTION WHEN datatype_mismatch THEN
    RETURN 'refused';
  END;
  EXECUTE format('SELECT count(*), min(pg_typeof(v)) FROM (SELECT %s AS v, (%s) AS raw FROM pg_temp.every_type s OFFSET 0) q',
    to_jsonb(compiled) ->> CASE place WHEN 'change_column' THEN 'change_value' ELSE place END, compiled.time_source) INTO rows, produced;
  RETURN CASE WHEN rows = (SELECT count(*) FROM pg_temp.every_type) THEN produced::text ELSE 'rows are missing' END;
END $$;
CREATE TEMP TABLE accepted (place text, types text[], becomes text);
INSERT INTO accepted VALUES
  ('contact_id', '{c_int2,c_int4,c_int8,c_numeric,c_numeric2,c_text,c_varchar,c_char,c_name,c_uuid,c_mood,c_cents,c_short,id,mail}', 'text'),
  ('contact_email', '{c_text,c_varchar,c_char,c_name,c_mood,c_short,mail}', 'text'),
  ('event_type', '{c_bool,c_int2,c_int4,c_int8,c_numeric,c_numeric2,c_text,c_varchar,c_char,c_name,c_uuid,c_mood,c_cents,c_short,id,mail}', 'text'),
  ('event_name', '{c_bool,c_int2,c_int4,c_int8,c_numeric,c_numeric2,c_text,c_varchar,c_char,c_name,c_uuid,c_mood,c_cents,c_short,id,mail}', 'text'),
  ('event_source', '{c_bool,c_int2,c_int4,c_int8,c_numeric,c_numeric2,c_text,c_varchar,c_char,c_name,c_uuid,c_mood,c_cents,c_short,id,mail}', 'text'),
  ('event_timestamp', '{at,c_text,c_varchar,c_char,c_name,c_mood,c_short,c_date,c_timestamp,c_timestamptz,mail}', 'timestamp with time zone'),
  ('source_record_id', '{c_int2,c_int4,c_int8,c_numeric,c_numeric2,c_text,c_varchar,c_char,c_name,c_uuid,c_mood,c_cents,c_short,id,mail}', 'text'),
  ('change_column', '{at,c_date,c_timestamp,c_timestamptz}', 'timestamp with time zone'),
  ('payload', ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attnum > 0), 'jsonb');
-- "char" is a string to version 14 and none to later ones.
SELECT is((SELECT string_agg(format('%s: %s', attname, outcome), ', ' ORDER BY attname COLLATE "C") FROM (
      SELECT attname, pg_temp.outcome(place, attname) AS outcome FROM pg_attribute
      WHERE attrelid = 'every_type'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'c_char1') q
    WHERE outcome <> CASE WHEN attname::text = ANY (types) THEN becomes ELSE 'refused' END), NULL, place || ': the types it takes, and no others')
FROM accepted;

-- Against the obvious SQL, on values of every type
CREATE FUNCTION pg_temp.agrees(ledger_column text, value jsonb, obvious text) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE different bigint;
BEGIN
  EXECUTE (SELECT format('SELECT count(*) FROM pg_temp.every_type s WHERE (%s) IS DISTINCT FROM (%s)', to_jsonb(c) ->> ledger_column, obvious)
    FROM lifecycle._compile_mapping('pg_temp.every_type', pg_temp.mapping(jsonb_build_object(ledger_column, value))) c) INTO different;
  RETURN different = 0;
END $$;
SELECT ok(pg_temp.agrees('event_name', '"c_text"', $$CASE WHEN c_text <> '' THEN c_text END$$), 'a text: itself, an empty one is absent');
SELECT ok(pg_temp.agrees('event_name', '"c_numeric2"', 'c_numeric2::text'), 'a number: its text');
SELECT ok(pg_temp.agrees('event_name', '"c_mood"', 'c_mood::text'), 'an enum: its label');
SELECT ok(pg_temp.agrees('event_name', '["c_char", "c_short", "c_uuid", {"constant": "none"}]', $$CASE WHEN c_char <> '' THEN c_char::text
  WHEN c_short <> '' THEN c_short::text WHEN c_uuid IS NOT NULL THEN c_uuid::text ELSE 'none' END$$), 'the first of several types');
SELECT ok(pg_temp.agrees('event_timestamp', '"c_timestamptz"', 'c_timestamptz'), 'a time with zone: itself');
-- AT TIME ZONE where it cannot raise; null outside the years 1 to 9999 of UTC.
CREATE FUNCTION pg_temp.at_zone(local timestamp, zone text) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT CASE WHEN at >= '0001-01-01 00:00Z' AND at < '10000-01-01 00:00Z' THEN at END
  FROM (SELECT CASE WHEN local BETWEEN '0002-01-01 BC' AND '10001-01-01' THEN local AT TIME ZONE zone END) AS x(at)
$$;
SELECT ok(pg_temp.agrees('event_timestamp', '"c_timestamp"', $$pg_temp.at_zone(c_timestamp, 'Europe/London')$$), 'a time without: in the mapping''s zone');
SELECT ok(pg_temp.agrees('event_timestamp', '{"column": "c_date", "time_zone": "Asia/Tokyo"}',
  $$CASE WHEN c_date BETWEEN '0002-01-01 BC' AND '10001-01-01' THEN pg_temp.at_zone(c_date::timestamp, 'Asia/Tokyo') END$$), 'a date: its midnight in its own zone');
SELECT ok(pg_temp.agrees('event_timestamp', '["c_timestamp", {"column": "c_date", "time_zone": "Asia/Tokyo"}, "c_timestamptz"]', $$CASE
  WHEN c_timestamp IS NOT NULL THEN pg_temp.at_zone(c_timestamp, 'Europe/London')
  WHEN c_date IS NOT NULL THEN CASE WHEN c_date BETWEEN '0002-01-01 BC' AND '10001-01-01' THEN pg_temp.at_zone(c_date::timestamp, 'Asia/Tokyo') END
  ELSE c_timestamptz END$$), 'the first of several times');
SELECT ok(pg_temp.agrees('payload', '"c_jsonb"', 'c_jsonb'), 'a document as payload');
SELECT ok(pg_temp.agrees('payload', '["id", "c_text", "c_numeric", "c_jsonb"]', $$jsonb_build_object('id', id, 'c_text', c_text, 'c_numeric', c_numeric, 'c_jsonb', c_jsonb)$$),
  'a list of columns as payload');
SELECT ok(pg_temp.agrees('payload', '{"columns": {"the id": "id", "": "c_text", "again": "id"}}', $$jsonb_build_object('the id', id, '', c_text, 'again', id)$$), 'columns under other keys');

-- More columns than a function takes arguments
SELECT format('CREATE TABLE up.wide (%s)', string_agg(format('c%s int DEFAULT %s', i, i), ', ')) FROM generate_series(1, 1500) AS i \gexec
ALTER TABLE up.wide ADD id int DEFAULT 7, ADD mail text, ADD at timestamptz;
INSERT INTO up.wide DEFAULT VALUES;
SELECT is(pg_temp.mapped('up.wide', pg_temp.mapping('{"payload": {"columns": "*"}}'), 'payload'), (SELECT to_jsonb(w)::text FROM up.wide w), 'a payload of 1,503 columns');

-- Columns of differing collations side by side
CREATE COLLATION up.blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE up.collated (id int DEFAULT 1, mail text DEFAULT 'm', at timestamptz, a text COLLATE "C", b text COLLATE "POSIX", c text COLLATE up.blind);
INSERT INTO up.collated (a, b, c) VALUES ('', NULL, 'Ä');
SELECT is(pg_temp.mapped('up.collated', pg_temp.mapping('{"event_name": ["a", "b", "c"]}'), 'event_name', $$s.id = 1$$), 'Ä', 'collations do not clash');

-- Blank is absent for a time; nothing else is
CREATE TABLE up.texts (id int, mail text, at text);
INSERT INTO up.texts VALUES (1, 'm', NULL), (2, 'm', ''), (3, 'm', E' \t\r\n\x0B\f '), (4, 'm', 'v'), (5, 'm', 'n'), (6, 'm', repeat('é', 500)), (7, 'm', ' 2025-07-01 12:00 '), (8, '', '2025-01-01');
SELECT is(array_agg(pg_temp.mapped('up.texts', pg_temp.mapping('{}'), 'time_source', format('id = %s', id)) ORDER BY id),
  ARRAY[NULL, NULL, NULL, 'v', 'n', repeat('é', 200), '2025-07-01 12:00', '2025-01-01'], 'the raw time: absent, or what it says, in part where it is long')
FROM up.texts;
SELECT is(array_agg(pg_temp.mapped('up.texts', pg_temp.mapping('{}'), 'event_timestamp', format('id = %s', id)) ORDER BY id),
  ARRAY[NULL, NULL, NULL, NULL, NULL, NULL, '2025-07-01 11:00:00+00', '2025-01-01 00:00:00+00'], 'the time: null where it is absent or unreadable') FROM up.texts;
SELECT is(pg_temp.mapped('up.texts', pg_temp.mapping('{"event_timestamp": ["at", {"constant": "2000-01-01T00:00:00Z"}]}'), 'event_timestamp', 'id = 3'), '2000-01-01 00:00:00+00',
  'a constant time for what is absent');
SELECT is(pg_temp.mapped('up.texts', pg_temp.mapping('{"event_timestamp": ["at", {"constant": "2000-01-01T00:00:00Z"}]}'), 'event_timestamp', 'id = 4'), NULL,
  '... but not for what is unreadable');
SELECT is(pg_temp.mapped('up.texts', pg_temp.mapping('{}'), 'contact_email', 'id = 8'), NULL, 'an empty address is no address');

-- Names that try to leave their quotes; each column holds its own name
CREATE TABLE up.hostile (name text);
INSERT INTO up.hostile VALUES ('plain'), ('Mixed Case'), ('select'), ('s'), ('"'), ('""'), ('a"b'), ($$'$$), ($$'; DROP TABLE up.hostile; --$$), ($$"; DROP TABLE up.hostile; --$$),
  ('\'), ('\\'), ($$\'$$), ('$$'), ('$tag$'), ('/*'), ('*/'), ('--'), ('%s %I %L $1'), (E'tab\tnew\nline'), (E'\x01'), ('ünïcödé'), ('日本語'), ('🕐'), (' '), ('.'), ('a.b'),
  ('ctid_'), ('u&"x"'), (repeat('x', 63)), (repeat('é', 31)), ('NULL'), ('current_user'), ('*'), ('{}'), ('"s"."x"'), (E'a''b"c\\d');
SELECT format('CREATE TABLE up.names (id int DEFAULT 1, mail text DEFAULT ''m'', at timestamptz DEFAULT ''2025-01-01'', %s)', string_agg(format('%I text DEFAULT %L', name, name), ', '))
FROM up.hostile \gexec
INSERT INTO up.names DEFAULT VALUES;
SELECT is((SELECT count(*) FROM up.hostile WHERE pg_temp.mapped('up.names', pg_temp.mapping(jsonb_build_object('event_name', name)), 'event_name') IS DISTINCT FROM name), 0::bigint,
  'a column may be called anything');
SELECT is((SELECT count(*) FROM up.hostile WHERE pg_temp.mapped('up.names', pg_temp.mapping(jsonb_build_object('event_name', jsonb_build_object('constant', name))), 'event_name')
  IS DISTINCT FROM name), 0::bigint, 'a constant may be anything');
SELECT is(pg_temp.mapped('up.names', pg_temp.mapping('{"payload": {"columns": "*"}}'), 'payload')::jsonb - '{id,mail,at}'::text[],
  (SELECT jsonb_object_agg(name, name) FROM up.hostile), 'a payload of them');
SELECT is(pg_temp.mapped('up.names', pg_temp.mapping(jsonb_build_object('payload', jsonb_build_object('columns', (SELECT jsonb_object_agg(name, 'id') FROM up.hostile)))), 'payload')::jsonb,
  (SELECT jsonb_object_agg(name, 1) FROM up.hostile), 'keys may be anything');
SELECT is(pg_temp.mapped('up.names', pg_temp.mapping(jsonb_build_object('event_name', (SELECT jsonb_agg(name) FROM up.hostile))), 'event_name'), (SELECT name FROM up.hostile LIMIT 1),
  'a list of them');
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
SELECT is((SELECT count(*) FROM up.hostile WHERE pg_temp.mapped('up.names', pg_temp.mapping(jsonb_build_object('event_name', jsonb_build_object('constant', name),
  'payload', to_jsonb(ARRAY[name]))), 'event_name') IS DISTINCT FROM name), 0::bigint, '... also without standard_conforming_strings');
SET LOCAL standard_conforming_strings = on;
SELECT is((SELECT count(*) FROM up.hostile), 37::bigint, 'nothing was dropped');

-- A relation that is called so, and a type
CREATE SCHEMA "a ""b""; --";
CREATE DOMAIN "a ""b""; --"."it's" AS text;
CREATE TABLE "a ""b""; --"."x'y" (id int, mail "a ""b""; --"."it's", at timestamptz);
INSERT INTO "a ""b""; --"."x'y" VALUES (1, 'here', now());
SELECT is(pg_temp.mapped('"a ""b""; --"."x''y"', pg_temp.mapping('{}'), 'contact_email'), 'here', 'relations and types may be called anything');
SELECT throws_ok($$SELECT lifecycle._compile_mapping('"a ""b""; --"."x''y"', pg_temp.mapping('{"event_name": "maill"}'))$$, '42703',
  $$mapping of "a ""b""; --"."x'y": column "maill" does not exist$$, '... and are named in errors');

-- The examples, on rows as the four systems write them
CREATE TABLE up.measurement_events (measurement_event_id uuid, measure_id text, subject_id text, "timestamp" timestamptz, measure_version text, binding_id text, binding_version text,
  form_id text, form_submission_id text, idem_key text, updated_at timestamptz);
INSERT INTO up.measurement_events VALUES ('1705aa6f-5ea6-5f8b-9868-4f8dd0a70f90', 'phq9', 'Chloe@Mail.example', '2025-09-28T09:18:01Z', '1.0.0', 'intake_02', '1.0.0', 'form_intake_02',
  'resp_0', 'google_forms:resp_0:phq9', '2025-09-28T10:00Z');
CREATE TABLE up.clinical_sessions (session_id uuid, contact_id text, session_num int, status text, started_at timestamptz, ended_at timestamptz, created_at timestamptz, idem_key text, updated_at timestamptz);
INSERT INTO up.clinical_sessions VALUES ('73222d51-c78e-42aa-b745-a46ee3f6e572', 'c1', 4, 'Session Completed', NULL, '2025-11-12T14:48:19Z', '2025-10-27T09:58:19-04:00', 'k', '2025-11-12T15:00Z');
CREATE TABLE up.emails (email_event_id text, direction text, sender text, recipient text, subject text, provider text, sent_at timestamptz, thread_id text, labels text[], updated_at timestamptz);
INSERT INTO up.emails VALUES ('e1', 'outbound', 'clinic@x.example', 'ann@x.example', repeat('Reminder ', 9), 'gmail', '2025-03-01T08:00Z', 't1', '{sent,reminder}', '2025-03-01T08:01Z');
CREATE VIEW up.email_events AS SELECT email_event_id, CASE direction WHEN 'inbound' THEN sender ELSE recipient END AS contact_address, direction, subject,
  direction || ': ' || left(subject, 50) AS event_name, provider, sent_at, thread_id, labels, updated_at FROM up.emails;
CREATE TABLE up.messages (message_id bigint, contact_email text, channel text, direction text, body_preview text, platform text, sent_at timestamp, updated_at timestamptz);
INSERT INTO up.messages VALUES (9, 'ann@x.example', 'whatsapp', 'inbound', 'hello', 'respond_io', '2025-07-01 12:00', '2025-07-01T11:01Z');
\set measurement_events `cat demo/mappings/measurement_events.json`
\set clinical_sessions `cat demo/mappings/clinical_sessions.json`
\set emails `cat demo/mappings/emails.json`
\set messages `cat demo/mappings/messages.json`
CREATE FUNCTION pg_temp.row_of(relation regclass, mapping jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(pg_temp.mapped(relation, mapping, c), '-'), ' | ' ORDER BY i)
  FROM unnest('{contact_id,contact_email,event_type,event_name,event_source,event_timestamp,source_record_id,payload,change_value}'::text[]) WITH ORDINALITY AS l(c, i)
$$;
SELECT is(pg_temp.row_of('up.measurement_events', :'measurement_events'), '- | Chloe@Mail.example | form | phq9 | google_form | 2025-09-28 09:18:01+00 | 1705aa6f-5ea6-5f8b-9868-4f8dd0a70f90'
  ' | {"form_id": "form_intake_02", "idem_key": "google_forms:resp_0:phq9", "binding_id": "intake_02", "binding_version": "1.0.0", "measure_version": "1.0.0", "form_submission_id": "resp_0"}'
  ' | 2025-09-28 10:00:00+00', 'demo/mappings/measurement_events.json');
SELECT is(pg_temp.row_of('up.clinical_sessions', :'clinical_sessions'), 'c1 | - | session | Session Completed | dataverse | 2025-11-12 14:48:19+00 | 73222d51-c78e-42aa-b745-a46ee3f6e572'
  ' | {"idem_key": "k", "session_num": 4} | 2025-11-12 15:00:00+00', 'demo/mappings/clinical_sessions.json');
SELECT is(pg_temp.row_of('up.email_events', :'emails'), '- | ann@x.example | email | outbound: Reminder Reminder Reminder Reminder Reminder Remin | gmail | 2025-03-01 08:00:00+00 | e1'
  ' | {"labels": ["sent", "reminder"], "direction": "outbound", "thread_id": "t1"} | 2025-03-01 08:01:00+00', 'demo/mappings/emails.json');
SELECT is(pg_temp.row_of('up.messages', :'messages'), '- | ann@x.example | message | inbound | respond_io | 2025-07-01 11:00:00+00 | 9'
  ' | {"channel": "whatsapp", "body_preview": "hello"} | 2025-07-01 11:01:00+00', 'demo/mappings/messages.json');

SELECT * FROM finish();
ROLLBACK;
