#!/usr/bin/env bash
# kill -9 of the whole server in the middle of rebuild and of sync, then the same call again: the ledger and the findings
# are those of an untouched run, row for row.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
server=$BUILD/server.$$
at_exit "scripts/server stop $server"
scripts/server start "$server" shared_buffers=64MB
eval "$(scripts/server env "$server")"
value() { psql -X -A -t -q -c "$1"; }
psql -X -q -v ON_ERROR_STOP=1 -v rows=30000 -f tests/lib/ledger_fixture.sql >/dev/null
run() { psql -X -q -c 'SET client_min_messages = error' -c 'SET lifecycle_ledger.chunk_rows = 2000' -c "CALL lifecycle.$1_contact_events()"; }
change() {
  value "UPDATE upstream.forms SET score = score + $1, form_name = 'round$1', updated_at = clock_timestamp() WHERE form_id % 3 = $1 % 3"
}

# killed KIND SECONDS: starts the run, kills the server that much after the run shows in the log, brings it up again.
killed() {
  local runs
  runs=$(value 'SELECT count(*) FROM lifecycle.pipeline_runs')
  run "$1" >/dev/null 2>&1 &
  local client=$!
  wait_until "SELECT count(*) > $runs FROM lifecycle.pipeline_runs"
  sleep "$2"
  scripts/server kill9 "$server"
  wait "$client" 2>/dev/null || true
  scripts/server up "$server"
}

plan 19
run rebuild
round=0
for kind in rebuild sync reconcile; do
  # How long an untouched run takes says where the middle is.
  round=$((round + 1))
  change $round >/dev/null
  run $kind
  took=$(value 'SELECT seconds FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1')
  interrupted=0
  for part in 5 35 65; do
    round=$((round + 1))
    change $round >/dev/null
    killed $kind "$(awk "BEGIN { print $took * $part / 100 }")"
    interrupted=$((interrupted + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
    run $kind
    mended=$(value 'SELECT digest FROM ledger_digest')
    run rebuild
    is "$mended" "$(value 'SELECT digest FROM ledger_digest')" "$kind killed after $part % of its time and run again equals an untouched rebuild"
    is "$(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")" 0 'no run is left as running'
  done
  diag "$kind: $interrupted of 3 were killed at work"
  total=$((${total:-0} + interrupted))
done
ok "$([ "$total" -ge 3 ] && echo t || echo f)" "kills met runs at work ($total of 9)"
