#!/usr/bin/env bash
# kill -9 of the whole server in the middle of export() to a warehouse and to a directory, and of backfill(); then the same call again:
# each target is what an undisturbed run would have made it, by checksum, and no row is in two files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/server.sh
own_server start shared_buffers=64MB
directory=$(mktemp -d /tmp/export.XXXXXX)
chmod 777 "$directory"
at_exit "rm -rf $directory"
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
must psql -X -q -v ON_ERROR_STOP=1 -v directory="$directory" -f tests/lib/export_fixture.sql
run() { psql -X -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "SET lifecycle_ledger.chunk_rows = $2" -c "CALL lifecycle.$1"; }

# killed CALL CHUNK BATCHES: starts it, kills the server when so many more batches are on record, or (0) a little into the first.
killed() {
  local batches client
  batches=$(value 'SELECT count(*) FROM lifecycle.export_batches')
  run "$1" "$2" >/dev/null 2>&1 &
  client=$!
  if [ "$3" = 0 ]; then
    wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CALL lifecycle.%' AND state = 'active')"
    sleep "0.$((RANDOM % 3 + 1))"
  else
    wait_until "SELECT count(*) >= $batches + $3 FROM lifecycle.export_batches"
  fi
  own_server kill9
  wait "$client" 2>/dev/null || true
  own_server up
  interrupted=$((${interrupted:-0} + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
}

plan 18
value "SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_runs_v1}')" >/dev/null
value "SELECT lifecycle.register_destination('files', 'directory', '$directory', '{\"compression\": \"zstd\"}', '{dx_operation_runs_v1}')" >/dev/null
next=1
for batches in 0 2 9; do
  # Many transactions, so that the export goes in steps.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    value "SELECT add_runs($next, $((next + 300)))" >/dev/null
    next=$((next + 300))
  done
  killed 'export()' 500 "$batches"
  run 'export()' 500
  is "$(value "SELECT held('hq.dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" "killed after $batches batches and run again, the warehouse has what the source has"
  is "$(value "SELECT in_files('dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" '... so have the files, each row once'
  ok "$(value "SELECT files_are_sound('dx_operation_runs_v1')")" '... and each file is as the manifest says'
done
is "$(value "SELECT count(*) - max(sequence) * 2 FROM lifecycle.export_batches WHERE dataset = 'dx_operation_runs_v1'" | tr -d -)" 0 'batches are numbered without gaps'

# A backfill, to a warehouse that has nothing yet.
value "CALL lifecycle.install_warehouse('late', '1 year')"
value "SELECT lifecycle.unregister_destination('files')" >/dev/null
value "SELECT lifecycle.unregister_destination('hq')" >/dev/null
value "SELECT lifecycle.register_destination('late', 'schema', 'late', datasets => '{dx_operation_runs_v1}')" >/dev/null
backfill="backfill('dx_operation_runs_v1', '2025-03-01+00', '2025-03-09+00', '12 hours')"
killed "$backfill" 500 4
done_before=$(value 'SELECT count(*) FROM lifecycle.export_batches WHERE destination = '"'late'")
ok "$([ "$done_before" -ge 4 ] && echo t || echo f)" 'a backfill killed keeps the windows it has done'
run "$backfill" 500
is "$(value "SELECT held('late.dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" '... and the same call does the others: the warehouse has what the source has'

# Files that several processes write; each row takes its time, while there is a brake.
value "SELECT lifecycle.unregister_destination('late')" >/dev/null
value "CREATE TABLE brake AS SELECT 0.001::float8 AS seconds" >/dev/null
value "CREATE FUNCTION slowly(text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN PERFORM pg_sleep((SELECT seconds FROM public.brake)); RETURN \$1; END'"
value "CREATE VIEW slow_runs AS SELECT r.*, slowly(error_message) AS message FROM lifecycle.finished_operation_runs r"
value "DELETE FROM lifecycle.dataset_sources"
value "SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'slow_runs', (SELECT jsonb_object_agg(a.attname, a.attname) || '{\"error_message\": \"message\"}' FROM pg_attribute a
  WHERE a.attrelid = 'lifecycle.operation_runs'::regclass AND a.attnum > 0 AND a.attname <> 'changed_xid'))" >/dev/null
rm -rf "${directory:?}"/*
value "SELECT lifecycle.register_destination('many', 'directory', '$directory', '{\"batch_bytes\": 30000}', '{dx_operation_runs_v1}')" >/dev/null
value 'ANALYZE lifecycle.operation_runs'
export PGOPTIONS='-c min_parallel_table_scan_size=0 -c parallel_setup_cost=0 -c lifecycle_ledger.export_workers=2'
run 'export()' 1000000 >/dev/null 2>&1 &
client=$!
succeeds 'several processes write files' wait_until "SELECT count(*) > 1 FROM pg_stat_progress_copy WHERE tuples_processed > 200"
own_server kill9
wait "$client" 2>/dev/null || true
own_server up
interrupted=$((interrupted + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
value 'UPDATE brake SET seconds = 0'
run 'export()' 1000000
is "$(value "SELECT in_files('dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'killed and run again, each row is in the files once'
is "$(value "SELECT (count(*) = max(sequence))::text FROM lifecycle.export_batches WHERE destination = 'many'")" true '... which are numbered without a gap'
is "$(find "$directory" -name '*.lifecycle-new')" '' '... and nothing is left of those that were not complete'
is "$(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")" 0 'no run is left as running'
ok "$([ "${interrupted:-0}" -ge 2 ] && echo t || echo f)" "kills met runs at work (${interrupted:-0} of 5)"
