#!/usr/bin/env bash
# The event contract in several sessions: who changes it, sees it at once; others when it is committed; a transaction with an older
# snapshot keeps the rules of its snapshot; two who change it at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/session.sh"
plan 14

must psql -X -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger' -c 'CALL lifecycle.install()'
judge="SELECT lifecycle.event_name_problem('ball_yote') IS NULL"
session_open writer; session_open reader; session_open old
session_query old 'PREPARE j AS '"$judge"'; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1' >/dev/null
is "$(session_query old 'EXECUTE j')" f 'unknown to begin with'
is "$(session_query reader "$judge")" f '… to everybody'

session_query writer "BEGIN; INSERT INTO lifecycle.event_verbs (past, base) VALUES ('yote', 'yeet')" >/dev/null
is "$(session_query writer "$judge")" t 'whoever adds a verb knows it'
is "$(session_query reader "$judge")" f 'others do not before the COMMIT'
session_query writer 'COMMIT' >/dev/null
is "$(session_query reader "$judge")" t '… and do after it'
is "$(session_query old 'EXECUTE j')" f 'an older snapshot keeps its rules'
is "$(session_query reader "$judge")" t '… which does not spoil the newer ones'
is "$(session_query old 'COMMIT; EXECUTE j')" t 'until its transaction ends'

session_query writer "BEGIN; UPDATE lifecycle.event_verbs SET enabled = false WHERE past = 'yote'" >/dev/null
session_query writer "$judge" >/dev/null
session_query writer 'ROLLBACK' >/dev/null
is "$(session_query writer "$judge")" t 'a change rolled back was none'

# Two writers: the second waits, and both changes are in force.
session_query writer "BEGIN; INSERT INTO lifecycle.event_verbs (past, base) VALUES ('zonk', 'zink')" >/dev/null
session_send reader "INSERT INTO lifecycle.event_verbs (past, base) VALUES ('gronk', 'grink')"
succeeds 'the second of two writers waits for the first' session_blocked reader
session_query writer 'COMMIT' >/dev/null
is "$(session_wait reader)" '' '… and goes on'
is "$(session_query old "SELECT lifecycle.event_name_problem('ball_zonk') IS NULL AND lifecycle.event_name_problem('ball_gronk') IS NULL")" t 'both have their way'

# One statement, one contract: rules that change while it runs are those of the next one.
session_send reader "SELECT count(*) FILTER (WHERE ok), count(*) FROM (SELECT lifecycle.event_name_problem('ball_wunk') IS NULL AS ok, pg_sleep(0.01) FROM generate_series(1, 100)) s"
wait_until "SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = $(session_pid reader) AND wait_event = 'PgSleep'"
session_query writer "INSERT INTO lifecycle.event_verbs (past, base) VALUES ('wunk', 'wink')" >/dev/null
is "$(session_wait reader)" '0|100' 'a statement keeps the rules it began with'
is "$(session_query reader "SELECT lifecycle.event_name_problem('ball_wunk') IS NULL")" t '… the next has the new ones'
