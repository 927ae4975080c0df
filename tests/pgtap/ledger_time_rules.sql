-- Event times: with and without a zone, as dates and texts, missing, unreadable, infinite; the first of several; change columns.
\ir ../lib/ledger_test.sql
-- Whoever calls may have any settings: a run pins its own.
SET timezone = 'Asia/Tokyo';
SET datestyle = 'German, DMY';
SELECT plan(24);

CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_email": "mail", "event_type": {"constant": "session"}, "event_timestamp": "at", "source_record_id": "id"}'::jsonb || extra
$$;
-- Where each row is: its time in UTC, or why it is held.
CREATE FUNCTION times(source text) RETURNS TABLE (id text, at text) LANGUAGE sql STABLE AS $$
  SELECT source_record_id, to_char(event_timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM lifecycle.contact_events WHERE source_system = source
  UNION ALL SELECT source_record_id, code FROM lifecycle.issues WHERE source_system = source AND severity = 'error' AND resolved_at IS NULL
$$;
CREATE FUNCTION times_are(source text, wanted text, name text) RETURNS text LANGUAGE sql AS $$
  SELECT results_eq(format('SELECT id COLLATE "C", at FROM times(%L) ORDER BY 1', source), format('SELECT id::text COLLATE "C", %s FROM up.%I ORDER BY 1', wanted, source), name)
$$;

-- Without a zone, on a clock that is changed twice a year
CREATE TABLE up.local (id integer PRIMARY KEY, mail text, at timestamp, wanted text);
INSERT INTO up.local (id, at, wanted) VALUES
  (1, '2025-01-15T12:00:00', '2025-01-15 12:00:00.000000'),
  (2, '2025-07-15T12:00:00.000001', '2025-07-15 11:00:00.000001'),
  (3, '2025-03-30T00:59:59', '2025-03-30 00:59:59.000000'),
  (4, '2025-03-30T01:30:00', '2025-03-30 01:30:00.000000'), -- an hour that London never had
  (5, '2025-03-30T02:00:00', '2025-03-30 01:00:00.000000'),
  (6, '2025-10-26T00:59:59', '2025-10-25 23:59:59.000000'),
  (7, '2025-10-26T01:30:00', '2025-10-26 01:30:00.000000'), -- an hour that it had twice
  (8, '2025-10-26T02:00:00', '2025-10-26 02:00:00.000000'),
  (9, NULL, 'no_time'), (10, 'infinity', 'invalid_time'), (11, '-infinity', 'invalid_time'),
  (12, '12000-01-01T00:00:00', 'invalid_time'), (13, '0044-03-15T00:00:00 BC', 'invalid_time'),
  (14, '9999-12-31T23:59:59.999999', '9999-12-31 23:59:59.999999'), (15, '1066-10-14T09:00:00', '1066-10-14 09:01:15.000000');
SELECT lifecycle.register_source('local', 'up.local', mapping('{"time_zone": "Europe/London"}')) \g /dev/null
CALL lifecycle.sync_contact_events('local');
SELECT times_are('local', 'wanted', 'a time without a zone is read in the mapping''s');
SELECT is((SELECT count(*) FROM up.local WHERE wanted LIKE '%:%' AND id NOT IN (4, 15)
    AND wanted <> to_char(at AT TIME ZONE 'Europe/London' AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')), 0::bigint, '... as AT TIME ZONE does');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('local', '10')), '"infinity" is not a time between the years 1 and 9999.',
  'the finding shows the value');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('local', '9')), 'The event time is missing.', '... or that there is none');
SELECT is((SELECT body ->> 'at' FROM lifecycle.issues WHERE (source_system, source_record_id) = ('local', '12')), '12000-01-01T00:00:00', '... and keeps the row');
UPDATE up.local SET at = '2025-07-15T12:00:00' WHERE id IN (9, 10);
UPDATE up.local SET at = NULL WHERE id = 1;
CALL lifecycle.sync_contact_events('local');
SELECT is(last_run('local'), '15 in = 2 written + 9 unchanged + 0 superseded + 4 held; 1 deleted', 'rows enter and leave as their times are mended and lost');

-- With a zone
CREATE TABLE up.zoned (id integer PRIMARY KEY, mail text, at timestamptz, wanted text);
INSERT INTO up.zoned (id, at, wanted) VALUES
  (1, '2025-07-15T12:00:00+02:00', '2025-07-15 10:00:00.000000'), (2, '2025-12-31T20:00:00-05:00', '2026-01-01 01:00:00.000000'),
  (3, NULL, 'no_time'), (4, 'infinity', 'invalid_time'), (5, '-infinity', 'invalid_time'),
  (6, '0001-01-01T00:00:00Z', '0001-01-01 00:00:00.000000'), (7, '0001-12-31T23:59:59.999999Z BC', 'invalid_time'),
  (8, '9999-12-31T23:59:59.999999Z', '9999-12-31 23:59:59.999999'), (9, '10000-01-01T00:00:00Z', 'invalid_time');
SELECT lifecycle.register_source('zoned', 'up.zoned', mapping('{"time_zone": "Europe/London"}')) \g /dev/null
CALL lifecycle.sync_contact_events('zoned');
SELECT times_are('zoned', 'wanted', 'a time with a zone is an instant, whatever the mapping''s');

-- Dates
CREATE TABLE up.dated (id integer PRIMARY KEY, mail text, at date, wanted text);
INSERT INTO up.dated (id, at, wanted) VALUES (1, '2025-07-15', '2025-07-15 04:00:00.000000'), (2, '2025-01-15', '2025-01-15 05:00:00.000000'),
  (3, NULL, 'no_time'), (4, 'infinity', 'invalid_time'), (5, '5874897-12-31', 'invalid_time'), (6, '4713-01-01 BC', 'invalid_time');
SELECT lifecycle.register_source('dated', 'up.dated', mapping('{"time_zone": "America/New_York"}')) \g /dev/null
CALL lifecycle.sync_contact_events('dated');
SELECT times_are('dated', 'wanted', 'a date is the midnight that begins it, in the mapping''s zone');

-- Texts
CREATE TABLE up.texts (id integer PRIMARY KEY, mail text, at text, wanted text);
INSERT INTO up.texts (id, at, wanted) VALUES
  (1, '2025-07-15 12:00:00', '2025-07-15 11:00:00.000000'), (2, '2025-07-15T12:00:00Z', '2025-07-15 12:00:00.000000'),
  (3, '2025-07-15T12:00:00+02:00', '2025-07-15 10:00:00.000000'), (4, '2025-07-15 12:00:00-0530', '2025-07-15 17:30:00.000000'),
  (5, '2025-07-15', '2025-07-14 23:00:00.000000'), (6, '  2025-01-15 12:00 ', '2025-01-15 12:00:00.000000'),
  (7, '2025-01-15T12:00:00.1234567Z', '2025-01-15 12:00:00.123457'), (8, '2025-10-26 01:30:00', '2025-10-26 01:30:00.000000'),
  (9, '2025-03-30 01:30:00', '2025-03-30 01:30:00.000000'), (10, '2020-06-01 15:25:50.638 UTC', '2020-06-01 15:25:50.638000'),
  (11, NULL, 'no_time'), (12, '', 'no_time'), (13, E' \t', 'no_time'), (14, 'garbage', 'invalid_time'), (15, '15/01/2025 12:00', 'invalid_time'),
  (16, '2025-02-30', 'invalid_time'), (17, 'infinity', 'invalid_time'), (18, 'now', 'invalid_time'), (19, '1736942400', 'invalid_time'),
  (20, '2025-01-15 25:00:00', 'invalid_time'), (21, '0000-00-00 00:00:00', 'invalid_time'), (22, '2025-01-15T12:00:00 Mars/Olympus', 'invalid_time');
SELECT lifecycle.register_source('texts', 'up.texts', mapping('{"time_zone": "Europe/London"}')) \g /dev/null
CALL lifecycle.sync_contact_events('texts');
SELECT times_are('texts', 'wanted', 'a text is read as a time, with its own zone where it has one');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('texts', '15')),
  '"15/01/2025 12:00" is not a time between the years 1 and 9999.', 'the finding shows the text');
