-- The demo's one screen. Run by demo/run on a private server that has the sample data.
\set ON_ERROR_STOP 1
\set QUIET 1
\pset linestyle unicode
\pset border 1
\pset footer off
\pset null '·'
SET client_min_messages = error;

-- Marks where a step begins and ends; its run log rows are the ones in between.
\set begin_step 'SELECT coalesce(max(run_id), 0) AS runs_before, clock_timestamp() AS step_began FROM lifecycle.pipeline_runs \\gset'
\set end_step 'INSERT INTO demo.steps SELECT count(*) + 1, :''what'', :''call'', :runs_before, extract(epoch FROM clock_timestamp() - :''step_began'') * 1000 FROM demo.steps;'
\set same_as_sources 'INSERT INTO demo.checks SELECT ''ledger = plain SQL over the sources, after: '' || :''what'', count(*)::text, ''0'' FROM demo.differences;'

\echo :on'lifecycle_ledger: who did what, when, across all our systems, exactly once.':off
SELECT format('%s contacts · measurement_events %s rows · clinical_sessions %s · emails %s · messages %s · PostgreSQL %s',
  (SELECT count(*) FROM canonical.contacts), (SELECT count(*) FROM canonical.measurement_events),
  (SELECT count(*) FROM canonical.clinical_sessions), (SELECT count(*) FROM canonical.emails), (SELECT count(*) FROM canonical.messages),
  split_part(current_setting('server_version'), ' ', 1)) AS line \gset
\echo :line

SELECT lifecycle.use_contacts('canonical.contacts') \g /dev/null
\set mapping `cat demo/mappings/measurement_events.json`
SELECT lifecycle.register_source('measurement_events', 'canonical.measurement_events', :'mapping') \g /dev/null
\set mapping `cat demo/mappings/clinical_sessions.json`
SELECT lifecycle.register_source('canonical.clinical_sessions', 'canonical.clinical_sessions', :'mapping') \g /dev/null
\set mapping `cat demo/mappings/emails.json`
SELECT lifecycle.register_source('canonical.email_events', 'canonical.email_events', :'mapping') \g /dev/null
\set mapping `cat demo/mappings/messages.json`
SELECT lifecycle.register_source('messages', 'canonical.messages', :'mapping') \g /dev/null

\set what 'first load'
\set call 'sync'
:begin_step
CALL lifecycle.sync_contact_events();
:end_step
:same_as_sources
INSERT INTO demo.checks SELECT 'every source row is accounted for', sum(rows_in)::text,
  (SELECT count(*) FROM (SELECT FROM canonical.measurement_events UNION ALL SELECT FROM canonical.clinical_sessions
    UNION ALL SELECT FROM canonical.emails UNION ALL SELECT FROM canonical.messages) s)::text FROM lifecycle.pipeline_runs;

\echo
\echo :on'1  What has happened, and where did every row go?':off '   CALL lifecycle.sync_contact_events();'
SELECT coalesce(split_part(r.source_system, '.', -1), 'all') AS source, CASE WHEN r.source_system IS NULL THEN '' ELSE min(e.event_type) END AS channel,
  sum(r.rows_in) AS "source rows", sum(r.written) AS "= in the ledger", sum(r.superseded) AS "+ superseded", sum(r.held) AS "+ held",
  CASE WHEN r.source_system IS NULL THEN (SELECT count(DISTINCT contact_id) FROM lifecycle.contact_events) ELSE sum(e.contacts) END AS contacts, sum(e.orphans) AS "no contact yet", round(sum(r.seconds)::numeric, 2) AS seconds
FROM lifecycle.pipeline_runs r
  JOIN (SELECT source_system, min(event_type) AS event_type, count(DISTINCT contact_id) AS contacts, count(*) FILTER (WHERE contact_id IS NULL) AS orphans
        FROM lifecycle.contact_events GROUP BY 1) e USING (source_system)
GROUP BY ROLLUP (r.source_system) ORDER BY r.source_system NULLS LAST;

\echo :on'2  What is wrong with the data?':off '   lifecycle.issues; an error keeps the row out until it is mended, a warning does not'
SELECT severity, code, count(*) AS rows, CASE WHEN length(d) > 80 THEN left(d, 79) || '…' ELSE d END AS "one of them"
FROM (SELECT severity, code, first_value(detail) OVER (PARTITION BY code ORDER BY contact_email COLLATE "C" DESC NULLS LAST, detail COLLATE "C") AS d
      FROM lifecycle.issues WHERE resolved_at IS NULL) i
GROUP BY severity, code, d ORDER BY severity, count(*) DESC;

