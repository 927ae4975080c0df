#!/usr/bin/env bash
# kill -9 of the whole server in the middle of ingest_events(), several times, then once more to the end: events, keys and
# dead letters are those of an untouched run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
server=$BUILD/server.$$
at_exit "scripts/server stop $server"
scripts/server start "$server" shared_buffers=64MB
eval "$(scripts/server env "$server")"
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
psql -X -q -f tests/lib/ingest_fixture.sql >/dev/null
# Twelve thousand lines over eight months, among them repeats, used ids and bad lines.
psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE TABLE lines AS SELECT n, CASE
    WHEN n % 50 = 7 THEN event_line(n - 5, jsonb_build_object('event_time', (timestamp '2025-01-01' + (n - 5) % 240 * interval '1 day') || 'Z'))
    WHEN n % 50 = 9 THEN event_line(n - 5, jsonb_build_object('event_time', (timestamp '2025-09-01' + n % 20 * interval '1 day') || 'Z'))
    WHEN n % 50 = 11 THEN 'broken ' || n
    ELSE event_line(n, jsonb_build_object('event_time', (timestamp '2025-01-01' + n % 240 * interval '1 day') || 'Z')) END AS line
  FROM generate_series(1, 12000) n;
SQL
digest() {
  value "SELECT (SELECT md5(string_agg(md5(concat_ws('|', event_id, event_name, event_time, user_id, properties)), '' ORDER BY event_id)) FROM lifecycle.events)
    || (SELECT md5(string_agg(md5(concat_ws('|', event_id, event_time, content)), '' ORDER BY event_id)) FROM lifecycle.event_keys)
    || (SELECT md5(string_agg(concat_ws('|', code, json_pointer, key, body), E'\\n' ORDER BY body)) FROM lifecycle.dead_letters)"
}
empty() {
  value 'DROP VIEW IF EXISTS stored; DROP TABLE lifecycle.events, lifecycle.event_keys; TRUNCATE lifecycle.event_inbox, lifecycle.dead_letters'
  value 'CALL lifecycle.install()'
  value 'INSERT INTO lifecycle.event_inbox (line) SELECT line FROM lines ORDER BY n'
}
ingest() { psql -X -q -c 'SET client_min_messages = error' -c 'SET lifecycle_ledger.chunk_rows = 500' -c 'CALL lifecycle.ingest_events()'; }

plan 5
empty
ingest
untouched=$(digest)
took=$(value 'SELECT seconds FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1')
is "$(value 'SELECT last_run()')" 'succeeded: 12000 in = 11280 written + 240 repeats + 480 dead' 'an untouched run'

empty
met=0
for part in 10 30 45 25; do
  runs=$(value 'SELECT count(*) FROM lifecycle.pipeline_runs')
  ingest >/dev/null 2>&1 &
  client=$!
  wait_until "SELECT count(*) > $runs FROM lifecycle.pipeline_runs"
  sleep "$(awk "BEGIN { print $took * $part / 100 }")"
  scripts/server kill9 "$server"
  wait "$client" 2>/dev/null || true
  scripts/server up "$server"
  met=$((met + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running' AND run_id > $runs")))
  lines=$(value 'SELECT (SELECT count(*) FROM lifecycle.event_inbox) + (SELECT sum(rows_in) FROM lifecycle.pipeline_runs WHERE run_id > 1)')
  diag "killed after $part %: $(value 'SELECT count(*) FROM lifecycle.events') events, $(value 'SELECT count(*) FROM lifecycle.event_inbox') lines in the inbox, $lines in all"
done
ok "$([ "$met" -ge 2 ] && echo t || echo f)" "kills met runs at work ($met of 4)"
ingest
is "$(digest)" "$untouched" 'after the last run all is as after an untouched one'
is "$(value 'SELECT sum(rows_in) FROM lifecycle.pipeline_runs WHERE run_id > 1')" 12000 'the runs together have counted each line once'
is "$(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")" 0 'no run is left as running'
