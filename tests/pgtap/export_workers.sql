-- An export that several processes write: the same lines as one process writes, in files that the manifest names; few rows in one file; errors as they are.
\set ON_ERROR_STOP 1
\set QUIET 1
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
\ir ../lib/export_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(29);
-- Which process read a row is told by a column.
CREATE FUNCTION process() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT pg_backend_pid()::text';
ALTER FUNCTION process() SET search_path = pg_catalog;
CREATE VIEW runs AS SELECT r.*, process() AS process FROM lifecycle.finished_operation_runs r;
DELETE FROM lifecycle.dataset_sources;
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'runs', (SELECT jsonb_object_agg(a.attname, a.attname) || '{"workflow_id": "process"}' FROM pg_attribute a
  WHERE a.attrelid = 'lifecycle.operation_runs'::regclass AND a.attnum > 0 AND a.attname <> 'changed_xid')) IS NOT NULL AS registered;
CREATE FUNCTION deliver(options jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM lifecycle.destinations) THEN
    PERFORM lifecycle.unregister_destination('files');
  END IF;
  DELETE FROM lifecycle.export_batches;
  PERFORM lifecycle.register_destination('files', 'directory', (SELECT directory FROM place), options, '{dx_operation_runs_v1}');
END $$;
-- Without what tells the processes apart.
CREATE VIEW lines AS SELECT line - 'workflow_id' AS line FROM files('dx_operation_runs_v1');
CREATE VIEW processes AS SELECT count(DISTINCT line ->> 'workflow_id') FROM files('dx_operation_runs_v1');
CREATE VIEW totals AS SELECT count(*) AS files, max(sequence) AS last, sum(rows_in) AS rows, min(rows_in) AS least FROM lifecycle.export_batches;
SELECT add_runs(1, 10001) IS NULL AS added;
ANALYZE lifecycle.operation_runs;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET max_parallel_workers_per_gather = 0;

SET lifecycle_ledger.export_workers = 0;
SELECT deliver('{"batch_bytes": 100000000}') IS NULL AS registered;
CALL lifecycle.export();
SELECT is((SELECT count FROM processes), 1::bigint, 'without workers the session writes all');
SELECT is((SELECT (files, last, rows)::text FROM totals), '(1,1,9000)', '... one file');
CREATE TABLE alone AS SELECT line FROM lines;

