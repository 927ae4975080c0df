-- Retention as the policies say, archives that give back exactly what was dropped, and restore.
\ir ../lib/ledger_test.sql
SELECT plan(77);
\set directory `mktemp -d /tmp/retention.XXXXXX && chmod 777 /tmp/retention.* 2>/dev/null`
\setenv DIRECTORY :directory
CREATE FUNCTION months_ago(n int) RETURNS timestamptz LANGUAGE sql AS $$ SELECT date_trunc('month', now()) - n * interval '1 month' $$;
CREATE FUNCTION due() RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws(' ', action, relation, partition) FROM lifecycle.retention_due ORDER BY 1 $$;
\ir ../lib/partition_name.sql
CREATE FUNCTION part(relation text, n int) RETURNS text LANGUAGE sql AS $$ SELECT partition_name('lifecycle.' || relation, months_ago(n)) $$;
CREATE FUNCTION files(directory text) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM pg_ls_dir(directory) $$;
CREATE FUNCTION archive_of(n int, OUT a lifecycle.archives) LANGUAGE sql AS
$$ SELECT a FROM lifecycle.archives a WHERE a.relation = 'lifecycle.lifecycle_events' AND a.lower_bound = months_ago(n) ORDER BY archive_id LIMIT 1 $$;

-- The document's policies.
SELECT results_eq('SELECT relation::text, keep, archive FROM lifecycle.retention_policies ORDER BY 1', $$ VALUES
  ('lifecycle.lifecycle_events', interval '2 years', true), ('lifecycle.metrics_daily', '3 years', false), ('lifecycle.received_batches', '90 days', false), ('lifecycle.trigger_executions', '90 days', false),
  ('lifecycle.user_lifecycle_history', NULL, false), ('lifecycle.workflow_executions', '1 year', false) $$, 'the policies of the document, and of what is received');
