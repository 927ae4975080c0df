-- stable_horizon() in one session; tests/isolation/stable_horizon.spec has the others.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
LOAD 'lifecycle_ledger'; -- its settings exist once the module is loaded
SELECT plan(11);

SELECT volatility_is('lifecycle', 'stable_horizon', '{}'::name[], 'volatile');
SELECT is((SELECT proparallel FROM pg_proc WHERE oid = 'lifecycle.stable_horizon()'::regprocedure), 'r',
          'reads what only the leader may tell: parallel restricted');
SELECT is(current_setting('lifecycle_ledger.horizon_margin'), '1s', 'the margin is a second by default');

-- The caller's own transaction, begun at now(), is left out; nothing else runs in this database.
SELECT pg_sleep(0.05);
SET LOCAL lifecycle_ledger.horizon_margin = 0;
SELECT cmp_ok(lifecycle.stable_horizon(), '>', now() + interval '40 ms', 'the caller''s own transaction does not hold it back');
SELECT cmp_ok(lifecycle.stable_horizon(), '<=', clock_timestamp(), 'never beyond the clock');
SET LOCAL lifecycle_ledger.horizon_margin = '10s';
SELECT cmp_ok(lifecycle.stable_horizon(), '<=', clock_timestamp() - interval '10 s', 'the margin is taken off');
SELECT cmp_ok(lifecycle.stable_horizon(), '>', now() - interval '10 s', 'and no more than the margin');
SELECT throws_ok('SET LOCAL lifecycle_ledger.horizon_margin = ''-1s''', '22023', NULL, 'a negative margin is refused');

-- The activity snapshot is not left behind: the next look at pg_stat_activity is fresh, not that of the call.
SELECT lifecycle.stable_horizon() IS NOT NULL AS called \gset
SELECT is((SELECT query LIKE '%pg_backend_pid%fresh%' FROM pg_stat_activity WHERE pid = pg_backend_pid()), true,
          'pg_stat_activity stays fresh');

-- Looking is not holding: no lock on any relation remains but those the query itself takes.
SELECT is((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'
           AND relation = 'pg_catalog.pg_prepared_xacts'::regclass AND mode <> 'AccessShareLock'), 0::bigint,
          'takes no lock beyond that of a reader');
SELECT matches(obj_description('lifecycle.stable_horizon()'::regprocedure), 'READ COMMITTED', 'the contract is on the function');

SELECT * FROM finish();
ROLLBACK;