SET lifecycle_ledger.export_workers = 2;
SELECT deliver('{"batch_bytes": 100000000}') IS NULL AS registered;
\! rm -rf "$DIRECTORY"/*
CALL lifecycle.export();
SELECT cmp_ok((SELECT count FROM processes), '>', 1::bigint, 'workers write beside it, whatever queries may do otherwise');
SELECT is((SELECT files FROM totals), (SELECT count FROM processes), '... a file each');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT file, line ->> 'workflow_id' FROM files('dx_operation_runs_v1')) f), (SELECT files FROM totals), '... of its own');
SELECT is_empty('(TABLE lines EXCEPT ALL TABLE alone) UNION ALL (TABLE alone EXCEPT ALL TABLE lines)', '... with the lines of one process, each once');
SELECT ok(files_are_sound('dx_operation_runs_v1'), '... as the manifest says');
SELECT is((SELECT (last = files, rows)::text FROM totals), '(t,9000)', '... numbered without a gap');
SELECT is((SELECT (rows_in, written, dead)::text FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '(9000,9000,0)', '... counted');
SELECT is((SELECT (min(earliest), max(latest)) FROM lifecycle.export_batches), (SELECT (min(created_at), max(created_at)) FROM runs), '... with their times');
SELECT is(current_setting('max_parallel_workers_per_gather'), '0', 'the session''s settings are as they were');
SELECT is((SELECT string_agg(f, ' ') FROM pg_ls_dir(:'directory' || '/dx_operation_runs_v1') f WHERE f LIKE '%lifecycle-new'), NULL, 'nothing else is left in the directory');

-- Many small files, packed; CSV.
SELECT deliver('{"batch_bytes": 300000, "compression": "zstd"}') IS NULL AS registered;
\! rm -rf "$DIRECTORY"/*
CALL lifecycle.export();
SELECT is_empty('(TABLE lines EXCEPT ALL TABLE alone) UNION ALL (TABLE alone EXCEPT ALL TABLE lines)', 'many files, packed: the same lines');
SELECT is_empty($$SELECT b.file FROM lifecycle.export_batches b CROSS JOIN LATERAL lifecycle._hash_file((SELECT directory FROM place) || '/' || b.file) h WHERE (h.file_hash, h.bytes) IS DISTINCT FROM (b.file_hash, b.bytes)$$,
  '... whose hashes are those on record');
SELECT ok((SELECT last = files AND files > 10 FROM totals) AND (SELECT count > 1 FROM processes), '... numbered without a gap');
SELECT deliver('{"batch_bytes": 100000000, "format": "csv"}') IS NULL AS registered;
\! rm -rf "$DIRECTORY"/*
CALL lifecycle.export();
SELECT ok((SELECT bool_and(lines = rows_in + 1) AND count(*) > 1 FROM (SELECT b.rows_in, (SELECT count(*) FROM lifecycle._read_file(:'directory' || '/' || b.file)) AS lines FROM lifecycle.export_batches b) x), 'CSV: each file has its header and its rows');
SELECT is((SELECT sum(split_part(checksum, ':', 1)::bigint) FROM lifecycle.export_batches), 9000::numeric, '... and a checksum of them');

-- No worker is to be had; few rows.
SET max_parallel_workers = 0;
SELECT deliver('{"batch_bytes": 100000000}') IS NULL AS registered;
\! rm -rf "$DIRECTORY"/*
CALL lifecycle.export();
SELECT is((SELECT count FROM processes), 1::bigint, 'where there is no room for workers the session writes all');
SELECT is_empty('(TABLE lines EXCEPT ALL TABLE alone) UNION ALL (TABLE alone EXCEPT ALL TABLE lines)', '... the same lines');
RESET max_parallel_workers;
SELECT add_runs(40001, 40301) IS NULL AS added;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
CALL lifecycle.export();
RESET enable_indexscan;
RESET enable_bitmapscan;
SELECT is((SELECT (count(*), sum(rows_in))::text FROM lifecycle.export_batches WHERE sequence > 1), '(1,270)', 'few rows of a large table are one file');

-- Rows too long for shortcuts, texts with all that has to be escaped.
UPDATE lifecycle.operation_runs SET error_message = repeat(E'long "\\ \u00e4\u001f', CASE WHEN run_id < '80000000-0000-0000-0000-000000000000' THEN 1000 ELSE 30000 END)
  WHERE run_id IN (SELECT id(n) FROM generate_series(40001, 40021) n);
CALL lifecycle.export();
SELECT ok(files_are_sound('dx_operation_runs_v1'), 'long texts: each file is as the manifest says');
SELECT is((SELECT (sum(rows_in), sum(bytes) > 2000000)::text FROM lifecycle.export_batches WHERE sequence > 2), '(19,t)', '... and has them');

-- Rows that break the contract, wherever they are read.
UPDATE lifecycle.operation_runs SET entity_type = '' WHERE run_id IN (SELECT run_id FROM lifecycle.finished_operation_runs ORDER BY created_at OFFSET 100 LIMIT 2000);
SELECT deliver('{"batch_bytes": 100000000}') IS NULL AS registered;
\! rm -rf "$DIRECTORY"/*
CALL lifecycle.export();
SELECT is((SELECT (rows_in, written, dead)::text FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '(9270,7270,2000)', 'rows that break the contract are told once');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 2000::bigint, '... each a dead letter');
DELETE FROM lifecycle.dead_letters;
UPDATE lifecycle.operation_runs SET entity_type = 'company' WHERE entity_type = '';

-- An error in a worker is the run's.
CREATE FUNCTION fail_in_worker(run uuid) RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
  IF pg_backend_pid() <> current_setting('test.leader')::integer THEN
    RAISE EXCEPTION USING ERRCODE = '22012', MESSAGE = 'no such run', DETAIL = 'Run ' || run, HINT = 'Ask for another.';
  END IF;
  RETURN pg_sleep(0.001) IS NOT NULL;
END $$;
SELECT set_config('test.leader', pg_backend_pid()::text, false) IS NULL AS set;
CREATE OR REPLACE VIEW runs AS SELECT r.*, process() AS process FROM lifecycle.finished_operation_runs r WHERE fail_in_worker(r.run_id);
SELECT deliver('{"batch_bytes": 100000000}') IS NULL AS registered;
\! rm -rf "$DIRECTORY"/*
\set ON_ERROR_STOP 0
CALL lifecycle.export();
\set ON_ERROR_STOP 1
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22012', 'an error in a worker is the run''s');
SELECT is((SELECT (status, sqlstate, message, detail LIKE 'Run %Ask for another.')::text FROM lifecycle.export_batches), '(failed,22012,"no such run",t)', '... on record with its detail and hint');
SELECT is((SELECT string_agg(f, ' ') FROM pg_ls_dir(:'directory' || '/dx_operation_runs_v1') f WHERE f <> 'manifest.json'), NULL, '... and no file is left');

-- Another role.
CREATE OR REPLACE VIEW runs AS SELECT r.*, process() AS process FROM lifecycle.finished_operation_runs r;
CREATE ROLE export_workers_reader;
GRANT USAGE ON SCHEMA lifecycle TO export_workers_reader;
SELECT lifecycle._direct_rows(lifecycle._dataset_contract('dx_operation_runs_v1'), 'runs', mapping, 'true') AS direct, (lifecycle._direct_rows(lifecycle._dataset_contract('dx_operation_runs_v1'), 'runs', mapping, 'true')).*
  FROM lifecycle.dataset_sources \gset
SELECT jsonb_build_object('columns', :'checks'::jsonb, 'time_column', 20, 'directory', :'directory', 'first', 1, 'suffix', '.x', 'format', 'ndjson', 'compression', 'none', 'most_bytes', 100000000) AS "order" \gset
SET ROLE export_workers_reader;
\set ON_ERROR_STOP 0
SELECT lifecycle._export_files(:'query', 'SELECT 1', :'order');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42501', 'a role that may not write files');
RESET ROLE;
GRANT pg_write_server_files TO export_workers_reader;
SET ROLE export_workers_reader;
SELECT lifecycle._export_files(:'query', 'SELECT 1', :'order');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42501', '... or not read the source');
RESET ROLE;
DROP OWNED BY export_workers_reader;
DROP ROLE export_workers_reader;
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