SELECT is_empty('SELECT * FROM lifecycle.retention_due WHERE action <> ''drop''', 'nothing is due in a new database but empty partitions');
CALL lifecycle.apply_retention();
SELECT is((SELECT concat_ws(' ', status, rows_in, deleted) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'succeeded 0 0', 'and nothing is done there, without a directory');

-- Rows of every age.
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT md5('u' || i)::uuid, 'u' || i || '@x.org', 'Activation' FROM generate_series(1, 50) i;
INSERT INTO lifecycle.workflows (id, name, bpmn_xml) VALUES (md5('w')::uuid, 'w', '<x/>');
INSERT INTO lifecycle.triggers (id, name, event_type, conditions) VALUES (md5('t')::uuid, 't', 'page_viewed', '{"==": [1, 1]}');
INSERT INTO lifecycle.workflow_executions (id, workflow_id, user_id, status, started_at, completed_at) VALUES
  (md5('old')::uuid, md5('w')::uuid, md5('u1')::uuid, 'completed', now() - interval '14 months', now() - interval '13 months'),
  (md5('failed')::uuid, md5('w')::uuid, md5('u1')::uuid, 'failed', now() - interval '14 months', NULL),
  (md5('cancelled')::uuid, md5('w')::uuid, md5('u1')::uuid, 'cancelled', now() - interval '3 years', now() - interval '1 year 1 hour'),
  (md5('late')::uuid, md5('w')::uuid, md5('u1')::uuid, 'completed', now() - interval '14 months', now() - interval '11 months'),
  (md5('running')::uuid, md5('w')::uuid, md5('u1')::uuid, 'running', now() - interval '14 months', NULL),
  (md5('pending')::uuid, md5('w')::uuid, md5('u1')::uuid, 'pending', now() - interval '14 months', NULL),
  (md5('new')::uuid, md5('w')::uuid, md5('u1')::uuid, 'completed', now() - interval '11 months', now() - interval '11 months');
SELECT count(lifecycle._ensure_partition('lifecycle.lifecycle_events', months_ago(n))) FROM unnest(ARRAY[23, 24, 25, 26, 30]) n \g /dev/null
SELECT count(lifecycle._ensure_partition('lifecycle.trigger_executions', months_ago(n))) FROM unnest(ARRAY[1, 2, 3, 4, 5, 6]) n \g /dev/null
SELECT count(lifecycle._ensure_partition('lifecycle.metrics_daily', date_trunc('year', now()) - n * interval '1 year')) FROM unnest(ARRAY[2, 3, 4, 5]) n \g /dev/null
INSERT INTO lifecycle.lifecycle_events (event_type, user_id, workflow_execution_id, lifecycle_stage, event_data, created_at)
SELECT 'stage_changed', md5('u' || 1 + i % 50)::uuid, CASE i % 7 WHEN 0 THEN md5('old')::uuid WHEN 1 THEN md5('new')::uuid END, 'Activation',
  CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'null' WHEN 2 THEN jsonb_build_object('n', i, 'text', E'a"b\\\né ') WHEN 3 THEN '{"big": 12345678901234567890.12345678901234567890, "e": 1e-30}' ELSE '[1, null, {}]' END::jsonb,
  months_ago(n) + i * interval '10 minutes 0.123457 s'
FROM unnest(ARRAY[23, 24, 25, 26, 30]) n, generate_series(1, 1000) i;
INSERT INTO lifecycle.trigger_executions (trigger_id, condition_met, executed_at) SELECT md5('t')::uuid, true, months_ago(n) + interval '1 day' FROM unnest(ARRAY[1, 2, 3, 4, 5, 6]) n;
INSERT INTO lifecycle.metrics_daily (metric_date, lifecycle_stage, metric_name, metric_value)
SELECT date_trunc('year', now())::date - n * interval '1 year', 'none', 'm', 1 FROM unnest(ARRAY[2, 3, 4, 5]) n;
CREATE TABLE before AS SELECT * FROM lifecycle.lifecycle_events;
CREATE TABLE history_before AS SELECT * FROM lifecycle.user_lifecycle_history;

-- What is due, and what a dry run leaves.
-- Partition-wise: a partition goes when its last instant is older than what is kept, so the month that the border runs through stays.
CREATE VIEW wanted AS
  SELECT format('refused lifecycle.lifecycle_events %s', part('lifecycle_events', n)) AS line FROM unnest(ARRAY[23, 24, 25, 26, 30]) n
    WHERE months_ago(n) + interval '1 month' <= now() - interval '2 years'
  UNION ALL SELECT format('drop lifecycle.trigger_executions %s', part('trigger_executions', n)) FROM unnest(ARRAY[1, 2, 3, 4, 5, 6]) n
    WHERE months_ago(n) + interval '1 month' <= now() - interval '90 days'
  UNION ALL SELECT format('drop lifecycle.metrics_daily %s', partition_name('lifecycle.metrics_daily', date_trunc('year', now()) - n * interval '1 year')) FROM unnest(ARRAY[4, 5]) n
  UNION ALL SELECT 'delete rows lifecycle.workflow_executions';
SELECT set_eq('SELECT due()', 'SELECT line FROM wanted', 'what is due is due, and no more');
SELECT is((SELECT rows FROM lifecycle.retention_due WHERE action = 'delete rows'), 3::bigint, 'of executions those that ended over a year ago');
SELECT set_eq('SELECT concat_ws('' '', action, relation, partition) FROM lifecycle._retention_due(now() - interval ''10 years'')', ARRAY[]::text[], 'ten years ago nothing was');
CALL lifecycle.apply_retention(dry_run => true);
SELECT set_eq('SELECT due()', 'SELECT line FROM wanted', 'a dry run leaves everything as it is');
SELECT is((SELECT count(*) FROM lifecycle.pipeline_runs), 1::bigint, 'the log too');

-- Archived or not at all.
SELECT fails_with('CALL lifecycle.apply_retention()', '55000: apply_retention: lifecycle.lifecycle\_events\_p%cannot go: it must be archived, and its policy names no directory for that
DETAIL: Nothing of it was dropped.%
HINT: UPDATE lifecycle.retention_policies SET directory = ''/srv/archive'' WHERE relation = ''lifecycle.lifecycle_events''::regclass;', 'without a directory nothing is archived');
SELECT set_eq('SELECT due()', 'SELECT line FROM wanted WHERE line LIKE ''refused%''', 'nor dropped; the other tables have had their turn');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events), 5000::bigint, 'every event is there');
SELECT is((SELECT concat_ws(' ', status, rows_in, written, deleted) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1),
  (SELECT format('failed 0 0 %s', 5 + count(*)) FROM wanted WHERE line LIKE 'drop lifecycle.trigger%'), 'the run counts what it deleted, and says that it failed');