CREATE TABLE findings AS SELECT source_system, source_record_id, code, detail, body FROM lifecycle.issues WHERE resolved_at IS NULL;
SET timezone = 'America/St_Johns';
SET datestyle = 'SQL, MDY';
CALL lifecycle.reconcile_contact_events();
SELECT is((SELECT sum(written) FROM lifecycle.pipeline_runs WHERE procedure = 'reconcile_contact_events'), 0::numeric, 'a caller with other settings gets the same times');
SELECT bag_eq('SELECT source_system, source_record_id, code, detail, body FROM lifecycle.issues WHERE resolved_at IS NULL', 'SELECT * FROM findings',
  '... and the same findings');
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- No zone given
SELECT lifecycle.register_source('local', 'up.local', mapping('{}')) \g /dev/null
CALL lifecycle.sync_contact_events('local');
SELECT results_eq($$SELECT at FROM times('local') WHERE id = '2'$$, $$VALUES ('2025-07-15 12:00:00.000001')$$, 'without a time_zone, UTC is meant');
SELECT alike((SELECT warnings[1] FROM lifecycle._compile_mapping('up.local', mapping('{}'))), '%no time_zone%at (timestamp without time zone)%UTC%', '... and registration warns');
SELECT is((SELECT warnings FROM lifecycle._compile_mapping('up.local', mapping('{"time_zone": "UTC"}'))), '{}', '... unless it is said');

