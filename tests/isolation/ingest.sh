#!/usr/bin/env bash
# Two sessions at the inbox and at the same event ids: no event twice, none lost, nobody hangs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 28
psql -X -q -f tests/lib/ingest_fixture.sql >/dev/null
value() { psql -X -A -t -q -c "SET client_min_messages = error" -c "$1"; }
ingest() { value 'CALL lifecycle.ingest_events()'; }
last_run() { value 'SELECT last_run()'; }
stored() { value "SELECT count(*) FROM lifecycle.events WHERE event_id BETWEEN event_id($1) AND event_id($2)"; }
keys_agree() { value 'SELECT count(*) = 0 FROM lifecycle.events e FULL JOIN lifecycle.event_keys k USING (event_id, event_time) WHERE e.event_id IS NULL OR k.event_id IS NULL'; }
insert() { echo "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES (event_id($1), 'user_signed_up', '2025-03-04T05:06:07.89Z', '${2:-u$1}', '{\"n\": $1}')"; }
value "INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(1))"
ingest
session_open a
session_open b
session_query a 'SET client_min_messages = error' >/dev/null
session_query b 'SET client_min_messages = error' >/dev/null

# Two runs.
value "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(10, 19) n"
session_query a "BEGIN; $(insert 15)" >/dev/null
session_send b 'CALL lifecycle.ingest_events()'
succeeds 'a run waits for a session that is inserting one of its ids' session_blocked b
is "$(value "SELECT procedure || ' ' || state FROM lifecycle.progress")" 'ingest_events waiting for a lock' '… progress says so'
like "$(value 'CALL lifecycle.ingest_events()' 2>&1 || true)" 'another run is working on the inbox' 'a second run is refused meanwhile'
session_open c
session_query c 'SET client_min_messages = error' >/dev/null
session_send c 'CALL lifecycle.ingest_events(wait => true)'
succeeds '… or waits, when asked to' session_blocked c
session_open d
session_query d 'SET client_min_messages = error' >/dev/null
session_send d "CALL lifecycle.retry_dead_letters('ingest')"
succeeds 'a retry waits, too' session_blocked d
session_query a COMMIT >/dev/null
is "$(session_wait b)" '' 'the session has committed: the run ends well'
is "$(session_wait c)" '' '… and so does the one behind it'
is "$(session_wait d)" '' '… and the retry'
is "$(value "SELECT string_agg(format('%s %s %s', rows_in, written, unchanged), '; ' ORDER BY run_id) FROM lifecycle.pipeline_runs WHERE procedure = 'ingest_events' AND run_id > 1")" \
  '10 9 1; 0 0 0' 'what the session inserted is a repeat'
is "$(stored 10 19)" 10 'each event is there once'

# The session gives up.
value "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(20, 29) n"
session_query a "BEGIN; $(insert 25)" >/dev/null
session_send b 'CALL lifecycle.ingest_events()'
succeeds 'a run waits' session_blocked b
session_query a ROLLBACK >/dev/null
session_wait b >/dev/null
is "$(last_run)" 'succeeded: 10 in = 10 written + 0 repeats + 0 dead' 'rolled back, the id was free'

# Other content under the same id.
value "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(30, 39) n"
session_query a "BEGIN; $(insert 35 another)" >/dev/null
session_send b 'CALL lifecycle.ingest_events()'
succeeds 'a run waits' session_blocked b
session_query a COMMIT >/dev/null
session_wait b >/dev/null
is "$(last_run)" 'succeeded: 10 in = 9 written + 0 repeats + 1 dead' 'another event under the id: the line is dead'
is "$(value "SELECT user_id FROM lifecycle.events WHERE event_id = event_id(35)")" another '… and the first one stays'

# The other way round: the run is first.
value "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(40, 49) n"
session_query b 'BEGIN; SELECT taken FROM lifecycle._ingest_chunk(-1, 100)' >/dev/null
session_send a "$(insert 45)"
succeeds 'a session that inserts an id of the run waits' session_blocked a
session_query b COMMIT >/dev/null
like "$(session_wait a)" 'ERROR:  (duplicate key|event_id .* was used before)' '… and is told'
is "$(stored 40 49)" 10 'each event is there once'

# Two sessions that insert directly.
session_query a "BEGIN; $(insert 51)" >/dev/null
session_send b "$(insert 51 other)"
succeeds 'the second of two sessions waits' session_blocked b
session_query a COMMIT >/dev/null
like "$(session_wait b)" 'event_id .* was used before' '… and is told'

# Crosswise: somebody must give way, and it is settled without harm.
value "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(60, 69) n"
session_query a "SET deadlock_timeout = '10s'; BEGIN; $(insert 69)" >/dev/null
session_query b "SET deadlock_timeout = '100ms'" >/dev/null
session_send b 'CALL lifecycle.ingest_events()'
succeeds 'a run waits for the last of its ids' session_blocked b
session_query a "$(insert 60)" >/dev/null
session_query a COMMIT >/dev/null
session_wait b >/dev/null
is "$(last_run)" 'succeeded: 10 in = 8 written + 2 repeats + 0 dead' '… and has the rest, whoever was first'

# Late commits: a line with a lower id than those taken long ago.
session_query a "BEGIN; INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(70))" >/dev/null
value "INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(71))"
ingest
is "$(stored 70 79)" 1 'a line that is committed is taken'
session_query a COMMIT >/dev/null
ingest
is "$(stored 70 79)" 2 'the one that commits later, with a lower id, is taken by the next run'

# A line that somebody is changing is taken as changed.
value "INSERT INTO lifecycle.event_inbox (line) VALUES (event_line(80))"
session_query a "BEGIN; UPDATE lifecycle.event_inbox SET line = event_line(80, '{\"user_id\": \"changed\"}')" >/dev/null
session_send b 'CALL lifecycle.ingest_events()'
succeeds 'a run waits for whoever changes a line' session_blocked b
session_query a COMMIT >/dev/null
session_wait b >/dev/null
is "$(value "SELECT user_id FROM lifecycle.events WHERE event_id = event_id(80)")" changed '… and takes it as changed'

is "$(keys_agree)" t 'every event has its key and every key its event'
is "$(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status NOT IN ('succeeded')")" 0 'no run has failed'
