#!/usr/bin/env bash
# kill -9 of the sender, of the receiver, and of the connection between them, at several moments of an erasure that goes to a second server; then a later
# export. Somebody who is erased is gone there, nobody else has lost anything, and both sides know that it is done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/server.sh
. tests/lib/second_server.sh
own_server start shared_buffers=64MB fsync=off
second_server start shared_buffers=64MB fsync=off
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
ALTER DATABASE postgres SET lifecycle_ledger.retry_base = 0;
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT id(n), 'user' || n || '@example.com', 'Activation' FROM generate_series(1, 400) n;
INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name, work_email) SELECT id(90000 + n % 3), id(1000 + n), 'Person ' || n % 400 + 1, 'user' || n % 400 + 1 || '@example.com' FROM generate_series(0, 1999) n;
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, started_at, created_at, error_message)
  SELECT id(10000 + n), 'op', 'act', 'person', id(1000 + n), id(90000 + n % 3), 'failed', t, t, 'Person ' || n % 400 + 1 FROM generate_series(0, 1999) n, LATERAL (SELECT timestamptz '2025-07-01+00' + n * interval '1 minute' AS t) t;
SQL
second_server destination '{"batch_bytes": 200000}'
value 'CALL lifecycle.export()'
on_person() { echo "SELECT (SELECT count(*) FROM lifecycle.dx_person_entities_v1 WHERE full_name $1) || ' ' || (SELECT count(*) FROM lifecycle.dx_entity_snapshots_v1 WHERE canonical_payload_json ->> 'full_name' $1)
  || ' ' || (SELECT count(*) FROM lifecycle.dx_operation_runs_v1 WHERE error_message $1)"; }
there() { second "$(on_person "= 'Person $1'")"; }
all_there() { second "$(on_person 'IS NOT NULL')"; }
is "$(there 1), $(all_there)" '5 5 5, 2000 2000 2000' 'people are there'
value 'CALL lifecycle.erase_user(id(1))'
is "$(there 1), $(all_there)" '0 0 0, 1995 1995 1995' 'an undisturbed erasure'

person=1
until_there() { for _ in {1..1500}; do [ "$(second "$1")" != "$2" ] || return 0; session_pause; done; diag "never: $1 gives $2"; return 1; }
# killed WHOM WHEN: an erasure comes as far as a lock lets it; then the kill. WHEN is the dataset whose table is locked there, or "recorded": it is
# done there, and about to be written down here.
killed() {
  local session client
  session=$1_$2
  if [ "$2" = recorded ]; then
    session_open "$session"
    session_query "$session" 'BEGIN; LOCK TABLE lifecycle.export_batches IN SHARE MODE' >/dev/null
  else
    session_open "$session" -h "$second_host" -p 5432 -U postgres -d postgres
    session_query "$session" "BEGIN; LOCK TABLE lifecycle.$2 IN SHARE MODE" >/dev/null
  fi
  value "CALL lifecycle.erase_user(id($person))" >/dev/null 2>&1 &
  client=$!
  if [ "$2" = recorded ]; then
    wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CALL%')"
  else
    until_there "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger' AND wait_event_type = 'Lock'" 1
  fi
  case $1 in
    sender) own_server kill9; own_server up ;;
    receiver) second_server kill9; second_server up ;;
    connection) second "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger'" >/dev/null ;;
  esac
  session_kill "$session"
  wait "$client" 2>/dev/null || true
}
for at in 'sender dx_entity_snapshots_v1' 'sender dx_operation_runs_v1' 'sender dx_person_entities_v1' 'sender recorded' 'receiver dx_entity_snapshots_v1' 'receiver dx_person_entities_v1' \
  'receiver recorded' 'connection dx_entity_snapshots_v1' 'connection dx_operation_runs_v1' 'connection recorded'; do
  person=$((person + 1))
  # shellcheck disable=SC2086 # two words
  killed $at
  # Done here, it is delivered by the next export, and by nobody's asking.
  value 'CALL lifecycle.export()'
  left=$((2000 - 5 * person))
  is "$(there $person), $(all_there)" "0 0 0, $left $left $left" "killed: $at; and a later export"
done
is "$(value "SELECT count(*) FROM lifecycle.export_erasures WHERE delivered_at IS NULL OR entities <> '{}' OR addresses <> '{}'")" 0 'nothing is left to deliver, and nothing remembered'
is "$(value "SELECT count(*) FROM lifecycle.export_batches WHERE status <> 'delivered'")" 0 'every batch is delivered'
is "$(value 'SELECT count(*) FROM lifecycle.dead_letters') $(second 'SELECT count(*) FROM lifecycle.dead_letters')" '0 0' 'and no row was refused'
value 'CALL lifecycle.reconcile()'
is "$(value "SELECT string_agg(DISTINCT verdict, ', ') FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL")" ok 'both sides agree'
done_testing