-- A client of eleven events in every channel whose address the sources spell in the most ways.
SELECT a.contact_id AS client FROM lifecycle.channel_activity a JOIN lifecycle.contact_timeline t USING (contact_id)
WHERE least(form_count, session_count, email_count, message_count) >= 2 AND event_count = 11
GROUP BY a.contact_id ORDER BY count(DISTINCT t.contact_email) DESC, a.contact_id LIMIT 1 \gset
SELECT format('%s %s <%s>', first_name, last_name, email) AS client_name FROM canonical.contacts WHERE contact_id = :'client' \gset
\echo :on'3  What has happened with' :client_name'?':off '   beside each row of the ledger the row of the source that it came from'
SELECT to_char(l.event_timestamp, 'YYYY-MM-DD HH24:MI') AS "time (UTC)", l.event_type AS channel, left(l.event_name, 27) AS what, l.event_source AS via,
  regexp_replace(s.source_record_id, '^([0-9a-f]{8})-.*', E'\\1') AS "source row", left(coalesce(s.given_id, s.address), 36) AS "the source says",
  CASE WHEN (l.event_type, l.event_name, l.event_source, l.event_timestamp, l.payload)
    IS NOT DISTINCT FROM (s.event_type, s.event_name, s.event_source, s.event_timestamp, s.payload)
    THEN '=' ELSE 'differs' END AS " "
FROM (SELECT * FROM lifecycle.contact_timeline WHERE contact_id = :'client') l
  FULL JOIN (SELECT s.* FROM demo.source_rows s JOIN canonical.contacts c ON c.contact_id = s.given_id OR (s.given_id IS NULL AND demo.address(s.address) = demo.address(c.email))
             WHERE c.contact_id = :'client') s USING (source_system, source_record_id)
ORDER BY coalesce(l.event_timestamp, s.event_timestamp) DESC;
SELECT (SELECT count(*) FROM lifecycle.contact_timeline WHERE contact_id = :'client') AS in_ledger,
  (SELECT count(*) FROM demo.expected WHERE contact_id = :'client') AS in_sources,
  (SELECT count(*) FROM demo.differences WHERE :'client' IN ((e).contact_id, (l).contact_id)) AS client_differences,
  (SELECT count(*) FROM lifecycle.contact_events) AS all_in_ledger, (SELECT count(*) FROM demo.expected) AS all_in_sources,
  (SELECT count(*) FROM demo.differences) AS all_differences \gset
SELECT format('%s rows in the ledger, %s in the sources, %s differences. All clients: %s rows, %s in the sources, %s differences.', :in_ledger, :in_sources, :client_differences, :all_in_ledger, :all_in_sources, :all_differences) AS line \gset
\echo :line
\echo
INSERT INTO demo.checks VALUES ('one client''s timeline = the source rows', :'in_ledger' || ' rows, ' || :'client_differences' || ' differences', :'in_sources' || ' rows, 0 differences');

SELECT count(*) AS need, count(*) FILTER (WHERE last_event IS NULL) AS never FROM lifecycle.contacts_without('form', '14 days') JOIN canonical.contacts USING (contact_id)
WHERE lifecycle_stage = 'active' \gset
SELECT count(*) AS quiet FROM lifecycle.contacts_without(NULL, '60 days') JOIN canonical.contacts USING (contact_id)
WHERE lifecycle_stage = 'active' AND last_event IS NOT NULL \gset
SELECT format('   %s active clients had no form for 14 days (%s never had one), %s were not heard of for 60', :need, :never, :quiet) AS line \gset
\echo :on'4  Who needs a form? Who has gone quiet?':off :line
SELECT f.name AS "needs a form", f.last_event::date AS "last form", f.email AS "write to", '' AS " ", q.name AS "has gone quiet", q.last_event::date AS "last heard of",
  q.event_count AS "events before"
FROM (SELECT row_number() OVER (ORDER BY w.last_event DESC, contact_id) AS n, first_name || ' ' || last_name AS name, w.last_event, c.email
      FROM lifecycle.contacts_without('form', '14 days') w JOIN canonical.contacts c USING (contact_id)
      WHERE lifecycle_stage = 'active' AND w.last_event IS NOT NULL) f
  JOIN (SELECT row_number() OVER (ORDER BY a.event_count DESC, contact_id) AS n, first_name || ' ' || last_name AS name, w.last_event, a.event_count
      FROM lifecycle.contacts_without(NULL, '60 days') w JOIN canonical.contacts c USING (contact_id) JOIN lifecycle.channel_activity a USING (contact_id)
      WHERE lifecycle_stage = 'active') q USING (n)
