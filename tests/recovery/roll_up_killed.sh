#!/usr/bin/env bash
# kill -9 of the whole server in the middle of roll_up_metrics(), then the same call again: the metrics are those of an
# untouched run, and the cut lost nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/server.sh"
. "$repo/tests/lib/session.sh"
own_server start shared_buffers=64MB
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
roll_up='CALL lifecycle.roll_up_metrics()'
value 'SET client_min_messages = error; CREATE EXTENSION lifecycle_ledger' >/dev/null
psql -X -q -c 'SET client_min_messages = error' -c 'CALL lifecycle.install()'
value "INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, created_at)
    SELECT md5('u' || i)::uuid, 'u' || i || '@example.com', 'Acquisition', date_trunc('month', now()) - interval '3 months' FROM generate_series(1, 200) i"
put_events() {
  value "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
    SELECT md5('$1 ' || i)::uuid, 'page_viewed', date_trunc('month', now()) - interval '3 months' + i * interval '2 minutes', md5('u' || i % 250)::uuid::text, '{}'
    FROM generate_series(1, 40000) i"
}
digest="SELECT md5(string_agg(concat_ws('|', metric_date, lifecycle_stage, metric_name, metric_value, dimensions), ' ' ORDER BY metric_date, lifecycle_stage, metric_name, dimensions))
  FROM lifecycle.metrics_daily"

plan 7
met=0
for round in 1 2 3; do
  put_events "$round"
  psql -X -q -c 'SET client_min_messages = error' -c "$roll_up" >/dev/null 2>&1 &
  client=$!
  # Some days are done, others not: days are steps, each committed.
  wait_until "SELECT coalesce((SELECT status <> 'running' OR chunks >= $((round * 3)) FROM lifecycle.pipeline_runs
    WHERE procedure = 'roll_up_metrics' ORDER BY run_id DESC OFFSET 0 LIMIT 1), false) AND (SELECT count(*) FROM lifecycle.pipeline_runs) > ${runs:-0}"
  own_server kill9
  wait "$client" 2>/dev/null || true
  own_server up
  met=$((met + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
  psql -X -q -c 'SET client_min_messages = error' -c "$roll_up"
  mended=$(value "$digest")
  value 'TRUNCATE lifecycle.metrics_daily, lifecycle.cuts'
  psql -X -q -c 'SET client_min_messages = error' -c "$roll_up"
  is "$mended" "$(value "$digest")" "killed and run again equals an untouched run ($round)"
  is "$(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")" 0 'no run is left as running'
  runs=$(value 'SELECT count(*) FROM lifecycle.pipeline_runs')
done
ok "$([ "$met" -ge 1 ] && echo t || echo f)" "kills met runs at work ($met of 3)"