-- The first of several
CREATE TABLE up.sessions (id text PRIMARY KEY, mail text, started timestamptz, ended timestamp, created text, wanted text, backwards text);
INSERT INTO up.sessions (id, started, ended, created, wanted, backwards) VALUES
  ('all', '2025-07-01T10:00:00Z', '2025-07-01T12:00:00', '2025-06-01', '2025-07-01 10:00:00.000000', '2025-05-31 23:00:00.000000'),
  ('not started', NULL, '2025-07-01T12:00:00', '2025-06-01', '2025-07-01 11:00:00.000000', '2025-05-31 23:00:00.000000'),
  ('created only', NULL, NULL, '2025-06-01T00:00:00Z', '2025-06-01 00:00:00.000000', '2025-06-01 00:00:00.000000'),
  ('blank', NULL, '2025-07-01T12:00:00', ' ', '2025-07-01 11:00:00.000000', '2025-07-01 11:00:00.000000'),
  ('none', NULL, NULL, NULL, 'no_time', 'no_time'),
  ('none but blank', NULL, NULL, '', 'no_time', 'no_time'),
  ('unreadable first', '2025-07-01T10:00:00Z', NULL, 'soon', '2025-07-01 10:00:00.000000', 'invalid_time'),
  ('unreadable last', NULL, NULL, 'soon', 'invalid_time', 'invalid_time'),
  ('infinite first', 'infinity', '2025-07-01T12:00:00', NULL, 'invalid_time', '2025-07-01 11:00:00.000000');
SELECT lifecycle.register_source('sessions', 'up.sessions', mapping('{"event_timestamp": ["started", "ended", "created"], "time_zone": "Europe/London"}')) \g /dev/null
CALL lifecycle.sync_contact_events('sessions');
SELECT times_are('sessions', 'wanted', 'the first time that is present counts');
SELECT lifecycle.register_source('sessions', 'up.sessions', mapping('{"event_timestamp": ["created", "ended", "started"], "time_zone": "Europe/London"}')) \g /dev/null
CALL lifecycle.sync_contact_events('sessions');
SELECT times_are('sessions', 'backwards', '... also when it cannot be read: the bad value is shown, not passed over');

-- Change columns on other clocks: a stamp hours behind UTC is not mistaken for an old one
CREATE TABLE up.clocks (id integer PRIMARY KEY, mail text, at timestamptz DEFAULT '2025-03-01', name text, stamp timestamptz, local timestamp, day date);
CREATE PROCEDURE stamp(what text) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE up.clocks SET name = what, stamp = clock_timestamp(), local = clock_timestamp() AT TIME ZONE 'America/New_York',
    day = (clock_timestamp() AT TIME ZONE 'America/New_York')::date WHERE id = 1;
END
$$;
INSERT INTO up.clocks (id, stamp, local, day) SELECT i, '2025-03-02', '2025-03-02', '2025-03-02' FROM generate_series(1, 5) i;
SELECT lifecycle.register_source(c, 'up.clocks', mapping(jsonb_build_object('change_column', c, 'event_name', 'name', 'time_zone', 'America/New_York'))) AS registered
  FROM unnest('{stamp,local,day}'::text[]) c \g /dev/null
CALL lifecycle.sync_contact_events();
CALL stamp('changed');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT array_agg(event_name) FROM lifecycle.contact_events WHERE source_system IN ('stamp', 'local', 'day') AND source_record_id = '1'),
  '{changed,changed,changed}', 'a change column may be an instant, a local time or a date');
SELECT is(last_run('stamp'), '1 in = 1 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'only changed rows are read by instant');
SELECT is(last_run('local'), '1 in = 1 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', '... by local time');
SELECT is(last_run('day'), '1 in = 1 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', '... and by date');
CALL stamp('changed again');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT array_agg(event_name) FROM lifecycle.contact_events WHERE source_system IN ('stamp', 'local', 'day') AND source_record_id = '1'),
  ARRAY['changed again', 'changed again', 'changed again'], '... twice');
UPDATE up.clocks SET name = 'endless', stamp = 'infinity', local = 'infinity', day = 'infinity' WHERE id = 2;
CALL lifecycle.sync_contact_events();
CALL stamp('after the endless');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE event_name = 'endless'), 3::bigint, 'a stamp of infinity is read');
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE event_name = 'after the endless'), 3::bigint, '... and hides no later change');
SELECT * FROM finish();
