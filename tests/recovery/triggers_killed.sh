#!/usr/bin/env bash
# kill -9 of the whole server in the middle of process_triggers() and of refresh_segments(), then the same call again: each event has met
# each trigger once, as in a plain loop, and each entry into a segment was told once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
server=$BUILD/server.$$
at_exit "scripts/server stop $server"
scripts/server start "$server" shared_buffers=64MB
eval "$(scripts/server env "$server")"
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
value 'CREATE EXTENSION lifecycle_ledger' >/dev/null
value 'CALL lifecycle.install()' >/dev/null
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 -f tests/lib/trigger_fixture.sql >/dev/null
run() { psql -X -q -c 'SET client_min_messages = error' -c "SET lifecycle_ledger.chunk_rows = $2" -c "CALL lifecycle.$1()"; }

# killed PROCEDURE CHUNK STEPS: starts it, kills the server when so many steps are committed, or a little into the first.
killed() {
  local runs
  runs=$(value 'SELECT count(*) FROM lifecycle.pipeline_runs')
  run "$1" "$2" >/dev/null 2>&1 &
  local client=$!
  wait_until "SELECT EXISTS (SELECT FROM lifecycle.pipeline_runs OFFSET $runs) AND coalesce((SELECT chunks FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 0) >= $3"
  scripts/server kill9 "$server"
  wait "$client" 2>/dev/null || true
  scripts/server up "$server"
  interrupted=$((${interrupted:-0} + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
}

plan 10
for steps in 0 3 25; do
  value 'CALL add_round(2500)'
  value 'CALL expect_firings()'
  killed process_triggers 400 $steps
  run process_triggers 100000
  is "$(value 'SELECT count(*) FROM (SELECT * FROM firings EXCEPT SELECT * FROM expected_firings) x')" 0 "killed after $steps steps and run again, nothing fired that should not have"
  is "$(value 'SELECT (SELECT count(*) FROM firings) - (SELECT count(*) FROM expected_firings)')" 0 'and everything that should have, once'
done
value "INSERT INTO lifecycle.user_segments (name, conditions) SELECT 's' || i, jsonb_build_object('<', jsonb_build_array('{\"var\": \"user.attributes.score\"}'::jsonb, i)) FROM generate_series(1, 12) i"
value "INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes) SELECT 'more' || i, 'Acquisition', jsonb_build_object('score', i % 15) FROM generate_series(1, 4000) i" >/dev/null
for steps in 2 20; do
  killed refresh_segments 1200 $steps
  run refresh_segments 100000
  is "$(value "SELECT count(*) FROM (SELECT m.user_id, m.segment_id FROM lifecycle.user_segment_memberships m FULL JOIN (SELECT u.id AS user_id, s.id AS segment_id FROM lifecycle.users u
      JOIN lifecycle.user_segments s ON (u.attributes ->> 'score')::integer < substr(s.name, 2)::integer) x USING (user_id, segment_id) WHERE m.user_id IS NULL OR x.user_id IS NULL) y")
    $(value "SELECT (SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_type = 'segment_entered') - (SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_type = 'segment_left')
      - (SELECT count(*) FROM lifecycle.user_segment_memberships)")" "0
    0" "a refresh killed after $steps steps and run again: memberships are right, each move told once"
  value "UPDATE lifecycle.users SET attributes = attributes || jsonb_build_object('score', ((attributes ->> 'score')::integer + 7) % 15)" >/dev/null
done
is "$(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")" 0 'no run is left as running'
ok "$([ "$interrupted" -ge 3 ] && echo t || echo f)" "kills met runs at work ($interrupted of 5)"
