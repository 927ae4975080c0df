-- The log of runs: every row is counted once, what has nothing to do writes nothing, failures and interruptions are on record.
\ir ../lib/ledger_test.sql
SELECT plan(43);

INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || i, 'p' || i || '@example.com' FROM generate_series(1, 50) i
  UNION ALL VALUES ('t1', 'twin@example.com'), ('t2', 'twin@example.com');
CREATE TABLE up.forms (id text, person text, mail text, name text, kind text DEFAULT 'form', at timestamptz, score numeric,
  changed_at timestamptz DEFAULT '2025-03-02');
CREATE INDEX ON up.forms (changed_at);
INSERT INTO up.forms (id, person, mail, at, score)
  SELECT CASE WHEN i % 97 <> 0 THEN (i - (i % 31 = 0)::int)::text END, CASE WHEN i % 13 = 0 THEN 'c' || i % 55 END,
    CASE i % 11 WHEN 0 THEN 'twin@example.com' WHEN 1 THEN 'nobody' || i || '@example.com' ELSE 'P' || i % 50 + 1 || '@example.com' END,
    CASE WHEN i % 41 <> 0 THEN timestamptz '2025-01-01' + i * interval '1 hour' END, i
  FROM generate_series(1, 2000) i;
UPDATE up.forms SET kind = 'unheard of' WHERE score % 101 = 0;
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_id": "person", "contact_email": "mail", "event_type": "kind", "event_name": "name", "event_timestamp": "at", "source_record_id": "id",
    "payload": ["score"]}'::jsonb || extra
$$;
SELECT lifecycle.register_source('cut', 'up.forms', mapping('{"change_column": "changed_at"}')) \g /dev/null
SELECT lifecycle.register_source('full', 'up.forms', mapping('{}')) \g /dev/null

-- The sum, and what it is made of
CREATE VIEW expected AS
  SELECT (SELECT count(*) FROM up.forms) AS rows_in,
    (SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'full') AS written,
    (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM up.forms WHERE id IS NOT NULL GROUP BY id) d) AS superseded,
    (SELECT count(*) FROM lifecycle.issues WHERE source_system = 'full' AND severity = 'error' AND resolved_at IS NULL) AS held;
CREATE FUNCTION adds_up() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEXT is_empty('SELECT * FROM lifecycle.pipeline_runs WHERE rows_in <> written + unchanged + superseded + dead + held', 'every run adds up');
END
$$;
CALL lifecycle.rebuild_contact_events('full');
SELECT results_eq('SELECT rows_in, written, superseded::numeric, held FROM lifecycle.pipeline_runs', 'SELECT rows_in, written, superseded, held FROM expected',
  'a rebuild counts what came in, what it wrote, superseded and held');
SELECT ok((SELECT written > 1000 AND superseded > 50 AND held > 100 FROM expected), '... and all of it occurs');
SELECT is((SELECT count(*) FROM up.forms), (SELECT written + superseded + held FROM expected)::bigint, 'every source row is in one place');
CALL lifecycle.reconcile_contact_events('full');
SELECT results_eq('SELECT rows_in, written, unchanged, superseded::numeric, held, deleted FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1',
  'SELECT rows_in, 0::bigint, written, superseded, held, 0::bigint FROM expected', 'a reconcile right after counts the same rows as unchanged');
CALL lifecycle.sync_contact_events('full');
SELECT results_eq('SELECT rows_in, written, unchanged, superseded::numeric, held, deleted FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1',
  'SELECT rows_in, 0::bigint, written, superseded, held, 0::bigint FROM expected', '... and so does a sync that reads the whole source');
SELECT results_eq('SELECT procedure, source_system, status, chunks, finished_at >= started_at, seconds >= 0, wal_bytes > 0, pid, sqlstate, message, detail
    FROM lifecycle.pipeline_runs ORDER BY run_id',
  $$SELECT p, 'full' COLLATE "C", 'succeeded', 1, true, true, true, pg_backend_pid(), NULL, NULL, NULL
    FROM unnest('{rebuild_contact_events,reconcile_contact_events,sync_contact_events}'::text[]) p$$, 'each run is one line of the log');

