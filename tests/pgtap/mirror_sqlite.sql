-- mirror_sqlite(): the file has what PostgreSQL has, answers the specification's queries alike, and is replaced whole or not.
\set ON_ERROR_STOP 1
\set QUIET 1
\set VERBOSITY sqlstate
\set name 'mirror of ''all'' ' :DBNAME '.sqlite'
\ir ../lib/mirror_fixture.sql
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT plan(56);

-- Runs a statement; gives "sqlstate: message" of what it raises, or 'no error'.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
CREATE FUNCTION hex(value text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(upper(encode(convert_to(value, 'UTF8'), 'hex')), '-') $$;
CREATE FUNCTION utc(value timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '\.000000$', '') $$;

-- Contents. Session settings that change how values print must not matter.
INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || i, 'person' || i || '@example.org' FROM generate_series(1, 40) AS i;
INSERT INTO lifecycle.contact_events
SELECT CASE WHEN i % 7 > 0 THEN 'c' || i % 40 END, CASE WHEN i % 11 > 0 THEN 'Pérson' || i % 40 || '@example.org' END,
  (ARRAY['form', 'session', 'email', 'message'])[1 + i % 4], CASE WHEN i % 3 > 0 THEN E'it''s | "\\' || E'\n' || i END, 'google_form',
  now() - i * interval '3 hours 7.25 seconds' + CASE WHEN i % 5 = 0 THEN interval '0.000001 s' ELSE interval '0' END,
  'source' || i % 3, 'record ' || i,
  CASE WHEN i % 6 > 0 THEN jsonb_build_object('z', i, 'a', ARRAY[i / 8.0, NULL], 'text', E'"\\\n\u00fc', 'big', 12345678901234567890.123) END,
  timestamptz '2024-02-29 23:59:59+00' + i * interval '1 second', md5(i::text)::uuid
FROM generate_series(1, 500) AS i;
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Kathmandu';
SET intervalstyle = 'iso_8601';
SET extra_float_digits = -15;
SET bytea_output = 'escape';
CALL lifecycle.mirror_sqlite(:'path');
RESET ALL;
SET client_min_messages = warning;
SELECT is(sqlite(:'path', 'PRAGMA integrity_check'), 'ok', 'the file is sound');
SELECT is(sqlite(:'path', 'SELECT group_concat(name) FROM pragma_table_info(''contact_events'')'),
  'contact_id,contact_email,event_type,event_name,event_source,event_timestamp,source_system,source_record_id,payload,ingested_at,event_fingerprint',
  'contact_events has the ledger''s columns');
SELECT is(sqlite(:'path', 'SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(''contact_events'') WHERE pk > 0 ORDER BY pk)'),
  'source_system,source_record_id', '... and its key');
SELECT is(sqlite(:'path', $$SELECT replace(group_concat(iif(contact_id IS NULL, '-', hex(contact_id)) || ' ' || iif(contact_email IS NULL, '-', hex(contact_email))
    || ' ' || event_type || ' ' || iif(event_name IS NULL, '-', hex(event_name)) || ' ' || event_source || ' ' || event_timestamp || ' ' || source_system
    || ' ' || source_record_id || ' ' || ingested_at || ' ' || event_fingerprint), ',', ' / ') FROM (SELECT * FROM contact_events ORDER BY source_system, source_record_id)$$),
  (SELECT string_agg(concat_ws(' ', hex(contact_id), hex(contact_email), event_type, hex(event_name), event_source, utc(event_timestamp), source_system,
    source_record_id, utc(ingested_at), event_fingerprint), ' / ' ORDER BY source_system, source_record_id) FROM lifecycle.contact_events),
  'every row is there, value for value');
SELECT is(sqlite(:'path', 'SELECT count(*) FROM contact_events'), '500', '... once');
CREATE TEMP TABLE payloads AS SELECT split_part(line, '|', 1) AS id, convert_from(decode(nullif(split_part(line, '|', 2), '-'), 'hex'), 'UTF8') AS payload
FROM string_to_table(sqlite(:'path', 'SELECT source_record_id, iif(payload IS NULL, ''-'', hex(payload)) FROM contact_events'), E'\n') AS line;
SELECT is((SELECT count(*) FROM payloads JOIN lifecycle.contact_events AS e ON e.source_record_id = payloads.id
  WHERE payloads.payload::jsonb IS NOT DISTINCT FROM e.payload), 500::bigint, 'payloads are equal as JSON');
SELECT is((SELECT count(*) FROM payloads JOIN lifecycle.contact_events AS e ON e.source_record_id = payloads.id
  WHERE payloads.payload IS NOT DISTINCT FROM lifecycle.canonical_json(e.payload, exact => true)), 500::bigint, '... and canonical as text');
SELECT is(sqlite(:'path', 'SELECT group_concat(DISTINCT typeof(event_timestamp) || typeof(payload)) FROM contact_events WHERE payload IS NOT NULL'), 'texttext', 'both are text');
SELECT is(sqlite(:'path', 'SELECT contact_id || email FROM contacts ORDER BY rowid'), (SELECT string_agg(contact_id || email, E'\n') FROM lifecycle.contacts), 'the contacts are there');
SELECT is(sqlite(:'path', 'EXPLAIN QUERY PLAN SELECT event_timestamp, event_type, event_name, event_source FROM contact_events WHERE contact_id = ''c1'' ORDER BY event_timestamp DESC'),
  E'QUERY PLAN\n`--SEARCH contact_events USING INDEX contact_events_timeline (contact_id=?)', 'a contact''s timeline comes from the index');

-- The specification's SQLite queries, as printed there
SELECT is(sqlite(:'path', $$SELECT c.contact_id, c.email, c.first_name,
       MAX(e.event_timestamp) as last_form
FROM contacts c
LEFT JOIN contact_events e
  ON c.contact_id = e.contact_id
  AND e.event_type = 'form'
GROUP BY c.contact_id, c.email, c.first_name
HAVING last_form IS NULL
   OR last_form < DATETIME('now', '-14 days')$$),
  (SELECT string_agg(concat(contact_id, '|', email, '|', first_name, '|', utc(last_form)), E'\n' ORDER BY contact_id COLLATE "C") FROM (
    SELECT c.contact_id, c.email, c.first_name, max(e.event_timestamp) AS last_form
    FROM lifecycle.contacts AS c LEFT JOIN lifecycle.contact_events AS e ON c.contact_id = e.contact_id AND e.event_type = 'form'
    GROUP BY 1, 2, 3 HAVING max(e.event_timestamp) IS NULL OR max(e.event_timestamp) < now() - interval '14 days') AS q), 'who needs a form');
SELECT is(sqlite(:'path', $$.parameter set ?1 c5
SELECT hex(event_timestamp), hex(event_type), hex(event_name), hex(event_source) FROM (
SELECT event_timestamp, event_type, event_name, event_source
FROM contact_events
WHERE contact_id = ?
ORDER BY event_timestamp DESC);$$),
  (SELECT string_agg(concat_ws('|', hex(utc(event_timestamp)), hex(event_type), coalesce(nullif(hex(event_name), '-'), ''), hex(event_source)), E'\n' ORDER BY event_timestamp DESC)
    FROM lifecycle.contact_events WHERE contact_id = 'c5'), 'a client''s timeline');
SELECT is(sqlite(:'path', $$SELECT
  contact_id,
  SUM(CASE WHEN event_type = 'form' THEN 1 ELSE 0 END) as form_count,
  SUM(CASE WHEN event_type = 'session' THEN 1 ELSE 0 END) as session_count,
  SUM(CASE WHEN event_type = 'email' THEN 1 ELSE 0 END) as email_count,
  MAX(event_timestamp) as last_activity
FROM contact_events
GROUP BY contact_id$$),
  (SELECT string_agg(concat(contact_id, '|', forms, '|', sessions, '|', emails, '|', utc(latest)), E'\n' ORDER BY contact_id COLLATE "C" NULLS FIRST) FROM (
    SELECT contact_id, count(*) FILTER (WHERE event_type = 'form') AS forms, count(*) FILTER (WHERE event_type = 'session') AS sessions,
      count(*) FILTER (WHERE event_type = 'email') AS emails, max(event_timestamp) AS latest
    FROM lifecycle.contact_events GROUP BY contact_id) AS q), 'activity by channel');

-- A contacts relation of the user's own, with every kind of column
CREATE FUNCTION use_people(people regclass, id name, mail name) RETURNS void LANGUAGE sql AS $$
  DELETE FROM lifecycle.contact_source;
  INSERT INTO lifecycle.contact_source (relation, id_column, email_column) VALUES (people, id, mail) $$;
CREATE DOMAIN level AS integer;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TABLE people (gone text, small smallint, id bigint, whole integer, big bigint, oid_ oid, flag boolean, single real, double_ double precision,
  exact numeric, word varchar(20), fixed char(4), "E-Mail" text, raw bytea, at timestamptz, local timestamp, day date, hour time, span interval, key uuid,
  doc jsonb, doc_text json, list text[], times timestamptz[], state mood, grade level, host inet, last_name text, first_name text, contact_id text,
  "EMAIL" text, "we ""ird" text);
ALTER TABLE people DROP COLUMN gone;
INSERT INTO people VALUES
  (-32768, 7, 2147483647, -9223372036854775808, 4294967295, true, 0.1, 0.1, 1.50, 'it''s', 'ab', 'A@x.org', '\x00ff27', '2024-12-31 23:59:59.5+05:45',
   '2024-12-31 23:59:59', '2024-02-29', '23:59:59.25', '1 year 2 days 03:04:05.6', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{"b":  1.50, "a": [1, {"c": null}]}', '{"b":  1.50}',
   '{a,"b c",NULL}', '{2024-12-31 23:59:59.5+05:45}', 'it''s ok', 3, '10.0.0.1/8', 'Lämp', 'Åsa', 'other id', 'other mail', 'w'),
  (NULL, 8, 0, 9223372036854775807, 0, false, 'infinity', '-infinity', 'NaN', '', '', NULL, '', 'infinity', '-infinity', '-infinity', '24:00', '0', NULL,
   'null', 'null', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (NULL, 9, NULL, NULL, NULL, NULL, 'nan', 'nan', 1e30, NULL, NULL, 'n@x.org', NULL, '0044-03-15 12:00:00+00 BC', '12345-06-07 08:09:10.000001', '0044-03-15 BC',
   NULL, '-1 mon', NULL, to_jsonb(repeat('x', 100000)), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE "same names" (nr integer, mail text, contact_id text, "contact_ID_2" text, "Mail" text, "Email" text, "EMAIL" text, email_3 text);
SELECT use_people('"same names"', 'nr', 'mail') AS used \gset
CALL lifecycle.mirror_sqlite(:'path');
SELECT is(sqlite(:'path', 'SELECT group_concat(name) FROM pragma_table_info(''contacts'')'),
  'contact_id,email,contact_id_3,contact_ID_2,Mail,Email_2,EMAIL_4,email_3', 'the number of a name that is taken leads to none that is taken too');
SELECT use_people('people', 'id', 'E-Mail') AS used \gset
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Kathmandu';
SET extra_float_digits = -15;
CALL lifecycle.mirror_sqlite(:'path');
RESET datestyle;
RESET timezone;
RESET extra_float_digits;
SELECT is(sqlite(:'path', 'SELECT name || '' '' || type FROM pragma_table_info(''contacts'')'),
  $$contact_id TEXT
email TEXT
first_name TEXT
last_name TEXT
small INTEGER
whole INTEGER
big INTEGER
oid_ INTEGER
flag INTEGER
single REAL
double_ REAL
exact TEXT
word TEXT
fixed TEXT
raw BLOB
at TEXT
local TEXT
day TEXT
hour TEXT
span TEXT
key TEXT
doc TEXT
doc_text TEXT
list TEXT
times TEXT
state TEXT
grade INTEGER
host TEXT
contact_id_2 TEXT
EMAIL_2 TEXT
we "ird TEXT$$, 'the known columns come first, then the others; a name that is taken gets a number');
CREATE FUNCTION person(path text, id text) RETURNS text LANGUAGE sql AS $$
  SELECT sqlite(path, format('SELECT concat_ws FROM (SELECT %s AS concat_ws FROM contacts WHERE contact_id = %L)',
    (SELECT string_agg(format('typeof(%1$s) || '' '' || iif(typeof(%1$s) IN (''text'', ''blob''), iif(length(%1$s) > 1000, length(%1$s), quote(%1$s)), coalesce(%1$s, ''''))', c), ' || char(10) || ')
     FROM string_to_table('contact_id,email,first_name,last_name,small,whole,big,oid_,flag,single,double_,exact,word,fixed,raw,at,local,day,hour,span,key,doc,doc_text,list,times,state,grade,host,contact_id_2,EMAIL_2,"we ""ird"', ',') AS c), id)) $$;
SELECT is(person(:'path', '7'), $$text '7'
text 'A@x.org'
text 'Åsa'
text 'Lämp'
integer -32768
integer 2147483647
integer -9223372036854775808
integer 4294967295
integer 1
real 0.1
real 0.1
text '1.50'
text 'it''s'
text 'ab  '
blob X'00FF27'
text '2024-12-31 18:14:59.500000'
text '2024-12-31 23:59:59'
text '2024-02-29'
text '23:59:59.25'
text '1 year 2 days 03:04:05.6'
text 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
text '{"a":[1,{"c":null}],"b":1.5}'
text '{"b":  1.50}'
text '{a,"b c",NULL}'
text '{"2024-12-31 18:14:59.5+00"}'
text 'it''s ok'
integer 3
text '10.0.0.1/8'
text 'other id'
text 'other mail'
text 'w'$$, 'values of every type');
SELECT is(person(:'path', '8'), $$text '8'
null 
null 
null 
null 
integer 0
integer 9223372036854775807
integer 0
integer 0
real Inf
real -Inf
text 'NaN'
text ''
text '    '
blob X''
text 'infinity'
text '-infinity'
text '-infinity'
text '24:00:00'
text '00:00:00'
null 
text 'null'
text 'null'
text '{}'
text '{}'
null 
null 
null 
null 
null 
null $$, 'nulls, empty values and infinities');
SELECT is(person(:'path', '9'), $$text '9'
text 'n@x.org'
null 
null 
null 
null 
null 
null 
null 
text 'NaN'
text 'NaN'
text '1000000000000000000000000000000'
null 
null 
null 
text '0044-03-15 12:00:00 BC'
text '12345-06-07 08:09:10.000001'
text '0044-03-15 BC'
null 
text '-1 mons'
null 
text 100002
null 
null 
null 
null 
null 
null 
null 
null 
null $$, 'not-a-number, distant times, long values');
CREATE VIEW client_view AS SELECT id::text AS client, "E-Mail" AS mail, first_name FROM people WHERE first_name IS NOT NULL;
SELECT use_people('client_view', 'client', 'mail') AS used \gset
CALL lifecycle.mirror_sqlite(:'path');
SELECT is(sqlite(:'path', 'SELECT * FROM contacts'), '7|A@x.org|Åsa', 'the contacts may be a view');
CREATE TABLE wide_doc (contact_id text, email text, doc jsonb);
INSERT INTO wide_doc SELECT 'deep', 'd@x.org', (repeat('[', 1500) || repeat(']', 1500))::jsonb;
SELECT use_people('wide_doc', 'contact_id', 'email') AS used \gset
CALL lifecycle.mirror_sqlite(:'path');
SELECT is(sqlite(:'path', 'SELECT length(doc) FROM contacts'), '3000', 'a document too deep for the canonical form is written all the same');
SELECT use_people('client_view', 'client', 'mail') AS used \gset

-- One snapshot for both tables: what another session commits between them is in neither
SELECT dblink_connect('other', format('host=%s port=%s dbname=%s user=%s',
  split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user))
  AS connected \gset
CREATE FUNCTION commit_elsewhere() RETURNS text LANGUAGE sql AS $$
  SELECT public.dblink_exec('other', 'INSERT INTO lifecycle.contact_events (event_type, event_timestamp, source_system, source_record_id, event_fingerprint)
    VALUES (''system'', now(), ''late'', ''late'', ''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'')') $$;
SELECT is(lifecycle._mirror_sqlite(:'path', 'SELECT ''c''::text AS contact_id, public.commit_elsewhere() AS email',
  'SELECT contact_id, event_timestamp, event_type, source_system, source_record_id FROM lifecycle.contact_events')::text, '(1,500)', 'both tables are of one snapshot');
SELECT is((SELECT count(*) FROM lifecycle.contact_events), 501::bigint, '... though a row came in between');
SELECT is(sqlite(:'path', 'SELECT count(*) FROM contact_events WHERE source_system = ''late'''), '0', '... which the file does not have');
CALL lifecycle.mirror_sqlite(:'path');
SELECT is(sqlite(:'path', 'SELECT count(*) FROM contact_events'), '501', 'the next run has it');

-- Errors: each names the thing and the mend, and leaves the old file and nothing beside it
CREATE FUNCTION content(path text) RETURNS text LANGUAGE sql AS $$ SELECT md5(pg_read_binary_file(path)) $$;
SELECT content(:'path') AS before \gset
\set two '''SELECT 1 AS contact_id, 2 AS email'', ''SELECT i AS contact_id, now() AS event_timestamp, 1 AS event_type, 1 AS source_system, '
SELECT alike(outcome('CALL lifecycle.mirror_sqlite(NULL)'), '22004:%', 'a null path');
SELECT is(outcome('CALL lifecycle.mirror_sqlite(''mirror.sqlite'')'), '42602: the path of the mirror must be absolute', 'a relative path');
SELECT is(outcome('CALL lifecycle.mirror_sqlite(''/no such/directory/m.sqlite'')'), '58P01: could not create "/no such/directory/m.sqlite.lifecycle-new"', 'a missing directory');
SELECT is(outcome('CALL lifecycle.mirror_sqlite(''/dev/full/m.sqlite'')'), '58P01: could not examine "/dev/full/m.sqlite"', 'a directory that is none');
SELECT is(outcome('CALL lifecycle.mirror_sqlite(''/sys/m.sqlite'')'), '58030: could not create "/sys/m.sqlite.lifecycle-new"', 'a directory that is not writable');
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', current_setting('data_directory'))), format('42809: "%s" is not an SQLite database', current_setting('data_directory')), 'a directory');
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', current_setting('data_directory') || '/PG_VERSION')),
  format('42809: "%s/PG_VERSION" is not an SQLite database', current_setting('data_directory')), 'another kind of file');
SELECT is(pg_read_file('PG_VERSION'), current_setting('server_version_num')::int / 10000 || E'\n', '... which is kept');
SELECT is(outcome(format('SELECT lifecycle._mirror_sqlite(%L, %s 1 / (900 - i) AS source_record_id FROM generate_series(1, 1000) AS i'')', :'path', :'two')), '22012: division by zero', 'an error in the query');
SELECT alike(outcome(format('SELECT lifecycle._mirror_sqlite(%L, %s i / 2 AS source_record_id FROM generate_series(1, 1000) AS i'')', :'path', :'two')), '23505:%', 'a key that is there twice');
SELECT alike(outcome(format('SELECT lifecycle._mirror_sqlite(%L, ''SELECT 1 AS contact_id'', ''SELECT 2'')', :'path')), '58030:%', 'a query without the columns that the indexes need');
SELECT alike(outcome(format('SELECT lifecycle._mirror_sqlite(%L, ''DELETE FROM public.people RETURNING id'', ''SELECT 2'')', :'path')), '0A000:%', 'a query that writes');
\set ON_ERROR_STOP 0
SET statement_timeout = '500ms';
SELECT lifecycle._mirror_sqlite(:'path', 'SELECT 1 AS contact_id, 2 AS email',
  'SELECT i AS contact_id, now() AS event_timestamp, 1 AS event_type, 1 AS source_system, i AS source_record_id FROM generate_series(1, 1000000000) AS i');
\set state :LAST_ERROR_SQLSTATE
RESET statement_timeout;
\set ON_ERROR_STOP 1
SELECT is(:'state'::text, '57014', 'statement_timeout ends a run');
SELECT is(content(:'path'), :'before', 'after all of these the old file is as it was');
SELECT is(files_at(:'path'), 1::bigint, '... and there is nothing beside it');
SELECT is((SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database()), 0::bigint, '... nor anything shown as going on');
CREATE FUNCTION hint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  detail text; hint text;
BEGIN
  EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN detail || ' ' || hint;
END $$;
SELECT is(hint_of('CALL lifecycle.mirror_sqlite(''/no such/directory/m.sqlite'')'),
  'The operating system says: No such file or directory. Create the directory first; the server does not.', 'the reason and the mend');
SELECT is(hint_of('CALL lifecycle.mirror_sqlite(''mirror.sqlite'')'),
  '"mirror.sqlite" is relative, and the server''s working directory is not yours. Begin the path with a slash, such as /srv/mirror/contact_events.sqlite.', '... for a relative path');

-- A journal left beside the mirror by a program that wrote to it
SELECT shell('printf x > ' || shell_word(:'path' || '-wal')) AS written \gset
SELECT alike(outcome(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), '55006:%', 'a mirror that somebody writes to is not replaced');
SELECT shell('rm ' || shell_word(:'path' || '-wal')) AS removed \gset

-- Two at once
SELECT dblink_send_query('other', format('SELECT lifecycle._mirror_sqlite(%L, ''SELECT pg_sleep(60)::text AS contact_id, 2 AS email'', ''SELECT 3'')', :'path')) AS sent \gset
DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep') LOOP PERFORM pg_sleep(0.01), pg_stat_clear_snapshot(); END LOOP;
END $$;
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), format('55P03: another process is writing "%s"', :'path'), 'a second run is refused');
SELECT is(files_at(:'path'), 2::bigint, '... and leaves the first one''s file alone');
SELECT is((SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database() AND command = 'COPY TO'), 1::bigint, 'the first is seen at work');
SELECT pg_cancel_backend(pid) AS cancelled FROM pg_stat_activity WHERE wait_event = 'PgSleep' \gset
SELECT count(*) AS rows FROM dblink_get_result('other', false) AS t(answer text) \gset
SELECT alike(dblink_error_message('other'), '%canceling statement due to user request%', 'the first can be cancelled');
SELECT count(*) AS drained FROM dblink_get_result('other', false) AS t(answer text) \gset
SELECT is(files_at(:'path'), 1::bigint, '... which takes its file along');
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), 'no error', 'then the second may');

-- Privileges
SELECT 'mirror_tester_' || pg_backend_pid() AS tester \gset
CREATE ROLE :tester;
GRANT USAGE ON SCHEMA lifecycle TO :tester;
GRANT SELECT ON ALL TABLES IN SCHEMA lifecycle TO :tester;
GRANT SELECT ON client_view TO :tester;
SET ROLE :tester;
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), '42501: permission denied to write a file on the server', 'pg_write_server_files is needed');
SELECT alike(hint_of(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), '%GRANT pg_write_server_files TO ' || :'tester' || ';', '... says the hint');
RESET ROLE;
GRANT pg_write_server_files TO :tester;
SET ROLE :tester;
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), 'no error', 'no more is needed');
RESET ROLE;
REVOKE SELECT ON client_view FROM :tester;
SET ROLE :tester;
SELECT is(outcome(format('CALL lifecycle.mirror_sqlite(%L)', :'path')), '42501: permission denied for view client_view', '... but to read what is mirrored');
RESET ROLE;

-- The file's own permissions
SELECT shell('stat -c %a ' || shell_word(:'path')) AS mode \gset
SELECT is(:'mode'::text, '600', 'a new mirror is its owner''s alone');
SELECT shell('chmod 640 ' || shell_word(:'path')) AS changed \gset
CALL lifecycle.mirror_sqlite(:'path');
SELECT is(shell('stat -c %a ' || shell_word(:'path')), '640', 'what it is given later is kept');
SELECT is(files_at(:'path'), 1::bigint, 'nothing is beside it at the end');

SELECT shell('rm ' || shell_word(:'path')) AS removed \gset
DROP OWNED BY :tester;
DROP ROLE :tester;
SELECT dblink_disconnect('other') AS gone \gset
SELECT * FROM finish();
