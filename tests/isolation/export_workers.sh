#!/usr/bin/env bash
# An export whose files are written by several processes: cancelled, out of time, ended, or one of its workers ended. Nothing outlives it,
# nothing counts of what it left, and the next export has every row once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 22
directory=$(mktemp -d /tmp/export.XXXXXX)
chmod 777 "$directory"
at_exit "rm -rf $directory"
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
must psql -X -q -v ON_ERROR_STOP=1 -v directory="$directory" -f tests/lib/export_fixture.sql
# Each row takes its time while the brake is on.
value "CREATE TABLE brake AS SELECT 0::float8 AS seconds;
  CREATE FUNCTION slowly(text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN PERFORM pg_sleep((SELECT seconds FROM public.brake)); RETURN \$1; END';
  CREATE VIEW runs AS SELECT r.*, slowly(error_message) AS message FROM lifecycle.finished_operation_runs r;
  DELETE FROM lifecycle.dataset_sources;
  SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'runs', (SELECT jsonb_object_agg(a.attname, a.attname) || '{\"error_message\": \"message\"}' FROM pg_attribute a
    WHERE a.attrelid = 'lifecycle.operation_runs'::regclass AND a.attnum > 0 AND a.attname <> 'changed_xid'));
  SELECT lifecycle.register_destination('files', 'directory', '$directory', '{\"batch_bytes\": 20000}', '{dx_operation_runs_v1}');
  SELECT add_runs(1, 1001)" >/dev/null
settings="SET client_min_messages = error; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET enable_indexscan = off; SET enable_bitmapscan = off; SET lifecycle_ledger.export_workers = 2"
export='CALL lifecycle.export()'
workers="SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND query LIKE '%lifecycle.export()%'"
manifest="$directory/dx_operation_runs_v1/manifest.json"
begin() { session_open "$1"; session_query "$1" "$settings" >/dev/null; }
# under_way NAME: starts an export in a session, and waits until a worker of it is writing.
under_way() {
  session_send "$1" "$export"
  wait_until "SELECT count(*) > 1 FROM pg_stat_progress_copy c JOIN pg_stat_activity a USING (pid) WHERE (a.leader_pid = $(session_pid "$1") OR a.pid = $(session_pid "$1")) AND c.tuples_processed > 100"
}
litter() { find "$directory" -name '*lifecycle-new'; }
begin first
session_query first "$export" >/dev/null
before=$(md5sum <"$manifest")
known=$(value "SELECT count(*) FROM lifecycle.export_batches")
value 'SELECT add_runs(2001, 8001)' >/dev/null
value 'ANALYZE lifecycle.operation_runs'
value 'UPDATE brake SET seconds = 0.001'

# Cancelled: best of three, as the machine may be busy.
best=100000
for _ in 1 2 3; do
  succeeds 'several processes write' under_way first
  progress=$(value "SELECT p.rows_done > c.tuples_processed FROM lifecycle.progress p JOIN pg_stat_progress_copy c USING (pid)")
  began=$(date +%s%N)
  value "SELECT pg_cancel_backend($(session_pid first))" >/dev/null
  said=$(session_wait first)
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$took" -ge "$best" ] || best=$took
done
is "$progress" t 'the rows of all of them show in progress'
like "$said" 'canceling statement due to user request' 'an export can be cancelled'
is "$(value "$workers")" 0 'its workers are gone by then'
is "$([ "$best" -le 150 ] || echo "$best ms")" '' '... soon'
is "$(litter)" '' '... and what they had not completed is, too'
is "$(md5sum <"$manifest")" "$before" 'the manifest is as it was'
is "$(value "SELECT count(*) FROM lifecycle.export_batches WHERE status = 'delivered'")" "$known" '... and nothing on record'

# Out of time.
session_query first "SET statement_timeout = '1500ms'" >/dev/null
like "$(session_query first "$export")" 'canceling statement due to statement timeout' 'statement_timeout ends it'
is "$(value "$workers") $(litter)" '0 ' '... and its workers, and what they had not completed'
session_query first 'RESET statement_timeout' >/dev/null

# A worker ended by an administrator: the batch has failed, and is tried again.
under_way first
value "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND leader_pid = $(session_pid first)" >/dev/null
like "$(session_wait first)" 'terminating .* due to administrator command' 'a worker that is ended ends the export'
is "$(value "$workers") $(litter)" '0 ' '... and the others'
is "$(value "SELECT status || ' ' || sqlstate FROM lifecycle.export_batches WHERE status <> 'delivered'")" 'failed 57P01' '... which is tried again later'
value "UPDATE lifecycle.export_batches SET next_attempt_at = now() WHERE status = 'failed'"

# The session ended.
begin ended
succeeds 'another session exports' under_way ended
value "SELECT pg_terminate_backend($(session_pid ended))" >/dev/null
succeeds 'its workers end with it' wait_until "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'" 10
session_close ended
is "$(litter)" '' '... and what they had not completed is gone'
is "$(md5sum <"$manifest")" "$before" 'the manifest is as it was'

value 'UPDATE brake SET seconds = 0'
is "$(session_query first "$export")" '' 'the next export ends well'
is "$(value "SELECT in_files('dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'each row is in the files once'
is "$(value "SELECT (count(*) = max(sequence))::text FROM lifecycle.export_batches")" true 'and the files are numbered without a gap'