-- Nothing to do
CALL lifecycle.sync_contact_events('cut');
CALL lifecycle.sync_contact_events('cut');
CREATE VIEW ledger_now AS SELECT tableoid::regclass AS part, ctid AS place, xmin AS version, source_record_id FROM lifecycle.contact_events;
CREATE VIEW issues_now AS SELECT ctid AS place, xmin AS version, issue_id FROM lifecycle.issues;
CREATE VIEW bookkeeping_now AS SELECT 'sources' AS part, ctid AS place, xmin AS version FROM lifecycle.sources
  UNION ALL SELECT 'directory', ctid, xmin FROM lifecycle.contact_directory UNION ALL SELECT 'state', ctid, xmin FROM lifecycle.contact_directory_state
  UNION ALL SELECT 'changes', ctid, xmin FROM lifecycle.contact_changes;
CREATE TABLE ledger_before AS TABLE ledger_now;
CREATE TABLE issues_before AS TABLE issues_now;
CREATE TABLE bookkeeping_before AS TABLE bookkeeping_now;
CALL lifecycle.sync_contact_events('cut');
CALL lifecycle.sync_contact_events('cut');
CALL lifecycle.sync_contact_events('cut');
SELECT is(last_run('cut'), '0 in = 0 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'with nothing changed, a sync reads nothing');
SELECT cmp_ok((SELECT min(wal_bytes) FROM (SELECT wal_bytes FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 3) r), '<', 2500::bigint,
  '... and its WAL is that of its own log line');
CALL lifecycle.sync_contact_events('full');
SELECT bag_eq('TABLE bookkeeping_now', 'TABLE bookkeeping_before', '... no bookkeeping is written');
CALL lifecycle.reconcile_contact_events();
SELECT bag_eq('TABLE ledger_now', 'TABLE ledger_before',
  'no row of the ledger is written by a sync or a reconcile with nothing to do');
SELECT bag_eq('TABLE issues_now', 'TABLE issues_before', '... nor an issue');
SELECT cmp_ok((SELECT min(wal_bytes) FROM (SELECT wal_bytes FROM lifecycle.pipeline_runs WHERE source_system = 'full' ORDER BY run_id DESC LIMIT 2) r), '<', 2500::bigint,
  '... not even a full comparison writes more than its log line');

-- The cost follows the change
INSERT INTO up.forms (id, mail, at, score, changed_at) SELECT 'new ' || i, 'p1@example.com', '2025-03-01', i, clock_timestamp() FROM generate_series(1, 5) i;
UPDATE up.forms SET name = 'changed', changed_at = clock_timestamp() WHERE id IN ('102', '103');
CALL lifecycle.sync_contact_events('cut');
SELECT is(last_run('cut'), '7 in = 7 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'a sync reads and writes what changed');
SELECT is((SELECT count(*) FROM lifecycle.contact_events e JOIN ledger_before b ON b.part = e.tableoid::regclass AND b.source_record_id = e.source_record_id
    WHERE e.source_system = 'cut' AND (e.ctid, e.xmin) IS DISTINCT FROM (b.place, b.version)), 2::bigint, '... and touches no other row');
SELECT adds_up();
UPDATE up.forms SET changed_at = clock_timestamp() - interval '1 minute' + score * interval '10 milliseconds';
SET lifecycle_ledger.chunk_rows = 300;
CALL lifecycle.sync_contact_events('cut');
SELECT results_eq('SELECT chunks, rows_in, written FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1', 'SELECT 7, rows_in, 0::bigint FROM expected',
  'a large change is taken in steps, each row once');
CREATE VIEW cut_now AS SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_record_id, payload, event_fingerprint
  FROM lifecycle.contact_events WHERE source_system = 'cut';
CREATE TABLE chunked AS TABLE cut_now;
CALL lifecycle.rebuild_contact_events('cut');
SELECT bag_eq('TABLE cut_now', 'TABLE chunked', '... to the ledger that a rebuild makes');
RESET lifecycle_ledger.chunk_rows;
SELECT adds_up();

-- A change of contacts that is noticed between two steps of a run belongs to the next run
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('late', 'nobody12@example.com');
SELECT lifecycle._refresh_contact_directory() \g /dev/null
SELECT lifecycle._begin_run('sync_contact_events', 'cut') AS run \gset
SELECT lifecycle._sync_step(:run, 'cut', false, clock_timestamp(), clock_timestamp()) \g /dev/null
SELECT lifecycle._end_run(:run, NULL, NULL, NULL) \g /dev/null
SELECT is(fate('cut', '12'), '(nobody) orphan', 'a later step of a run does not follow the contacts');
CALL lifecycle.sync_contact_events('cut');
SELECT is(fate('cut', '12'), 'late', '... and does not take what the next run has to');

-- A ledger altered by hand is mended
CALL lifecycle.sync_contact_events('full');
DELETE FROM lifecycle.contact_events WHERE source_system = 'full' AND source_record_id IN ('1', '2');
UPDATE lifecycle.contact_events SET event_name = 'forged' WHERE source_system = 'full' AND source_record_id = '3';
UPDATE lifecycle.contact_events SET contact_id = 'c50' WHERE source_system = 'full' AND source_record_id = '4';
UPDATE lifecycle.contact_events SET event_timestamp = '2001-01-01' WHERE source_system = 'full' AND source_record_id = '5';
UPDATE lifecycle.contact_events SET payload = '{}' WHERE source_system = 'full' AND source_record_id = '6';
UPDATE lifecycle.contact_events SET payload = NULL WHERE source_system = 'full' AND source_record_id = '7';
UPDATE lifecycle.contact_events SET event_type = 'system' WHERE source_system = 'full' AND source_record_id = '8';
UPDATE lifecycle.contact_events SET event_source = 'forged' WHERE source_system = 'full' AND source_record_id = '9';
UPDATE lifecycle.contact_events SET contact_email = 'forged' WHERE source_system = 'full' AND source_record_id = '10';
UPDATE lifecycle.contact_events SET event_fingerprint = '00000000-0000-0000-0000-000000000000' WHERE source_system = 'full' AND source_record_id = '14';
INSERT INTO lifecycle.contact_events (contact_id, event_type, event_timestamp, source_system, source_record_id, event_fingerprint)
  VALUES ('c1', 'form', '2025-01-01', 'full', 'forged', '00000000-0000-0000-0000-000000000000');
CALL lifecycle.reconcile_contact_events('full');
SELECT results_eq('SELECT written, deleted FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1', 'VALUES (11::bigint, 1::bigint)',
  'reconcile mends a ledger altered by hand, in any column');
CREATE TABLE mended AS SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_record_id, payload, event_fingerprint
  FROM lifecycle.contact_events WHERE source_system = 'full';
CALL lifecycle.rebuild_contact_events('full');
SELECT bag_eq($$SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_record_id, payload, event_fingerprint
  FROM lifecycle.contact_events WHERE source_system = 'full'$$, 'SELECT * FROM mended', '... to what a rebuild makes');
CREATE TABLE findings AS SELECT source_record_id, code, detail FROM lifecycle.issues WHERE source_system = 'full' AND resolved_at IS NULL;
DELETE FROM lifecycle.issues WHERE source_system = 'full' AND issue_id % 2 = 0;
UPDATE lifecycle.issues SET resolved_at = now() WHERE source_system = 'full' AND issue_id % 3 = 0 AND resolved_at IS NULL;
INSERT INTO lifecycle.issues (source_system, source_record_id, code, severity, detail)
  SELECT 'full', min(e.source_record_id), 'orphan', 'warning', 'forged' FROM lifecycle.contact_events e
  WHERE e.source_system = 'full' AND NOT EXISTS (SELECT FROM lifecycle.issues i WHERE i.source_system = 'full' AND i.source_record_id = e.source_record_id);
CALL lifecycle.reconcile_contact_events('full');
SELECT bag_eq($$SELECT source_record_id, code, detail FROM lifecycle.issues WHERE source_system = 'full' AND resolved_at IS NULL$$,
  'TABLE findings', '... and findings removed or forged by hand');
DELETE FROM lifecycle.contact_events WHERE source_system = 'cut' AND source_record_id = '1';
UPDATE lifecycle.contact_events SET contact_id = NULL WHERE source_system = 'cut' AND source_record_id = '2';
UPDATE up.forms SET changed_at = clock_timestamp() WHERE id IN ('1', '2');
CALL lifecycle.sync_contact_events('cut');
SELECT isnt(fate('cut', '1'), '(absent)', 'a sync that meets a lost row writes it again');
SELECT adds_up();

-- A run that fails
CREATE TABLE up.doomed (id integer PRIMARY KEY, mail text, at timestamptz DEFAULT '2025-03-01');
INSERT INTO up.doomed (id, mail) VALUES (1, 'p1@example.com');
SELECT lifecycle.register_source('doomed', 'up.doomed', mapping('{}') - '{contact_id,event_type,event_name,payload}'::text[] || '{"event_type": {"constant": "form"}}') \g /dev/null
CALL lifecycle.sync_contact_events('doomed');
UPDATE up.forms SET name = 'behind the doomed', changed_at = clock_timestamp() WHERE id = '200';
ALTER TABLE up.doomed RENAME COLUMN mail TO post;
SELECT alike(error_of('CALL lifecycle.sync_contact_events()'), '42703: sync_contact_events of source "doomed" failed: %"mail"%', 'a failing source fails the call');
SELECT results_eq('SELECT source_system, status, sqlstate FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 3',
  $$VALUES ('full' COLLATE "C", 'succeeded', NULL), ('doomed', 'failed', '42703'), ('cut', 'succeeded', NULL)$$, '... after the others had their turn');
SELECT results_eq($$SELECT source_system, event_name FROM lifecycle.contact_events WHERE source_record_id = '200' ORDER BY 1$$,
  $$VALUES ('cut' COLLATE "C", 'behind the doomed'), ('full', 'behind the doomed')$$, '... and did their work');
SELECT alike((SELECT message FROM lifecycle.pipeline_runs WHERE status = 'failed'), '%mail%', 'the log has the message');
SELECT alike((SELECT detail FROM lifecycle.pipeline_runs WHERE status = 'failed'), '%post%', '... and what the error said beyond it');
SELECT results_eq($$SELECT message, detail FROM lifecycle.pipeline_runs WHERE source_system = 'full' ORDER BY run_id DESC LIMIT 1$$, 'VALUES (NULL::text, NULL::text)',
  'a source that follows a failing one has no error of its own');
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'doomed'), (SELECT 'failed: ' || message FROM lifecycle.pipeline_runs WHERE status = 'failed'),
  'status shows the failure');
