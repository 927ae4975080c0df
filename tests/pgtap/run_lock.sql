-- Run locks: one holder, over COMMITs, given back by any error. A second session comes by dblink.
\set ON_ERROR_STOP 1
\set QUIET 1
\set VERBOSITY sqlstate
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT plan(47);

SELECT dblink_connect('other', format('host=%s port=%s dbname=%s user=%s',
  split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user))
  AS connected \gset
CREATE FUNCTION other(query text) RETURNS text LANGUAGE sql AS $$ SELECT answer FROM dblink('other', query) AS t(answer text) $$;
CREATE FUNCTION other_lock(name text) RETURNS text LANGUAGE sql AS $$ SELECT other(format('SELECT lifecycle._run_lock(%L, false)', name)) $$;
CREATE FUNCTION other_unlock(name text) RETURNS text LANGUAGE sql AS $$ SELECT other(format('SELECT lifecycle._run_unlock(%L)', name)) $$;
SELECT other('SELECT pg_backend_pid()') AS other_pid \gset

-- One holder
SELECT is(lifecycle._run_lock_holder('sync'), NULL, 'nobody holds a lock at first');
SELECT is(lifecycle._run_lock('sync', false), true, 'the first to ask gets it');
SELECT is(lifecycle._run_lock_holder('sync'), pg_backend_pid(), 'the holder is known');
SELECT is(lifecycle._run_lock('sync', false), false, 'the same session cannot take it twice');
SELECT is(lifecycle._run_lock('sync', true), false, '... and does not wait for itself');
SELECT is(other_lock('sync'), 'f', 'another session does not get it');
SELECT is(lifecycle._run_lock('reconcile', false), true, 'another name is another lock');
SELECT is(other('SELECT lifecycle._run_lock_holder(''sync'')'), pg_backend_pid()::text, 'the other session sees who holds it');
SELECT is(other('SELECT lifecycle._run_unlock(''sync'')'), 'f', 'the other session cannot give it back');
SELECT is(lifecycle._run_lock_holder('sync'), pg_backend_pid(), '... and has not');
SELECT is(lifecycle._run_unlock('sync'), true, 'the holder gives it back');
SELECT is(lifecycle._run_unlock('sync'), false, '... once');
SELECT is(other_lock('sync'), 't', 'now the other session gets it');
SELECT is(lifecycle._run_lock_holder('sync'), :other_pid, '... and is the holder');
SELECT is(lifecycle._run_lock('sync', false), false, '... and this session does not');
SELECT is(lifecycle._run_lock_holder('reconcile'), pg_backend_pid(), 'the other name is still ours');
SELECT is(other_unlock('sync'), 't', 'the other session gives it back');
SELECT is(lifecycle._run_unlock('reconcile'), true, 'so do we');

-- Waiting
SELECT other_lock('wait') AS locked \gset
\set ON_ERROR_STOP 0
SET lock_timeout = '100ms';
SELECT lifecycle._run_lock('wait', true);
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '55P03', 'waiting obeys lock_timeout');
RESET lock_timeout;
\set ON_ERROR_STOP 1
SELECT is(other_unlock('wait'), 't', 'the holder gives it back');
SELECT is(lifecycle._run_lock('wait', false), true, 'a wait that failed has left nothing behind');
SELECT dblink_send_query('other', 'SELECT lifecycle._run_lock(''wait'', true)') AS sent \gset
DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP;
END $$;
SELECT lifecycle._run_unlock('wait') AS unlocked \gset
SELECT is((SELECT got FROM dblink_get_result('other') AS t(got boolean)), true, 'a session that waits gets it in the end');
SELECT count(*) AS drained FROM dblink_get_result('other') AS t(got boolean) \gset
SELECT is(other_unlock('wait'), 't', '... and holds it');

-- Over COMMIT, until an error
CREATE PROCEDURE run(fail boolean) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lifecycle._run_lock('run', false);
  COMMIT;
  CREATE TEMP TABLE IF NOT EXISTS other_after_commit AS SELECT other_lock('run') AS got;
  COMMIT;
  BEGIN
    RAISE division_by_zero;
  EXCEPTION WHEN division_by_zero THEN
    NULL;
  END;
  IF fail THEN
    PERFORM 1 / 0;
  END IF;
END $$;
CALL run(false);
SELECT is((SELECT got FROM other_after_commit), 'f', 'the lock outlives the COMMITs of a procedure');
SELECT is(lifecycle._run_lock_holder('run'), pg_backend_pid(), '... and the error caught in a block opened later');
SELECT is(lifecycle._run_unlock('run'), true, '... until given back');
\set ON_ERROR_STOP 0
CALL run(true);
\set ON_ERROR_STOP 1
SELECT is(lifecycle._run_lock_holder('run'), NULL, 'an error after a COMMIT frees it');
SELECT is(other_lock('run'), 't', '... for others');
SELECT other_unlock('run') AS unlocked \gset

