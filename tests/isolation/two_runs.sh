#!/usr/bin/env bash
# Two runs on one source: one works, the other is refused or waits, as it asked; a cancelled run frees its lock.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 11
psql -X -q -v ON_ERROR_STOP=1 -v rows=2000 -f tests/lib/ledger_fixture.sql >/dev/null
value() { psql -X -A -t -c "$1"; }
sync="CALL lifecycle.sync_contact_events('forms')"
for name in first second blocker; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done

# The first run waits for the source table, in the middle of its work.
session_query blocker 'BEGIN; LOCK TABLE upstream.forms IN ACCESS EXCLUSIVE MODE' >/dev/null
session_send first "$sync"
session_blocked first
refusal=$(session_query second "$sync")
like "$refusal" 'another run is working on source "forms"' 'a second run is refused'
like "$refusal" "Process $(session_pid first) holds its run lock" 'and told by whom'
like "$refusal" 'wait => true' 'and what to do'
is "$(value "SELECT procedure || ' ' || pid FROM lifecycle.progress")" "sync_contact_events $(session_pid first)" 'the first shows in progress'

session_send second "CALL lifecycle.sync_contact_events('forms', wait => true)"
session_blocked second
pass 'asked to wait, it waits'
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'the first ends well'
is "$(session_wait second)" '' 'and then the second'
is "$(value "SELECT string_agg(status || ' ' || written, ', ' ORDER BY run_id) FROM lifecycle.pipeline_runs")" 'succeeded 1980, succeeded 0' \
  'the rows were written once'

# A cancelled run.
session_query blocker 'BEGIN; LOCK TABLE upstream.forms IN ACCESS EXCLUSIVE MODE' >/dev/null
session_send first "$sync"
session_blocked first
value "SELECT pg_cancel_backend($(session_pid first))" >/dev/null
like "$(session_wait first)" 'canceling statement due to user request' 'a run can be cancelled'
session_query blocker COMMIT >/dev/null
is "$(session_query second "$sync")" '' 'its lock is free at once'
is "$(value "SELECT string_agg(status, ', ' ORDER BY run_id) FROM lifecycle.pipeline_runs WHERE run_id > 2")" 'interrupted, succeeded' \
  'and the log says what became of it'
