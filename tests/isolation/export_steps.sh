#!/usr/bin/env bash
# A row that commits between two steps of an export, stamped with a time that the first step has passed, goes out with the next export.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 6
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
must psql -X -q -v ON_ERROR_STOP=1 -v directory=/tmp -f tests/lib/export_fixture.sql
value "SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'lifecycle.operation_events')" >/dev/null
value 'CREATE TABLE events (event_id uuid, at timestamptz DEFAULT now()); CREATE INDEX ON events (at)'
# No look-back: the horizon alone must do it.
value "SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'events', '{\"event_id\": \"event_id\", \"run_id\": \"event_id\", \"event_type\": {\"constant\": \"error\"}, \"event_sequence\": {\"constant\": 1},
  \"occurred_at\": \"at\", \"org_id\": \"event_id\", \"entity_type\": {\"constant\": \"company\"}, \"entity_id\": \"event_id\", \"change_column\": \"at\", \"look_back\": \"0\"}')" >/dev/null
value "SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_events_v1}')" >/dev/null
value "INSERT INTO events SELECT id(n), now() - interval '1 day' FROM generate_series(1, 3) n"
export='CALL lifecycle.export()'
value "$export"
export PGOPTIONS='-c statement_timeout=60s'
for name in first late blocker; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
session_query first 'SET lifecycle_ledger.chunk_rows = 3' >/dev/null
session_query blocker "SET lock_timeout = '20s'" >/dev/null
missing() { value 'SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT FROM hq.dx_operation_events_v1 h WHERE h.event_id = e.event_id)'; }

# NUMBER: of the first row. The export reads its first step, the late transaction commits, the export goes on.
between_steps() {
  session_query late "BEGIN; INSERT INTO events VALUES (id($1))" >/dev/null
  sleep 1.2
  for n in 1 2 3 4 5 6 7; do value "INSERT INTO events VALUES (id($1 + $n), clock_timestamp())"; done
  sleep 1.2
  session_query blocker 'BEGIN; LOCK TABLE hq.dx_operation_events_v1 IN ACCESS EXCLUSIVE MODE' >/dev/null
  session_send first "$export"
  session_blocked first
  session_query late COMMIT >/dev/null
  session_query blocker COMMIT >/dev/null
}
between_steps 100
is "$(session_wait first)" '' 'an export in steps, beside a transaction that began before their rows'
is "$(value "SELECT chunks > 2 FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1")" t 'it took several steps'
value "$export"
is "$(missing)" 0 'what committed between two of them is not missed'

# Where it is not known since when transactions run, no step moves the watermark.
session_query late 'SET track_activities = off' >/dev/null
before=$(value 'SELECT watermark FROM lifecycle.export_positions')
between_steps 200
is "$(session_wait first)" '' 'the same beside a session that does not say when its transaction began'
is "$(value 'SELECT watermark FROM lifecycle.export_positions')" "$before" 'the watermark stays where it was'
value "$export"
is "$(missing)" 0 '... and nothing is missed'