\set ON_ERROR_STOP 0
SET statement_timeout = '200ms';
DO $$ BEGIN PERFORM lifecycle._run_lock('slow', false); COMMIT; PERFORM pg_sleep(30); END $$;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '57014', 'a run is cancelled');
RESET statement_timeout;
\set ON_ERROR_STOP 1
SELECT is(lifecycle._run_lock_holder('slow'), NULL, '... which frees its lock');

-- Savepoints
DO $$ BEGIN
  BEGIN
    PERFORM lifecycle._run_lock('block', false);
    RAISE division_by_zero;
  EXCEPTION WHEN division_by_zero THEN
    NULL;
  END;
END $$;
SELECT is(lifecycle._run_lock_holder('block'), NULL, 'an error caught around the block that took it frees it');
BEGIN;
SAVEPOINT s;
SELECT lifecycle._run_lock('savepoint', false) AS locked \gset
RELEASE s;
SELECT is(lifecycle._run_lock_holder('savepoint'), pg_backend_pid(), 'it outlives the release of the savepoint');
ROLLBACK;
SELECT is(lifecycle._run_lock_holder('savepoint'), NULL, 'a rollback of the whole frees it');
BEGIN;
SELECT lifecycle._run_lock('kept', false) AS locked \gset
SAVEPOINT s;
ROLLBACK TO s;
COMMIT;
SELECT is(lifecycle._run_lock_holder('kept'), pg_backend_pid(), 'a rollback to a later savepoint does not');

-- What the session ends or throws away
SELECT pg_advisory_unlock_all() AS unlocked \gset
SELECT is(lifecycle._run_lock_holder('kept'), NULL, 'pg_advisory_unlock_all(), which DISCARD ALL calls, takes it away');
SELECT is(lifecycle._run_lock('kept', false), true, '... and it can be taken again');
SELECT other_lock('gone') AS locked \gset
SELECT dblink_disconnect('other') AS gone \gset
DO $$ BEGIN WHILE lifecycle._run_lock_holder('gone') IS NOT NULL LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;
SELECT is(lifecycle._run_lock('gone', false), true, 'the end of a session frees it');

-- WAL
CREATE TABLE filled (v text);
SELECT lifecycle._wal_bytes() AS before \gset
SELECT lifecycle._wal_bytes() - :before AS unwritten \gset
INSERT INTO filled SELECT repeat('x', 100) FROM generate_series(1, 1000);
SELECT is(:unwritten::bigint, 0::bigint, 'a query that writes nothing adds no WAL');
SELECT cmp_ok(lifecycle._wal_bytes() - :before, '>', 100000::bigint, 'one that writes 100 kB adds more than that');

-- Shut, and by whom a run cannot be kept waiting
SELECT is(lifecycle._run_lock_shut('shut'), true, 'a lock can be had to the end of a transaction');
SELECT is(lifecycle._run_lock_holder('shut'), NULL, '... and is gone with it');
SELECT dblink_connect('other', format('host=%s port=%s dbname=%s user=%s',
  split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user)) AS connected \gset
SELECT other_lock('shut') AS locked \gset
SELECT is(lifecycle._run_lock_shut('shut'), false, 'not while a run holds it');
SELECT other('SELECT ''x'' FROM pg_advisory_lock(1279607879, hashtext(''open'' COLLATE "C"))') AS locked \gset
SELECT is(lifecycle._run_lock('open', false), true, 'pg_advisory_lock() takes no run lock');
SELECT is(lifecycle._run_lock_holder('open'), pg_backend_pid(), '... and is not taken for a run');
CALL lifecycle.install();
CREATE ROLE run_lock_stranger;
GRANT USAGE ON SCHEMA lifecycle TO run_lock_stranger;
SET ROLE run_lock_stranger;
SELECT throws_ok('SELECT lifecycle._run_lock(''stage:ingest'', false)', '42501', 'permission denied for table pipeline_runs', 'who may run nothing gets no run lock');
SELECT throws_ok('SELECT lifecycle._run_lock_shut(''stage:ingest'')', '42501', 'permission denied for table pipeline_runs', '... of neither kind');
RESET ROLE;
GRANT INSERT ON lifecycle.pipeline_runs TO run_lock_stranger;
SET ROLE run_lock_stranger;
SELECT is(lifecycle._run_lock('stage:ingest', false), true, 'who may, gets it');
RESET ROLE;
DROP OWNED BY run_lock_stranger;
DROP ROLE run_lock_stranger;
SELECT * FROM finish();