SELECT set_eq('SELECT id FROM lifecycle.workflow_executions', $$ SELECT md5(n)::uuid FROM unnest('{late,running,pending,new}'::text[]) n $$, 'executions: what has not ended, or not long ago, stays');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events WHERE workflow_execution_id = md5('old')::uuid), 0::bigint, 'what pointed to one that went points to none');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events WHERE workflow_execution_id = md5('new')::uuid), (SELECT count(*) FROM before WHERE workflow_execution_id = md5('new')::uuid), 'the others still do');
SELECT results_eq('SELECT count(*), min(metric_date) FROM lifecycle.metrics_daily', $$ SELECT 2::bigint, (date_trunc('year', now()) - interval '3 years')::date $$, 'metrics by whole years');
SELECT set_eq('SELECT * FROM lifecycle.user_lifecycle_history', 'SELECT * FROM history_before', 'history stays for ever');
UPDATE before SET workflow_execution_id = NULL WHERE workflow_execution_id = md5('old')::uuid;

UPDATE lifecycle.retention_policies SET directory = '/no such' WHERE archive;
SELECT fails_with('CALL lifecycle.apply_retention()', '58P01: apply_retention: could not find directory "/no such/"%', 'a directory that is not there is an error');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events), 5000::bigint, 'nothing goes');
UPDATE lifecycle.retention_policies SET directory = :'directory' || '/' WHERE archive;

-- A manifest of somebody else's under the name that would be ours.
\set theirs :directory '/theirs'
SELECT format('%s/lifecycle_events.%s_%s.manifest.json', :'directory', to_char(months_ago(30), 'YYYY-MM-DD'), to_char(months_ago(29), 'YYYY-MM-DD')) AS theirs \gset
COPY (SELECT 'theirs') TO :'theirs';
CALL lifecycle.apply_retention();
SELECT is_empty('SELECT * FROM lifecycle.retention_due', 'with a directory they go');
SELECT is(pg_read_file(:'theirs'), E'theirs\n', 'a manifest that was there is not touched');
SELECT is((SELECT manifest FROM archive_of(30)), replace(:'theirs', '.manifest.json', '.2.manifest.json'), 'ours has another name');
SELECT set_eq('SELECT DISTINCT status, rows FROM lifecycle.archives', $$ VALUES ('dropped', 1000::bigint) $$, 'each is on record, with its rows');
SELECT is((SELECT count(*) FROM lifecycle.archives), (SELECT count(*) FROM wanted WHERE line LIKE 'refused%'), 'one a month');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events), 5000 - (SELECT sum(rows)::bigint FROM lifecycle.archives), 'the rows are gone from the table');
SELECT is(files(:'directory'), 2 * (SELECT count(*) FROM lifecycle.archives) + 1, 'there are a file and a manifest for each, and nothing else');
SELECT is((SELECT concat_ws(' ', status, rows_in, written, deleted, held) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1),
  (SELECT format('succeeded %1$s %1$s %1$s 0', sum(rows)) FROM lifecycle.archives), 'rows in = rows archived = rows gone');
SELECT is_empty($$ SELECT FROM pg_class WHERE relname LIKE '%\_archived\_%' $$, 'no detached table is left');
SELECT lives_ok(format('SELECT lifecycle._ensure_partition(''lifecycle.lifecycle_events'', %L)', months_ago(30)), 'the name of the partition is free');
SELECT is(document ->> 'kind' || ' ' || (document ->> 'rows') || ' ' || (document ->> 'relation'), 'lifecycle_ledger archive 1000 lifecycle.lifecycle_events', 'the manifest tells all')
  FROM lifecycle._read_manifest((SELECT manifest FROM archive_of(26)));
SELECT is((h.bytes, h.file_hash), (a.bytes, a.file_hash), 'the file is what is on record') FROM archive_of(26) a, lifecycle._hash_file(a.path) h;

