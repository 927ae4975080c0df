#!/usr/bin/env bash
# kill -9 of the sender, of the receiver, and of a connection between them, at several moments of an export; then a later run. The warehouse
# is that of an undisturbed export, by checksum, and the accounts of both sides add up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/server.sh
. tests/lib/second_server.sh
plan 13
own_server start shared_buffers=64MB
second_server start shared_buffers=64MB
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
ALTER DATABASE postgres SET lifecycle_ledger.retry_base = 0;
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE PROCEDURE add(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, attempt_count, started_at, ended_at, created_at)
  SELECT id(n), 'operation ' || n, 'act', 'company', id(n), id(n % 3), 'succeeded', 1, t, t, t
  FROM generate_series(first, last) n, LATERAL (SELECT timestamptz '2025-07-01 00:00+00' + n * interval '13 seconds' AS t) t;
  INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name)
  SELECT id(n % 3), id(n), id(n % 4000), 'company ' || n FROM generate_series(first, last) n
  ON CONFLICT (org_id, entity_id) DO UPDATE SET canonical_name = excluded.canonical_name
$$;
SQL
second_server destination '{"batch_bytes": 200000}'
export_now() { psql -X -q -c 'SET client_min_messages = error' -c 'CALL lifecycle.export()'; }
sums() {
  "$1" "SELECT (SELECT lifecycle.parity_checksum(r.run_id || ' ' || r.operation_id || ' ' || r.org_id || ' ' || r.created_at) FROM $2 r) || ' ' ||
    (SELECT lifecycle.parity_checksum(c.org_id || ' ' || c.entity_id || ' ' || c.canonical_name || ' ' || c.record_version) FROM $3 c)"
}
equal() {
  is "$(sums second lifecycle.dx_operation_runs_v1 lifecycle.dx_company_entities_v1)" "$(sums value lifecycle.operation_runs lifecycle.company_entities)" "$1"
}
rows=4000
last=0
round() { value "CALL add($last + 1, $last + $rows)"; last=$((last + rows)); }
round
began=${EPOCHREALTIME/[.,]/}
export_now
took=$((${EPOCHREALTIME/[.,]/} - began))
equal 'an undisturbed export'

# killed WHOM PERCENT: starts an export and kills so far into the time that one takes.
killed() {
  export_now >/dev/null 2>&1 &
  local client=$!
  sleep "$(awk "BEGIN { print $took * $2 / 1e8 }")"
  case $1 in
    sender) own_server kill9; own_server up ;;
    receiver) second_server kill9; second_server up ;;
    connection) second "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger'" >/dev/null ;;
  esac
  if ! wait "$client" 2>/dev/null; then met=$((met + 1)); fi
}
met=0
for whom in sender receiver connection; do
  for part in 15 45 80; do
    round
    killed "$whom" $part
    export_now
    equal "the $whom killed after $part % of its time, and a later run"
  done
done
ok "$([ "$met" -ge 4 ] && echo t || echo f)" "kills met an export at work ($met of 9)"
is "$(value "SELECT count(*) FROM lifecycle.export_batches WHERE status <> 'delivered' OR rows_in <> written + unchanged + dead")" 0 'every batch is delivered'
is "$(value 'SELECT count(*) FROM lifecycle.dead_letters') $(second 'SELECT count(*) FROM lifecycle.dead_letters')" '0 0' 'nobody took a row sent again for another one'