WHERE n <= 4 ORDER BY n;

-- 5: what happens upstream from now on. First the contacts are mended: one of two owners of an address gets their own, two
-- people whom nobody knew become contacts, and so does a contact id that only the sessions knew.
SELECT source_system AS why_system, source_record_id AS why_record FROM lifecycle.issues
WHERE code = 'ambiguous' AND resolved_at IS NULL AND demo.address(contact_email) LIKE 'family.%0100@%' ORDER BY source_system, source_record_id LIMIT 1 \gset
SELECT replace(explanation, ': the row is held', E':\n   the row is held') AS why FROM lifecycle.explain_contact(:'why_system', :'why_record') \gset

\set what '1 address told apart, 3 contacts added'
\set call 'sync'
UPDATE canonical.contacts SET email = 'me.' || email WHERE contact_id = 'c-0101';
INSERT INTO canonical.contacts VALUES
  ('c-2401', 'GUEST7@mail.example', 'Guest', 'Seven', 'active', now()), ('c-2402', 'newsletter8@shop.example', 'News', 'Letter', 'prospect', now()),
  ('c-9003', 'late.comer@mail.example', 'Late', 'Comer', 'active', now());
:begin_step
CALL lifecycle.sync_contact_events();
:end_step
:same_as_sources

\set what '120 sessions late, 300 forms corrected'
\set call 'sync'
INSERT INTO canonical.clinical_sessions
SELECT md5('late session ' || i)::uuid, 'c-' || lpad((1 + i * 17 % 2400)::text, 4, '0'), 1, 'Session Completed', pg_catalog.date_trunc('day', now()) - i % 30 * interval '1 day',
  NULL, NULL, 'dataverse:session:late' || i
FROM generate_series(1, 120) i;
UPDATE canonical.measurement_events SET measure_id = 'phq9_v2', measure_version = '2.0.0', updated_at = now()
WHERE right(form_submission_id, 6)::integer BETWEEN 5001 AND 5300;
:begin_step
CALL lifecycle.sync_contact_events();
:end_step
:same_as_sources

\set what 'nothing new'
\set call 'sync'
:begin_step
CALL lifecycle.sync_contact_events();
:end_step
INSERT INTO demo.checks SELECT 'a sync with nothing new writes no row', sum(written + deleted)::text, '0' FROM lifecycle.pipeline_runs WHERE run_id > :runs_before;

\set what '40 forms gone, 3 ledger rows altered'
\set call 'reconcile'
DELETE FROM canonical.measurement_events WHERE right(form_submission_id, 6)::integer BETWEEN 6001 AND 6040;
UPDATE lifecycle.contact_events SET event_name = 'Session Completed' WHERE source_system = 'canonical.clinical_sessions'
  AND source_record_id IN (SELECT session_id::text FROM canonical.clinical_sessions WHERE status = 'Session Cancelled' ORDER BY session_id LIMIT 3);
SELECT count(*) AS differing FROM demo.differences \gset
:begin_step
CALL lifecycle.reconcile_contact_events();
:end_step
INSERT INTO demo.checks SELECT 'a reconcile writes and deletes exactly what differs', sum(written + deleted)::text, :'differing' FROM lifecycle.pipeline_runs WHERE run_id > :runs_before;
:same_as_sources

\echo :on'5  And when things change upstream?':off '   every run commits its own accounting: rows in = written + unchanged + superseded + held'
SELECT s.call || ': ' || s.what AS "what happened", sum(r.rows_in) AS "rows in", sum(r.written) AS written, sum(r.unchanged) AS unchanged, sum(r.superseded) AS superseded,
  sum(r.held) AS held, sum(r.deleted) AS deleted, replace(pg_size_pretty(sum(r.wal_bytes)), 'bytes', 'B') AS "WAL", round(s.milliseconds) || ' ms' AS time
FROM (SELECT s.*, lead(runs_before, 1, 9223372036854775807) OVER (ORDER BY step) AS runs_after FROM demo.steps s) s
  JOIN lifecycle.pipeline_runs r ON r.run_id > s.runs_before AND r.run_id <= s.runs_after
GROUP BY s.step, s.what, s.call, s.milliseconds ORDER BY s.step;
\echo :on'   What became of the findings that were mended?':off
SELECT code, count(*) AS rows, left(max(detail COLLATE "C"), 50) || '…' AS "the finding", min(resolution) AS "how it ended"
FROM lifecycle.issues WHERE resolution LIKE 'The row now belongs%' GROUP BY code, resolution ORDER BY code, count(*) DESC;
\echo :on'   Why was' :why_record 'held?':off '  lifecycle.explain_contact() said:'
\echo '  ' :why
\echo