-- Restore: the very rows.
SELECT manifest AS m30, path AS p30 FROM archive_of(30) \gset
SELECT manifest AS m26, path AS p26 FROM archive_of(26) \gset
BEGIN;
SELECT line AS said FROM lifecycle._restore_step(NULL, 1, :'m26', interval '1 day', NULL, NULL) \gset
ROLLBACK;
SELECT is(:'said'::text, '1000 rows', 'nothing is said of references where none had to be cleared');
CALL lifecycle.restore_archive(:'m26');
CREATE FUNCTION differing(n int) RETURNS TABLE (id bigint) LANGUAGE sql AS $$
  SELECT id FROM (SELECT * FROM lifecycle.lifecycle_events WHERE created_at >= months_ago(n) AND created_at < months_ago(n - 1)) e
    FULL JOIN (SELECT * FROM before WHERE created_at >= months_ago(n) AND created_at < months_ago(n - 1)) b USING (id)
  WHERE (e.event_type, e.user_id, e.workflow_execution_id, e.lifecycle_stage, e.event_data, e.created_at)
    IS DISTINCT FROM (b.event_type, b.user_id, b.workflow_execution_id, b.lifecycle_stage, b.event_data, b.created_at)
$$;
SELECT is_empty('SELECT * FROM differing(26)', 'a restored month has the rows it had, value for value');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events WHERE created_at >= months_ago(26) AND created_at < months_ago(25) AND event_data = 'null'), 200::bigint, 'a JSON null is no null');
SELECT is((SELECT (i.inhparent::regclass::text, i.inhrelid::regclass::text)::text FROM pg_inherits i WHERE i.inhrelid = part('lifecycle_events', 26)::regclass),
  format('(lifecycle.lifecycle_events,%s)', part('lifecycle_events', 26)), 'as a partition, under its old name');
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = part('lifecycle_events', 26)::regclass), (SELECT count(*) FROM pg_index WHERE indrelid = 'lifecycle.lifecycle_events'::regclass), 'with every index');
SELECT is((SELECT count(*) FROM pg_constraint WHERE conrelid = part('lifecycle_events', 26)::regclass AND contype IN ('f', 'c')), 2::bigint, 'and its foreign keys, and nothing more');
SELECT is((SELECT status FROM archive_of(26)), 'restored', 'it is on record');
SELECT set_eq('SELECT due()', ARRAY['held lifecycle.lifecycle_events ' || part('lifecycle_events', 26), 'archive and drop lifecycle.lifecycle_events ' || part('lifecycle_events', 30)], 'and held (the other is empty again, and due)');
CALL lifecycle.apply_retention();
SELECT is_empty('SELECT * FROM differing(26)', 'retention leaves it alone');
SELECT is((SELECT count(*) FROM lifecycle.archives WHERE lower_bound = months_ago(30)), 2::bigint, 'a second partition of a month is a second archive');
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m26'), '55000: the rows of % are not gone%', 'a month cannot be restored twice');

-- The hold ends: archived again, in the place of the old file.
UPDATE lifecycle.lifecycle_events SET event_type = 'corrected' WHERE id = (SELECT min(id) FROM before WHERE created_at >= months_ago(26) AND created_at < months_ago(25));
UPDATE lifecycle.archives SET hold_until = now() WHERE status = 'restored';
CALL lifecycle.apply_retention();
SELECT is((SELECT (status, revision, rows, obsolete, manifest)::text FROM archive_of(26)), format('(dropped,2,1000,{},%s)', :'m26'), 'after the hold it goes again: a new revision of its archive');
SELECT is(lifecycle._file_exists(:'p26'), false, 'the file before it is removed');
CALL lifecycle.restore_archive(:'m26', hold => '1 day');
SELECT is((SELECT count(*) FROM differing(26)), 1::bigint, 'with what was changed meanwhile');
SELECT is((SELECT hold_until::date FROM archive_of(26)), (now() + interval '1 day')::date, 'held as long as asked');

