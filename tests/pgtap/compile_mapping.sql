-- What a mapping compiles to, and every way it is refused. compile_mapping_run.sql runs what comes out.
\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(53);
CREATE SCHEMA up;
CREATE TYPE up.mood AS ENUM ('ok', 'not "ok"');
CREATE DOMAIN up.stamp AS timestamp;
CREATE TABLE up.forms (form_id bigint PRIMARY KEY, mail text, name varchar(40), at timestamptz, local_at timestamp, stamped up.stamp, day date, said_at text,
  gone text, extra jsonb, plain json, mood up.mood, score real, place point, tags text[], idle interval, raw bytea, changed_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE up.forms DROP COLUMN gone;

CREATE FUNCTION up.mapping(extra jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_email": "mail", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "form_id"}'::jsonb || extra
$$;
CREATE FUNCTION up.report(mapping jsonb, relation regclass DEFAULT 'up.forms') RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
  PERFORM lifecycle._compile_mapping(relation, mapping);
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, SQLERRM, detail, hint);
END $$;

-- What comes out
SELECT is(to_jsonb(c) - 'warnings', '{"contact_id": "NULL::text", "contact_email": "NULLIF(s.\"mail\"::text COLLATE \"C\", '''')",
    "event_type": "''form''::text COLLATE \"C\"", "event_name": "NULL::text", "event_source": "NULL::text", "event_timestamp": "s.\"at\"::timestamptz",
    "source_record_id": "s.\"form_id\"::text COLLATE \"C\"", "payload": "NULL::jsonb", "change_column": null, "change_type": null, "change_value": null,
    "record_id_column": "form_id", "time_source": "left(s.\"at\"::text COLLATE \"C\", 200)"}'::jsonb, 'a small mapping')
FROM lifecycle._compile_mapping('up.forms', up.mapping()) AS c;
SELECT is(warnings, '{}', 'nothing to warn of is an empty array') FROM lifecycle._compile_mapping('up.forms', up.mapping());
SELECT is(c.change_column || ' / ' || c.change_type || ' / ' || c.change_value, want, 'change column of type ' || c.change_type)
FROM (VALUES ('changed_at', 'changed_at / timestamp with time zone / s."changed_at"::timestamptz'),
    ('local_at', $$local_at / timestamp without time zone / lifecycle._utc_time(s."local_at"::timestamp, 'Asia/Tokyo'::text)$$),
    ('stamped', $$stamped / timestamp without time zone / lifecycle._utc_time(s."stamped"::timestamp, 'Asia/Tokyo'::text)$$),
    ('day', $$day / date / lifecycle._utc_time(s."day"::date, 'Asia/Tokyo'::text)$$)) AS x(col, want),
  LATERAL lifecycle._compile_mapping('up.forms', up.mapping(jsonb_build_object('change_column', col, 'time_zone', 'Asia/Tokyo'))) AS c;
SELECT is(c.record_id_column, NULL, 'no plain column: no column to look up by')
FROM lifecycle._compile_mapping('up.forms', up.mapping('{"source_record_id": ["name", "form_id"]}')) AS c;
SELECT is(up.report(up.mapping('{"look_back": "1 day"}')), 'no error', 'look_back is register_source''s own');

-- Warnings
SELECT is(warnings, ARRAY['The mapping names no time_zone: times without a zone in said_at (text), day (date), local_at (timestamp without time zone) are read as UTC. Write "time_zone": "UTC" if they are, or the zone they are in.'],
  'a zone that nobody chose')
FROM lifecycle._compile_mapping('up.forms', up.mapping('{"event_timestamp": ["said_at", "at", "day"], "change_column": "local_at"}'));
CREATE TEMP TABLE temporary_forms (LIKE up.forms);
SELECT is(warnings, ARRAY[format('%s.temporary_forms is a temporary table: no other session can read it, and it goes with this one.', pg_my_temp_schema()::regnamespace)],
  'a temporary table')
FROM lifecycle._compile_mapping('temporary_forms', up.mapping());

-- Relations
CREATE VIEW up.form_view AS SELECT * FROM up.forms;
CREATE MATERIALIZED VIEW up.form_matview AS SELECT * FROM up.forms;
CREATE TABLE up.parted (LIKE up.forms) PARTITION BY LIST (form_id);
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE up.elsewhere (form_id bigint, mail text, at timestamptz) SERVER nowhere;
CREATE SEQUENCE up.counter;
CREATE TYPE up.pair AS (form_id bigint, mail text, at timestamptz);
CREATE TABLE up.bare ();
SELECT is(up.report(up.mapping(), relation), 'no error', relation || ' can be mapped')
FROM unnest('{up.form_view,up.form_matview,up.parted,up.elsewhere}'::regclass[]) AS relation;
SELECT is(up.report(up.mapping(), relation), format('42809 | %s cannot be mapped | It is neither a table, a foreign table, a view nor a materialized view. | Name the table or view that holds the rows.', relation),
  relation || ' cannot')
FROM unnest('{up.counter,up.forms_pkey,up.pair}'::regclass[]) AS relation;
SELECT is(up.report(up.mapping(), 4000000001::oid::regclass),
  '42P01 | the relation to map does not exist | No relation has OID 4000000001: it was dropped. | Name the relation that holds the rows now.', 'a dropped relation');
SELECT is(up.report(up.mapping(), 'up.bare'),
  '42703 | mapping of up.bare: column "mail" does not exist | /contact_email is "mail". | Columns of up.bare: . For a constant write {"constant": "mail"}.', 'a table without columns');
SELECT is(up.report(NULL), '22004 | a mapping needs a relation and a JSON object | The mapping is null. | docs/SOURCES.md shows a whole mapping.', 'no mapping');
SELECT is(up.report('{}', NULL), '22004 | a mapping needs a relation and a JSON object | The relation is null. | docs/SOURCES.md shows a whole mapping.', 'no relation');

-- The document (tests/unit/mapping_errors_test.cpp has the rest)
SELECT is(up.report(mapping), want, name) FROM (VALUES
  ('no object', '[1]'::jsonb, '22023 | mapping of up.forms: it is not a JSON object | The mapping is an array. | Write {"event_type": {"constant": "form"}, …}: a key for each column.'),
  ('a missing key', up.mapping() - 'source_record_id',
    '22023 | mapping of up.forms: it does not map source_record_id | The mapping is an object. | Add "source_record_id": a column''s name, or {"constant": …}. Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at.'),
  ('no contact', up.mapping() - 'contact_email',
    '22023 | mapping of up.forms: it maps none of contact_id, contact_email | The mapping is an object. | Map at least one of them. Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at.'),
  ('an unknown key', up.mapping('{"event_nmae": "name"}'),
    '22023 | mapping of up.forms: key "event_nmae" is not known | /event_nmae is "name". | Did you mean "event_name"? Keys here: contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_record_id, payload, time_zone, change_column, look_back.'),
  ('an unknown column', up.mapping('{"event_name": "nmae"}'),
    '42703 | mapping of up.forms: column "nmae" does not exist | /event_name is "nmae". | Did you mean "name"? Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at. For a constant write {"constant": "nmae"}.'),
  ('a dropped column', up.mapping('{"payload": ["gone"]}'),
    '42703 | mapping of up.forms: column "gone" does not exist | /payload/0 is "gone". | Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at.'),
  ('a dropped column by its inner name', up.mapping('{"event_name": "........pg.dropped.9........"}'),
    '42703 | mapping of up.forms: column "........pg.dropped.9........" does not exist | /event_name is "........pg.dropped.9........". | Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at. For a constant write {"constant": "........pg.dropped.9........"}.'),
  ('a system column', up.mapping('{"source_record_id": "ctid"}'),
    '42703 | mapping of up.forms: column "ctid" does not exist | /source_record_id is "ctid". | Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at. For a constant write {"constant": "ctid"}.'),
  ('a column in other letters', up.mapping('{"event_name": "NAME"}'),
    '42703 | mapping of up.forms: column "NAME" does not exist | /event_name is "NAME". | Did you mean "name"? Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place, tags, idle, raw, changed_at. For a constant write {"constant": "NAME"}.'),
  ('a time that is a number', up.mapping('{"event_timestamp": ["at", "form_id"]}'),
    '42804 | mapping of up.forms: event_timestamp cannot be taken from a column of type bigint | /event_timestamp/1 is "form_id". | Map a column of type timestamptz, timestamp, date or text; or register a view that selects to_timestamp("form_id"), if it counts seconds since 1970.'),
  ('a name that is a time', up.mapping('{"event_name": "stamped"}'),
    '42804 | mapping of up.forms: event_name cannot be taken from a column of type up.stamp | /event_name is "stamped". | Map another column, or register a view that casts this one.'),
  ('a payload that is json', up.mapping('{"payload": "plain"}'), 'no error'),
  ('a payload that is a point', up.mapping('{"payload": "place"}'),
    '42804 | mapping of up.forms: payload cannot be taken from a column of type point | /payload is "place". | Name it in a list, such as ["place"], for an object that holds it.'),
  ('a change column that is a text', up.mapping('{"change_column": "said_at"}'),
    '42804 | mapping of up.forms: change_column cannot be of type text | /change_column is "said_at". | Name a column of type timestamptz, timestamp or date that every change of a row sets to now(). Without one, leave the key out: every run then compares all rows.'),
  ('a column twice', up.mapping('{"payload": {"columns": ["name", "name"]}}'),
    '42701 | mapping of up.forms: column "name" is listed twice | /payload/columns/1 is "name". | List each column once.'),
  ('an unknown zone', up.mapping('{"time_zone": "Europe/Londno"}'),
    '22023 | mapping of up.forms: the time zone is not known | /time_zone is "Europe/Londno". | Use UTC or an area/location name such as Europe/London; SELECT name FROM pg_timezone_names lists them.'),
  ('an abbreviated zone', up.mapping('{"event_timestamp": {"column": "day", "time_zone": "CET"}}'),
    '22023 | mapping of up.forms: the time zone is not known | /event_timestamp/time_zone is "CET". | Use UTC or an area/location name such as Europe/London; SELECT name FROM pg_timezone_names lists them.'),
  ('a number beyond a double', up.mapping('{"event_name": {"constant": 1e400}}'),
    '22003 | mapping of up.forms: it holds a number beyond the largest double | The largest double is about 1.8e308. | Write the number as a string.')
) AS x(name, mapping, want);
SET LOCAL lifecycle_ledger.max_document_bytes = 1024;
SELECT is(up.report(up.mapping(jsonb_build_object('event_name', repeat('x', 2000)))),
  '54000 | mapping of up.forms: it is too large | It has 2135 bytes; lifecycle_ledger.max_document_bytes is 1024. | A mapping has a few lines. Raise the setting if this one is meant.', 'over the size limit');
RESET lifecycle_ledger.max_document_bytes;
SET LOCAL lifecycle_ledger.max_depth = 100;
SELECT is(up.report(up.mapping(jsonb_build_object('event_name', (repeat('[', 100) || repeat(']', 100))::jsonb))),
  '54000 | mapping of up.forms: it is too deep | It nests deeper than lifecycle_ledger.max_depth, which is 100. | A mapping nests three deep. Raise the setting if this one is meant.', 'over the depth limit');
RESET lifecycle_ledger.max_depth;
SELECT is(left(up.report(up.mapping(jsonb_build_object('event_name', repeat('é', 3000000)))), 290),
  '42703 | mapping of up.forms: column "' || repeat('é', 50) || '…" does not exist | /event_name is "' || repeat('é', 50) || '…". | Columns of up.forms: form_id, mail, name, at, local_at, stamped, day, said_at, extra, plain, mood, score, place',
  'a huge name is shown in part');

-- Altered after registration: the next compilation says what is missing
ALTER TABLE up.forms RENAME COLUMN mail TO mails;
SELECT alike(up.report(up.mapping()), '42703 | mapping of up.forms: column "mail" does not exist | /contact_email is "mail". | Did you mean "mails"? %', 'a renamed column');
ALTER TABLE up.forms RENAME COLUMN mails TO mail;

-- Privileges: for the columns that are used, and no others
CREATE ROLE mapping_reader;
GRANT USAGE ON SCHEMA lifecycle TO mapping_reader;
GRANT EXECUTE ON FUNCTION lifecycle._compile_mapping(regclass, jsonb) TO mapping_reader;
CREATE TEMP TABLE reports (place int, report text);
GRANT ALL ON reports TO mapping_reader;
CREATE FUNCTION pg_temp.report_as_reader(place int, extra jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE relation regclass := 'up.forms'; whole jsonb := up.mapping(extra); detail text; hint text;
BEGIN
  SET LOCAL ROLE mapping_reader;
  BEGIN
    PERFORM lifecycle._compile_mapping(relation, whole);
    INSERT INTO reports VALUES (place, 'no error');
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    INSERT INTO reports VALUES (place, concat_ws(' | ', SQLSTATE, SQLERRM, detail, hint));
  END;
  RESET ROLE;
END $$;
SELECT pg_temp.report_as_reader(1) \g /dev/null
GRANT USAGE ON SCHEMA up TO mapping_reader;
GRANT SELECT (form_id, mail, at) ON up.forms TO mapping_reader;
SELECT pg_temp.report_as_reader(2) \g /dev/null
SELECT pg_temp.report_as_reader(3, '{"payload": ["name"]}') \g /dev/null
SELECT pg_temp.report_as_reader(4, '{"change_column": "changed_at"}') \g /dev/null
SELECT pg_temp.report_as_reader(5, '{"event_timestamp": ["at", "day"]}') \g /dev/null
GRANT SELECT ON up.forms TO mapping_reader;
SELECT pg_temp.report_as_reader(6, '{"payload": {"columns": "*"}}') \g /dev/null
SELECT is(report, want, name) FROM reports JOIN (VALUES
  (1, 'the schema', '42501 | permission denied for schema up | Role mapping_reader maps up.forms, which lies in it. | GRANT USAGE ON SCHEMA up TO mapping_reader;'),
  (2, 'the used columns suffice', 'no error'),
  (3, 'a payload column', '42501 | permission denied for column name of up.forms | Role mapping_reader maps the column and must be able to read it. | GRANT SELECT ON up.forms TO mapping_reader;'),
  (4, 'the change column', '42501 | permission denied for column changed_at of up.forms | Role mapping_reader maps the column and must be able to read it. | GRANT SELECT ON up.forms TO mapping_reader;'),
  (5, 'an alternative', '42501 | permission denied for column day of up.forms | Role mapping_reader maps the column and must be able to read it. | GRANT SELECT ON up.forms TO mapping_reader;'),
  (6, 'the whole table', 'no error')) AS x(place, name, want) USING (place) ORDER BY place;

ALTER TABLE up.forms ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION pg_temp.warnings_as_reader() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE relation regclass := 'up.forms'; whole jsonb := up.mapping(); answer text[];
BEGIN
  SET LOCAL ROLE mapping_reader;
  answer := (SELECT warnings FROM lifecycle._compile_mapping(relation, whole));
  RESET ROLE;
  RETURN answer;
END $$;
SELECT is(pg_temp.warnings_as_reader(), ARRAY['Row-level security of up.forms holds for this role: a row it hides counts as deleted upstream.'], 'row-level security');
SELECT is(warnings, '{}', '... that does not hold for this role') FROM lifecycle._compile_mapping('up.forms', up.mapping());

-- Memory and declaration
SELECT is((SELECT count(*) FROM generate_series(1, 2000) AS i WHERE up.report(up.mapping('{"event_name": "nmae"}')) LIKE '42703%'), 2000::bigint, 'errors may be many');
SELECT is((SELECT format('%s %s', provolatile, proparallel) FROM pg_proc WHERE oid = 'lifecycle._compile_mapping(regclass, jsonb)'::regprocedure), 's s', 'stable, parallel safe');

SELECT * FROM finish();
ROLLBACK;
