#!/usr/bin/env bash
# schedule() with a real pg_cron: the jobs run and do their work; where pg_cron is absent, the mend is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 15
value() { psql -X -A -t -q -c 'SET client_min_messages = error' -c "$1" 2>&1 || true; }

# The suite's own server has no pg_cron.
value 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger' >/dev/null
value 'CALL lifecycle.install()' >/dev/null
absent=$(value 'CALL lifecycle.schedule()')
like "$absent" 'pg_cron is not installed in this database' 'without pg_cron, schedule() says so'
like "$absent" "HINT: .*shared_preload_libraries = 'pg_cron'.*CREATE EXTENSION pg_cron" 'and how to mend it'
like "$(value 'CALL lifecycle.unschedule()')" 'pg_cron is not installed' 'so does unschedule()'

server=$BUILD/server.$$
at_exit "scripts/server stop $server"
scripts/server start "$server" shared_preload_libraries=pg_cron cron.database_name=postgres cron.use_background_workers=on \
  cron.timezone=UTC max_worker_processes=16
eval "$(scripts/server env "$server")"
psql -X -q -v ON_ERROR_STOP=1 -v rows=500 -f tests/lib/ledger_fixture.sql >/dev/null
value 'CREATE EXTENSION pg_cron' >/dev/null
value "CALL lifecycle.schedule(sync => '* * * * *')" >/dev/null
is "$(value "SELECT string_agg(substr(jobname, 18) || ' ' || schedule, '; ' ORDER BY jobname) FROM cron.job
    WHERE substr(jobname, 18) IN ('export', 'history', 'ingest', 'metrics', 'mirror', 'partitions', 'prune', 'reconcile', 'retention', 'segments', 'sync', 'triggers')")" \
  'export */10 * * * *; ingest * * * * *; metrics 13 * * * *; partitions 23 2 * * *; prune 41 4 * * *; reconcile 17 3 * * *; segments */10 * * * *; sync * * * * *; triggers * * * * *' \
  'the cadence is registered'
is "$(value "SELECT string_agg(jobname, ', ') FROM cron.job WHERE command LIKE 'CALL %' AND NOT EXISTS (SELECT FROM pg_proc
    WHERE pronamespace = 'lifecycle'::regnamespace AND prokind = 'p' AND 'lifecycle.' || proname = substring(command FROM 'CALL ([a-z_.]+)'))")" '' \
  'every job calls a procedure that is there'
jobs=$(value 'SELECT count(*) FROM cron.job')
value "CALL lifecycle.schedule(sync => '* * * * *')" >/dev/null
is "$(value 'SELECT count(*) FROM cron.job')" "$jobs" 'twice is once'
# Only the sync may run in the meantime.
value "SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname <> 'lifecycle_ledger sync'" >/dev/null
wait_until "SELECT EXISTS (SELECT FROM lifecycle.pipeline_runs WHERE status = 'succeeded')" 100
is "$(value "SELECT procedure || ' ' || written FROM lifecycle.pipeline_runs ORDER BY run_id LIMIT 1")" 'sync_contact_events 495' 'the job ran by itself and did its work'
wait_until "SELECT EXISTS (SELECT FROM cron.job_run_details WHERE status = 'succeeded')" 20
is "$(value "SELECT DISTINCT status || ' ' || command FROM cron.job_run_details")" 'succeeded CALL lifecycle.sync_contact_events()' 'pg_cron says so too'
like "$(value "CALL lifecycle.schedule(mirror => '0 5 * * *')")" 'the mirror needs both a cadence and a path' 'a mirror without a path is refused'
value "CALL lifecycle.schedule(sync => NULL, mirror => '0 5 * * *', mirror_path => '/srv/o''brien.sqlite')" >/dev/null
is "$(value "SELECT count(*) FROM cron.job WHERE jobname = 'lifecycle_ledger sync'")" 0 'a null cadence removes a job'
is "$(value "SELECT command FROM cron.job WHERE jobname = 'lifecycle_ledger mirror'")" "CALL lifecycle.mirror_sqlite('/srv/o''brien.sqlite')" 'a path is quoted'
like "$(value "CALL lifecycle.schedule(history_destination => '/srv/export')")" 'the export of the history needs both a cadence and a destination' 'a destination without a cadence is refused'
value "CALL lifecycle.schedule(sync => NULL, history => '7 5 * * 0', history_destination => 'the lake')" >/dev/null
is "$(value "SELECT schedule || ' ' || command FROM cron.job WHERE jobname = 'lifecycle_ledger history'")" "7 5 * * 0 CALL lifecycle.export_history('the lake')" 'the history, weekly'
value "SELECT cron.schedule('someone else''s', '0 0 * * *', 'SELECT 1')" >/dev/null
value 'CALL lifecycle.unschedule()' >/dev/null
is "$(value 'SELECT jobname FROM cron.job')" "someone else's" "unschedule() removes ours and nobody else's"
is "$(value 'CALL lifecycle.unschedule()')" '' 'and may be called again'