-- References to what is gone.
UPDATE lifecycle.archives SET hold_until = now() WHERE status = 'restored';
CALL lifecycle.apply_retention();
DELETE FROM lifecycle.workflow_executions;
DELETE FROM lifecycle.lifecycle_events WHERE user_id = md5('u7')::uuid;
DELETE FROM lifecycle.users WHERE id = md5('u7')::uuid;
CALL lifecycle.restore_archive(:'m30');
SELECT results_eq(format('SELECT count(*), count(*) FILTER (WHERE user_id IS NULL), count(workflow_execution_id) FROM lifecycle.lifecycle_events WHERE created_at < %L', months_ago(29)),
  'VALUES (1000::bigint, 20::bigint, 0::bigint)', 'columns that pointed to rows that are gone are null');

-- Rows that came to the month when it was archived: both are there afterwards, those in both as they are now.
UPDATE lifecycle.archives SET hold_until = now() WHERE status = 'restored';
CALL lifecycle.apply_retention();
SELECT lifecycle._ensure_partition('lifecycle.lifecycle_events', months_ago(30)) \g /dev/null
INSERT INTO lifecycle.lifecycle_events (event_type, created_at) SELECT 'late', months_ago(30) + i * interval '1 s' FROM generate_series(1, 10) i;
INSERT INTO lifecycle.lifecycle_events (id, event_type, created_at) SELECT id, 'newer', created_at FROM before WHERE created_at < months_ago(29) ORDER BY id LIMIT 3;
CALL lifecycle.restore_archive(:'m30');
SELECT results_eq(format('SELECT event_type::text, count(*) FROM lifecycle.lifecycle_events WHERE created_at < %L GROUP BY 1 ORDER BY 1', months_ago(29)),
  $$ VALUES ('late', 10::bigint), ('newer', 3::bigint), ('stage_changed', 997::bigint) $$, 'a restored month beside rows that came since');
SELECT is((SELECT count(*) FROM pg_inherits i, LATERAL lifecycle._partition_range(i.inhrelid) r WHERE i.inhparent = 'lifecycle.lifecycle_events'::regclass AND r.lower_bound = months_ago(30)), 1::bigint, 'in one partition');
UPDATE lifecycle.archives SET hold_until = now() WHERE status = 'restored';
CALL lifecycle.apply_retention();
SELECT is((SELECT rows FROM archive_of(30)), 1010::bigint, 'and archived as one');

-- What is not the archive that the manifest describes is not restored.
SELECT path AS p30 FROM archive_of(30) \gset
SELECT count(*) AS tables FROM pg_class WHERE relkind IN ('r', 'p') \gset
\setenv P30 :p30
\setenv M30 :m30
\! cp -p "$P30" "$P30".sound; cp -p "$M30" "$M30".sound; truncate -s -10 "$P30"
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m30'), 'XX001: restore_archive: "%" is damaged%', 'a file cut off');
\! printf 'x' | gzip -n > "$P30"
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m30'), 'XX001: restore_archive: archive "%" is not the file its manifest describes%', 'another file');
\! cp -p "$P30".sound "$P30"; sed -i 's/"checksum": "1010:/"checksum": "1011:/' "$M30"
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m30'), 'XX001: restore_archive: archive "%" does not give back the rows that were archived%', 'other rows');
\! cp -p "$M30".sound "$M30"
SELECT fails_with('CALL lifecycle.restore_archive(''/etc/hostname'')', '22023: restore_archive: "/etc/hostname" is not the manifest of an archive%', 'another document');
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m30' || '.none'), '58P01: restore_archive: could not open "%', 'a manifest that is not there');
SELECT fails_with('CALL lifecycle.restore_archive(NULL)', '22004: %', 'null');
ALTER TABLE lifecycle.lifecycle_events RENAME COLUMN lifecycle_stage TO other;
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m30'), '42804: restore_archive: table lifecycle.lifecycle_events has changed since it was archived
DETAIL: It no longer has: lifecycle\_stage character varying(50).%', 'a column that is gone');
ALTER TABLE lifecycle.lifecycle_events RENAME COLUMN other TO lifecycle_stage;
SELECT is((SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')), :tables::bigint, 'nothing of them is left');
ALTER TABLE lifecycle.lifecycle_events ADD COLUMN region text DEFAULT 'eu';
\! mkdir "$DIRECTORY"/moved && chmod 777 "$DIRECTORY"/moved && cp -p "$P30" "$M30" "$DIRECTORY"/moved
SELECT :'directory' || '/moved/' || regexp_replace(:'m30', '^.*/', '') AS moved \gset
DELETE FROM lifecycle.archives WHERE manifest = :'m30';
CALL lifecycle.restore_archive(:'moved');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_events WHERE created_at < months_ago(29) AND region = 'eu'), 1010::bigint, 'a column that came since has its default; files may be moved, and unknown here');

