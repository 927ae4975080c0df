#!/usr/bin/env bash
# kill -9 of the whole server in the middle of reconcile(), then the same call again: the target is as an undisturbed run leaves it, each
# overwritten row was kept once, and nothing is left to send.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/server.sh
own_server start shared_buffers=64MB
value() { PGOPTIONS='-c client_min_messages=error' psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 -f tests/lib/reconcile_fixture.sql >/dev/null
must value 'CALL make_runs(1, 2000)'
must value 'CALL make_companies(1, 600)'
value "SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_company_entities_v1,dx_operation_runs_v1}')" >/dev/null
must value 'CALL lifecycle.export()'
run() { psql -X -q -c 'SET client_min_messages = error' -c "SET lifecycle_ledger.chunk_rows = $1" -c 'CALL lifecycle.reconcile()'; }
plan 13
interrupted=0
for batches in 0 1 4; do
  value 'CALL open_guards()'
  value "UPDATE hq.dx_operation_runs_v1 SET cost_usd = -1 WHERE run_id IN (SELECT id(n) FROM generate_series(1, 2000, 97) n)"
  value "DELETE FROM hq.dx_operation_runs_v1 WHERE run_id IN (SELECT id(n) FROM generate_series(3, 2000, 101) n)"
  value "DELETE FROM hq.dx_company_entities_v1 WHERE entity_id IN (SELECT id(n) FROM generate_series(1, 600, 31) n)"
  value 'CALL close_guards()'
  kept=$(value 'SELECT count(*) FROM lifecycle.overwritten_rows')
  before=$(value 'SELECT count(*) FROM lifecycle.export_batches')
  run 100 >/dev/null 2>&1 &
  client=$!
  wait_until "SELECT (SELECT count(*) FROM lifecycle.export_batches) >= $before + $batches AND EXISTS (SELECT FROM lifecycle.pipeline_runs WHERE procedure = 'reconcile' AND status = 'running')" || true
  own_server kill9
  wait "$client" 2>/dev/null || true
  own_server up
  interrupted=$((interrupted + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
  run 100000
  is "$(value "SELECT differences('lifecycle.operation_runs', 'hq.dx_operation_runs_v1', columns_of('dx_operation_runs_v1')) || ' ' || differences('lifecycle.company_entities', 'hq.dx_company_entities_v1', columns_of('dx_company_entities_v1'))")" '0 0' \
    "killed after $batches batches and run again: both sides are the same"
  is "$(value 'SELECT count(*) FROM lifecycle.overwritten_rows')" "$((kept + 21))" 'each row that was overwritten is kept once'
  is "$(value 'SELECT count(*) - max(sequence) FROM lifecycle.export_batches GROUP BY dataset' | sort -u)" 0 'batches are numbered without gaps'
  sent=$(value 'SELECT count(*) FROM lifecycle.export_batches')
  run 100000
  is "$(value 'SELECT count(*) FROM lifecycle.export_batches')" "$sent" 'and nothing is left to send'
done
ok "$([ "$interrupted" -ge 2 ] && echo t || echo f)" "kills met runs at work ($interrupted of 3)"
