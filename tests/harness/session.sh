#!/usr/bin/env bash
# The session library against a live server: order of output, waiting, locks, time-outs, clients that vanish.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/session.sh"
plan 16

psql -X -q -c 'CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, $$a$$)'
session_open a
session_open b
like "$(session_pid a)" '^[0-9]+$' 'a session knows its backend'
isnt "$(session_pid a)" "$(session_pid b)" 'two sessions have two backends'
is "$(session_query a 'SELECT 1 + 1')" 2 'a query answers'
is "$(session_query a $'SELECT 1;\nSELECT 1/0;\nSELECT 3')" $'1\nERROR:  division by zero\n3' 'rows and errors come in order'
is "$(session_query a 'SELECT v, id FROM t')" 'a|1' 'an error does not end the session'
is "$(session_query a "DO \$\$ BEGIN RAISE NOTICE 'hello'; END \$\$")" 'NOTICE:  hello' 'notices are seen'

session_query a 'BEGIN; UPDATE t SET v = $$b$$ WHERE id = 1' >/dev/null
session_send b 'UPDATE t SET v = v || $$c$$ WHERE id = 1 RETURNING v'
succeeds 'a blocked session is seen' session_blocked b
succeeds '… and is running' session_running b
session_query a COMMIT >/dev/null
is "$(session_wait b)" bc '… and goes on after the commit'
fails '… and is done' session_running b

session_send b 'SELECT pg_sleep(30)'
message=$(session_wait b 1 2>&1) && status=0 || status=1
is "$status" 1 'a wait that runs out of time fails'
like "$message" 'no answer in 1 s' '… and says so'
psql -X -q -A -t -c "SELECT pg_cancel_backend($(session_pid b))" >/dev/null
like "$(session_wait b)" 'canceling statement due to user request' 'a cancelled session answers'

is "$(session_query a "SELECT repeat('x', 200000)" | wc -c)" 200001 'long output does not block'
pid=$(session_pid a)
session_kill a
succeeds 'a client that vanishes takes its backend along' \
  wait_until "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)"
session_close b
session_open a
is "$(session_query a 'SELECT 5')" 5 'a name can be used again'