-- Events: append-only, and archived and restored all the same.
INSERT INTO lifecycle.retention_policies (relation, keep, time_column, archive, directory, compression) VALUES ('lifecycle.events', '1 year', 'event_time', true, :'directory', 'zstd');
SELECT lifecycle._ensure_partition('lifecycle.events', months_ago(20)) \g /dev/null
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
SELECT md5('e' || i)::uuid, 'page_viewed', months_ago(20) + i * interval '1 minute', 'u' || i % 10, jsonb_build_object('i', i) FROM generate_series(1, 100) i;
CREATE TABLE events_before AS SELECT event_id, event_name, event_time, user_id, properties, received_at FROM lifecycle.events;
CALL lifecycle.apply_retention();
SELECT is((SELECT count(*) FROM lifecycle.events), 0::bigint, 'events go by the same way');
SELECT alike((SELECT path FROM lifecycle.archives WHERE relation = 'lifecycle.events'), '%.ndjson.zst', 'packed as their policy says');
SELECT manifest AS events FROM lifecycle.archives WHERE relation = 'lifecycle.events' \gset
CALL lifecycle.restore_archive(:'events');
SELECT set_eq('SELECT event_id, event_name, event_time, user_id, properties, received_at FROM lifecycle.events', 'SELECT * FROM events_before', 'and come back');
SELECT throws_ok(format('DELETE FROM %s', part('events', 20)), '55000', NULL, 'guarded as before');
SELECT throws_ok(format('TRUNCATE %s', part('events', 20)), '55000', NULL, '... against TRUNCATE');

-- Every type there is, by days, in a schema of one's own; and other keys than timestamptz.
\ir include/every_type.psql
CREATE TEMP TABLE wide (LIKE every_type, "day it was" date NOT NULL, PRIMARY KEY (id, "day it was")) PARTITION BY RANGE ("day it was");
CREATE TEMP TABLE "wide P1" PARTITION OF wide FOR VALUES FROM ('2001-02-03') TO ('2001-02-04');
CREATE TEMP TABLE wide_2 PARTITION OF wide FOR VALUES FROM ('2001-02-04') TO (MAXVALUE);
INSERT INTO wide SELECT e.*, '2001-02-03' FROM every_type e;
INSERT INTO wide SELECT e.*, '2001-02-05' FROM every_type e;
INSERT INTO lifecycle.retention_policies (relation, keep, time_column, archive, directory, compression) VALUES ('wide', '1 day', 'day it was', true, :'directory', 'none');
CALL lifecycle.apply_retention(relation => 'wide');
SELECT is((SELECT count(*) FROM wide), (SELECT count(*) FROM every_type), 'a partition without end is never due');
SELECT manifest AS wide FROM lifecycle.archives WHERE partition_name = 'wide P1' \gset
CALL lifecycle.restore_archive(:'wide');
SELECT is_empty($$
  SELECT id, o.key, o.value AS original, b.value AS back
  FROM every_type t JOIN (SELECT * FROM wide WHERE "day it was" = '2001-02-03') k USING (id), LATERAL json_each_text(row_to_json(t)) o JOIN LATERAL json_each_text(row_to_json(k)) b USING (key)
  WHERE o.value IS DISTINCT FROM b.value AND key NOT IN ('c_json', 'c_jsonb') $$, 'every value of every type comes back as it was');
SELECT is_empty($$ SELECT id FROM every_type t JOIN wide k USING (id) WHERE t.c_jsonb IS DISTINCT FROM k.c_jsonb OR t.c_json::jsonb IS DISTINCT FROM k.c_json::jsonb $$, 'documents too');
SELECT is((SELECT count(*) FROM wide), 2 * (SELECT count(*) FROM every_type), 'every row');
DELETE FROM lifecycle.retention_policies WHERE relation = 'wide'::regclass;