-- 6: the mirror. The three queries of demo/queries run in SQLite as they stand; their answers come back as CSV.
SELECT clock_timestamp() AS step_began \gset
CALL lifecycle.mirror_sqlite(:'mirror');
SELECT round(extract(epoch FROM clock_timestamp() - :'step_began') * 1000) AS mirror_ms, pg_size_pretty((pg_stat_file(:'mirror')).size) AS mirror_size \gset
CREATE TEMP TABLE sqlite_form (contact_id text, email text, first_name text, last_form timestamp);
CREATE TEMP TABLE sqlite_timeline (event_timestamp timestamp, event_type text, event_name text, event_source text);
CREATE TEMP TABLE sqlite_activity (contact_id text, forms bigint, sessions bigint, emails bigint, last_activity timestamp);
\set command 'sqlite3 -readonly -csv ' :mirror ' <demo/queries/needs_a_form.sql'
\set load '\\copy sqlite_form FROM PROGRAM ' :'command' ' CSV'
:load
\set command 'sqlite3 -readonly -csv -cmd ".parameter set ?1 ' :client '" ' :mirror ' <demo/queries/timeline.sql'
\set load '\\copy sqlite_timeline FROM PROGRAM ' :'command' ' CSV'
:load
\set command 'sqlite3 -readonly -csv ' :mirror ' <demo/queries/channel_activity.sql'
\set load '\\copy sqlite_activity FROM PROGRAM ' :'command' ' CSV'
:load
CREATE TEMP TABLE mirror_answers AS
  WITH form AS (SELECT w.contact_id, c.email, c.first_name, w.last_event AT TIME ZONE 'UTC' AS last_form
                FROM lifecycle.contacts_without('form', '14 days') w JOIN canonical.contacts c USING (contact_id)),
    timeline AS (SELECT event_timestamp AT TIME ZONE 'UTC' AS event_timestamp, event_type, event_name, event_source
                 FROM lifecycle.contact_timeline WHERE contact_id = :'client'),
    activity AS (SELECT contact_id, count(*) FILTER (WHERE event_type = 'form') AS forms, count(*) FILTER (WHERE event_type = 'session') AS sessions,
                   count(*) FILTER (WHERE event_type = 'email') AS emails, max(event_timestamp) AT TIME ZONE 'UTC' AS last_activity
                 FROM lifecycle.contact_events GROUP BY contact_id)
  SELECT 'Who needs a form?' AS question, (SELECT count(*) FROM sqlite_form) AS sqlite, (SELECT count(*) FROM form) AS postgresql,
    (SELECT count(*) FROM ((TABLE sqlite_form EXCEPT ALL TABLE form) UNION ALL (TABLE form EXCEPT ALL TABLE sqlite_form)) d) AS different
  UNION ALL
  SELECT 'What happened with this client?', (SELECT count(*) FROM sqlite_timeline), (SELECT count(*) FROM timeline),
    (SELECT count(*) FROM ((TABLE sqlite_timeline EXCEPT ALL TABLE timeline) UNION ALL (TABLE timeline EXCEPT ALL TABLE sqlite_timeline)) d)
  UNION ALL
  SELECT 'How active is everyone, across channels?', (SELECT count(*) FROM sqlite_activity), (SELECT count(*) FROM activity),
    (SELECT count(*) FROM ((TABLE sqlite_activity EXCEPT ALL TABLE activity) UNION ALL (TABLE activity EXCEPT ALL TABLE sqlite_activity)) d);
\echo :on'6  And outside PostgreSQL?':off '   CALL lifecycle.mirror_sqlite(path);' :mirror_size 'in' :mirror_ms 'ms; the same questions asked with sqlite3'
SELECT question, sqlite AS "rows from SQLite", postgresql AS "rows from PostgreSQL", different FROM mirror_answers;
INSERT INTO demo.checks SELECT 'SQLite answers as PostgreSQL: ' || question, different || ' of ' || sqlite || ' rows differ', '0 of ' || postgresql || ' rows differ' FROM mirror_answers;

\ir show_events.sql
\ir show_export.sql

SELECT count(*) AS checks, count(*) FILTER (WHERE seen IS DISTINCT FROM wanted) AS failed FROM demo.checks \gset
SELECT :failed > 0 AS any_failed \gset
\if :any_failed
SELECT what AS "failed check", seen, wanted FROM demo.checks WHERE seen IS DISTINCT FROM wanted;
\endif
\echo :on :checks 'checks,' :failed 'failed.':off
\if :any_failed
SELECT 1 / 0;
\endif