SELECT is(ledger_row('doomed', '1'), 'c1 | p1@example.com | form | - | - | 2025-03-01 00:00:00 | -', 'the ledger keeps the rows of a failing source');
ALTER TABLE up.doomed RENAME COLUMN post TO mail;
CALL lifecycle.sync_contact_events('doomed');
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'doomed'), 'ok', '... until it is mended');
CREATE TABLE up.people AS SELECT contact_id, email FROM lifecycle.contacts;
SELECT lifecycle.use_contacts('up.people') \g /dev/null
CALL lifecycle.sync_contact_events();
DROP TABLE up.people;
SELECT alike(error_of('CALL lifecycle.sync_contact_events()'), '42P01: sync_contact_events of source "cut" failed: the contacts relation does not exist any more%HINT: SELECT lifecycle.use_contacts(%',
  'a run without contacts fails');
SELECT results_eq('SELECT source_system, procedure, status, sqlstate, rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 3',
  $$SELECT s COLLATE "C", 'sync_contact_events', 'failed', '42P01', 0::bigint FROM unnest('{full,doomed,cut}'::text[]) s$$, '... and every source has it on record');
SELECT lifecycle.use_contacts('lifecycle.contacts') \g /dev/null

-- A run that is interrupted
CREATE VIEW up.slow AS SELECT 1 AS id, 'p1@example.com'::text AS mail, '2025-03-01'::timestamptz AS at, pg_sleep(20)::text AS name;
SELECT lifecycle.register_source('slow', 'up.slow', mapping('{}') - '{contact_id,event_type,payload}'::text[] || '{"event_type": {"constant": "form"}}') \g /dev/null
SET statement_timeout = '400ms';
\set ON_ERROR_STOP 0
\set QUIET 1
\set VERBOSITY sqlstate
CALL lifecycle.sync_contact_events('slow');
\set ON_ERROR_STOP 1
RESET statement_timeout;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '57014', 'a run is cancelled');
SELECT results_eq($$SELECT status, finished_at IS NULL FROM lifecycle.pipeline_runs WHERE source_system = 'slow'$$, $$VALUES ('running', true)$$,
  'its line still says running');
SELECT is((SELECT state FROM lifecycle.progress WHERE source_system = 'slow'), 'gone', 'progress says that nobody is working on it');
CREATE OR REPLACE VIEW up.slow AS SELECT 1 AS id, 'p1@example.com'::text AS mail, '2025-03-01'::timestamptz AS at, 'fast' AS name;
CALL lifecycle.sync_contact_events('slow');
SELECT results_eq($$SELECT status, finished_at IS NULL FROM lifecycle.pipeline_runs WHERE source_system = 'slow' ORDER BY run_id$$,
  $$VALUES ('interrupted', false), ('succeeded', false)$$, 'the next run marks it as interrupted and does the work');
SELECT is(ledger_row('slow', '1'), 'c1 | p1@example.com | form | fast | - | 2025-03-01 00:00:00 | -', '... whole');
SELECT is_empty('SELECT * FROM lifecycle.progress', 'nothing is running now');
SELECT adds_up();
SELECT * FROM finish();