-- Policies that cannot be carried out say so, and keep nobody else.
CREATE TABLE plain (at timestamptz, name text);
CREATE TABLE by_name (at timestamptz, name text) PARTITION BY LIST (name);
CREATE TABLE gone (at timestamptz);
CREATE VIEW a_view AS SELECT now() AS at;
INSERT INTO plain VALUES (now() - interval '2 days'), (now());
INSERT INTO lifecycle.retention_policies (relation, keep, time_column, archive, status_column, finished) VALUES
  ('plain', '1 day', 'at', true, NULL, NULL), ('by_name', '1 day', 'at', false, NULL, NULL), ('gone', '1 day', 'at', false, NULL, NULL),
  ('a_view', '1 day', 'at', false, NULL, NULL), ('public.before', '1 day', 'nothing', false, NULL, NULL), ('history_before', '1 day', 'cause', false, NULL, NULL),
  (part('lifecycle_events', 0)::regclass, '1 day', 'created_at', false, NULL, NULL), ('lifecycle.users', '100 years', 'created_at', false, 'id', '{x}');
DROP TABLE gone;
SELECT set_eq($$ SELECT reason FROM lifecycle.retention_due WHERE action = 'refused' $$, $$
  SELECT format(r, (SELECT relation::oid FROM lifecycle.retention_policies WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = relation))) FROM unnest(ARRAY[
  'it is not partitioned: only whole partitions are archived', 'it is partitioned by something else than ranges of at: partitions would not go by age',
  'the table (OID %s) no longer exists: delete its policy', 'it is not a table', 'it has no column nothing', 'its column cause is of type text, which is no time',
  'it is a partition itself: give the policy to the table it belongs to']) r $$, 'what is wrong with a policy is said');
SELECT fails_with('CALL lifecycle.apply_retention()', '55000: apply_retention: % cannot go: %', 'and raised');
DELETE FROM lifecycle.retention_policies WHERE relation NOT IN (SELECT oid FROM pg_class) OR relation::regclass::text NOT LIKE 'lifecycle.%' AND relation <> 'plain'::regclass;
UPDATE lifecycle.retention_policies SET archive = false WHERE relation = 'plain'::regclass;
DELETE FROM lifecycle.retention_policies WHERE relation = part('lifecycle_events', 0)::regclass;
CALL lifecycle.apply_retention();
SELECT is((SELECT count(*) FROM plain), 1::bigint, 'a table of one''s own goes row by row');
SELECT throws_ok('UPDATE lifecycle.retention_policies SET keep = ''0''', '23514', NULL, 'a policy that would keep nothing is refused');
SELECT throws_ok('UPDATE lifecycle.retention_policies SET directory = ''archive''', '23514', NULL, 'so is a relative directory');

-- Who may, and where.
SELECT fails_with('BEGIN; CALL lifecycle.apply_retention()', '25001: CALL lifecycle.apply_retention() must run outside a transaction block%', 'inside a transaction block');
DELETE FROM lifecycle.retention_policies WHERE relation = 'plain'::regclass;
CREATE ROLE retention_stranger;
GRANT USAGE ON SCHEMA lifecycle TO retention_stranger;
SELECT fails_with('CALL lifecycle.apply_retention()', '42501: %', 'who may not read the tables', 'retention_stranger');
SELECT fails_with(format('CALL lifecycle.restore_archive(%L)', :'m30'), '42501: %', 'nor restore', 'retention_stranger');
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lifecycle TO retention_stranger;
SELECT lifecycle._ensure_partition('lifecycle.trigger_executions', months_ago(8)) \g /dev/null
SELECT fails_with('CALL lifecycle.apply_retention()', '42501: apply_retention: %HINT: Call it as the role that called install()%', 'who does not own them drops nothing', 'retention_stranger');
DROP OWNED BY retention_stranger;
DROP ROLE retention_stranger;

\! rm -r "$DIRECTORY"
SELECT * FROM finish();
