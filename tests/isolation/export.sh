#!/usr/bin/env bash
# Exports beside other sessions: two at once, late commits, locked targets, writers who never stop, backfills, cancels.
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
value "SELECT lifecycle.register_destination('files', 'directory', '$directory', datasets => '{dx_operation_runs_v1,dx_company_entities_v1}'),
  lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_runs_v1,dx_company_entities_v1}')" >/dev/null
export PGOPTIONS='-c statement_timeout=60s'
export='CALL lifecycle.export()'
for name in first second blocker; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
session_query blocker "SET lock_timeout = '20s'" >/dev/null

# Two at once.
value 'SELECT add_runs(1, 101)' >/dev/null
session_query blocker 'BEGIN; LOCK TABLE hq.dx_operation_runs_v1 IN ACCESS EXCLUSIVE MODE' >/dev/null
session_send first "$export"
session_blocked first
refusal=$(session_query second "$export")
like "$refusal" 'another run is sending dataset "dx_operation_runs_v1" to destination "hq"' 'a second export of the same dataset to the same destination is refused'
like "$refusal" "Process $(session_pid first) holds its run lock" 'and told by whom'
is "$(value "SELECT concat_ws(' ', procedure, source_system, pid, state) FROM lifecycle.progress")" "export dx_operation_runs_v1@hq $(session_pid first) waiting for a lock" 'the first shows in progress'
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'the first ends well'
is "$(value "SELECT held('hq.dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'and has sent everything'

# Cancelled.
value 'SELECT add_runs(101, 201)' >/dev/null
session_query blocker 'BEGIN; LOCK TABLE hq.dx_operation_runs_v1 IN ACCESS EXCLUSIVE MODE' >/dev/null
session_send first "$export"
session_blocked first
value "SELECT pg_cancel_backend($(session_pid first))" >/dev/null
like "$(session_wait first)" 'canceling statement due to user request' 'an export can be cancelled'
session_query blocker COMMIT >/dev/null
is "$(session_query second "$export")" '' 'its lock is free at once'
is "$(value "SELECT held('hq.dx_operation_runs_v1')") $(value "SELECT in_files('dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1') || ' ' || wanted('dx_operation_runs_v1')")" \
  'and the next export sends what it left, once'

# A locked target fails its own batch and no other.
value 'SELECT add_runs(201, 301)' >/dev/null
session_query blocker 'BEGIN; LOCK TABLE hq.dx_operation_runs_v1 IN ACCESS EXCLUSIVE MODE' >/dev/null
session_query first "SET lifecycle_ledger.delivery_lock_timeout = '200ms'" >/dev/null
like "$(session_query first "$export")" 'ERROR:  export of dataset "dx_operation_runs_v1" to destination "hq" failed: canceling statement due to lock timeout' 'a target that stays locked is an error'
is "$(value "SELECT in_files('dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'the other destination is served'
session_query blocker COMMIT >/dev/null
value "CALL lifecycle.retry_dead_letters('export')"
is "$(session_query first "$export")" '' 'once it is free'
is "$(value "SELECT held('hq.dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'it gets everything'

# A transaction that began before others and commits after them: by its number, and by a change column.
value "CREATE TABLE events (event_id uuid, at timestamptz DEFAULT now())"
value "SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'lifecycle.operation_events')" >/dev/null
value "SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'events', '{\"event_id\": \"event_id\", \"run_id\": \"event_id\", \"event_type\": {\"constant\": \"error\"}, \"event_sequence\": {\"constant\": 1},
  \"occurred_at\": \"at\", \"org_id\": \"event_id\", \"entity_type\": {\"constant\": \"company\"}, \"entity_id\": \"event_id\", \"change_column\": \"at\", \"look_back\": \"0\"}')" >/dev/null
value "SELECT lifecycle.register_destination('files', 'directory', '$directory', datasets => '{dx_operation_runs_v1,dx_operation_events_v1,dx_company_entities_v1}')" >/dev/null
session_query blocker 'BEGIN; SELECT add_runs(1001, 1002); INSERT INTO events VALUES (id(1))' >/dev/null
sleep 1.2
value 'SELECT add_runs(1002, 1003)' >/dev/null
value 'INSERT INTO events VALUES (id(2))'
sleep 1.2
value "$export"
is "$(value "SELECT (SELECT count(*) FROM files('dx_operation_runs_v1') WHERE line ->> 'run_id' IN (id(1001)::text, id(1002)::text)) || ' ' || (SELECT count(*) FROM files('dx_operation_events_v1'))")" '1 1' \
  'what is committed goes out'
session_query blocker COMMIT >/dev/null
for _ in 1 2 3; do value "$export"; done
is "$(value "SELECT in_files('dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'what commits late is not missed, nor sent twice: transaction numbers'
is "$(value "SELECT string_agg(line ->> 'event_id', ' ' ORDER BY file, line) FROM files('dx_operation_events_v1')")" "$(value "SELECT id(2) || ' ' || id(1)")" '... and a change column'

# Writers who never stop, an export after the other, and a backfill beside them.
session_open writer; session_open other_writer; session_open backfiller
for n in 1 2; do
  name=$([ "$n" = 1 ] && echo writer || echo other_writer)
  session_query "$name" "SET client_min_messages = error; CREATE PROCEDURE write_$n(rounds integer) LANGUAGE plpgsql AS \$\$ BEGIN FOR i IN 1 .. rounds LOOP
      PERFORM add_runs($n * 100000 + i * 20, $n * 100000 + i * 20 + 20);
      INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id) SELECT id(1), id(1), id($n * 100000 + i);
      UPDATE lifecycle.company_entities SET canonical_name = 'Round ' || i, deleted_at = CASE WHEN random() < 0.2 THEN now() END WHERE entity_id = id($n * 100000 + 1 + (random() * i)::integer);
      IF i % 3 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
      PERFORM pg_sleep(0.005 * random());
    END LOOP; END \$\$" >/dev/null
done
session_send writer 'CALL write_1(300)'
session_send other_writer 'CALL write_2(300)'
session_query backfiller 'SET client_min_messages = error' >/dev/null
session_send backfiller "CALL lifecycle.backfill('dx_operation_runs_v1', '2025-03-01+00', '2025-09-01+00', '1 month')"
exports=0
while session_running writer || session_running other_writer; do
  session_query first "$export" 60
  exports=$((exports + 1))
done >/dev/null
is "$(session_wait writer)$(session_wait other_writer)$(session_wait backfiller 60)" '' 'writers, exports and a backfill go on beside each other'
value "$export"
is "$(value "SELECT held('hq.dx_operation_runs_v1')")" "$(value "SELECT wanted('dx_operation_runs_v1')")" 'afterwards the warehouse has what the source has'
is "$(value "SELECT held('hq.dx_company_entities_v1')")" "$(value "SELECT wanted('dx_company_entities_v1')")" '... of entities that changed all the time too'
is "$(value "SELECT count(*) FROM files('dx_company_entities_v1') GROUP BY line ->> 'entity_id', line ->> 'record_version' HAVING count(*) > 1")" '' 'no version is in the files twice'
is "$(value "SELECT lifecycle.parity_checksum(f.line ->> 'run_id') = (SELECT lifecycle.parity_checksum(run_id::text) FROM lifecycle.finished_operation_runs) FROM files('dx_operation_runs_v1') f
  JOIN lifecycle.export_batches b ON b.destination = 'files' AND b.dataset = 'dx_operation_runs_v1' AND b.file = 'dx_operation_runs_v1/' || f.file WHERE b.reason = 'export'")" t \
  '... and each run is once in those of exports'
ok "$([ "$exports" -ge 2 ] && echo t || echo f)" "there were $exports exports meanwhile"
is "$(value "SELECT string_agg(DISTINCT status, ' ') FROM lifecycle.pipeline_runs WHERE run_id > (SELECT max(run_id) FROM lifecycle.pipeline_runs WHERE status <> 'succeeded')")" succeeded 'all of them ended well'
