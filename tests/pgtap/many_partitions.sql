-- Rows of more days than one transaction has locks for: their partitions are made some at a time, in transactions of their own.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'Pacific/Kiritimati';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('hq');
CREATE FUNCTION partitions(relation regclass) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM pg_inherits WHERE inhparent = relation $$;
CREATE TABLE batch AS SELECT * FROM hq.dx_operation_runs_v1;
INSERT INTO batch SELECT 'v1', md5(n::text)::uuid, NULL, NULL, 'op', 'act', 'company', md5('e')::uuid, md5('o')::uuid, NULL, NULL, 'succeeded', 1, at, at, 1, NULL, NULL, NULL, at
FROM generate_series(1, 180) n, LATERAL (SELECT timestamptz '2020-01-01 23:59:59.999999+00' + (n / 3) * interval '1 day' + (n % 3) * interval '3 hours' AS at) t;
SELECT partitions('hq.dx_operation_runs_v1') AS before \gset
BEGIN;
SELECT is((SELECT written FROM lifecycle._append_rows('dx_operation_runs_v1', 'batch', 'hq')), 180::bigint, 'rows of sixty days in one batch');
SELECT set_eq('SELECT * FROM hq.dx_operation_runs_v1', 'SELECT * FROM batch', '... are there');
ROLLBACK;
SELECT is(partitions('hq.dx_operation_runs_v1'), :before + 60::bigint, 'their partitions stay, were the batch undone');
SELECT is_empty($$SELECT FROM hq.dx_operation_runs_v1$$, '... and hold no row');
SELECT is((SELECT count(DISTINCT c.relowner) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'hq.dx_operation_runs_v1'::regclass AND c.relrowsecurity), 1::bigint, '... they are of one owner, and protected');
SELECT is((SELECT written FROM lifecycle._append_rows('dx_operation_runs_v1', 'batch', 'hq')), 180::bigint, 'the batch again');
SELECT max(i.inhrelid)::regclass AS made FROM pg_inherits i WHERE i.inhparent = 'hq.dx_operation_runs_v1'::regclass \gset
SELECT throws_ok(format('DELETE FROM %s', :'made'), '55000', NULL, 'append-only they are, too');

-- A table that no other session can see yet, or whose partitions are being made here: then they are made here.
BEGIN;
CALL lifecycle.install_warehouse('fresh');
SELECT is((SELECT written FROM lifecycle._append_rows('dx_operation_runs_v1', 'batch', 'fresh')), 180::bigint, 'a warehouse of this transaction');
ROLLBACK;
UPDATE batch SET run_id = md5('x' || run_id)::uuid, created_at = created_at + interval '2 years';
BEGIN;
SELECT lifecycle._ensure_partition('hq.dx_operation_runs_v1', '2019-01-01') \g /dev/null
SELECT is((SELECT written FROM lifecycle._append_rows('dx_operation_runs_v1', 'batch', 'hq')), 180::bigint, 'beside a partition of this transaction');
ROLLBACK;
SELECT is(partitions('hq.dx_operation_runs_v1'), :before + 60::bigint, '... which none survives');

-- A partition that a batch brings along is made in its transaction. Whoever reads or writes beside it is not kept waiting by that: only who makes partitions, too.
BEGIN;
UPDATE batch SET created_at = created_at - interval '10 years' WHERE run_id = (SELECT min(run_id::text)::uuid FROM batch);
CREATE TABLE one AS SELECT * FROM batch ORDER BY created_at LIMIT 1;
SELECT is((SELECT written FROM lifecycle._append_rows('dx_operation_runs_v1', 'one', 'hq')), 1::bigint, 'a row of a day that has no partition');
SELECT set_eq($$SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('hq.dx_operation_runs_v1'::regclass, 'hq.dx_operation_runs_v1_keys'::regclass)$$,
  '{AccessShareLock,RowExclusiveLock,ShareUpdateExclusiveLock}'::text[], '... to the end of its transaction the table is locked against no reader and no writer');
ROLLBACK;

-- Who may add rows, and make no partition, is told what it takes.
CREATE ROLE many_receiver;
SELECT lifecycle.grant_warehouse('many_receiver', 'receiver', 'hq') \g /dev/null
SELECT lifecycle.ndjson(b) AS line FROM batch b LIMIT 1 \gset
SET ROLE many_receiver;
\set ON_ERROR_STOP 0
SELECT lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), :'line', warehouse => 'hq') \g /dev/null
\set ON_ERROR_STOP 1
RESET ROLE;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42501', 'a receiver makes no partitions');
SELECT alike(:'LAST_ERROR_MESSAGE'::text, 'hq.dx_operation_runs_v1 has no partition for 2022-%, and many_receiver may not make one', '... and is told which is missing');
SELECT lifecycle.revoke_warehouse('many_receiver', 'receiver', 'hq') \g /dev/null
DROP ROLE many_receiver;
SELECT * FROM finish();
