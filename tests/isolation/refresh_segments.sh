#!/usr/bin/env bash
# refresh_segments() among other sessions: a second run, users who commit late or go meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 10
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
value 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger' >/dev/null
value 'CALL lifecycle.install()' >/dev/null
value "INSERT INTO lifecycle.user_segments (name, conditions) VALUES ('pro', '{\"==\": [{\"var\": \"user.attributes.plan\"}, \"pro\"]}')" >/dev/null
add() { echo "INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes) VALUES ('$1', 'Acquisition', '{\"plan\": \"pro\"}')"; }
members() { value "SELECT string_agg(u.email, ' ' ORDER BY u.email) FROM lifecycle.user_segment_memberships m JOIN lifecycle.users u ON u.id = m.user_id"; }
for name in first second blocker late; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
run='CALL lifecycle.refresh_segments()'

value "$(add ann)"
value "$run"
is "$(members)" ann 'who is there is in'
session_query late "BEGIN; $(add bob)" >/dev/null
value "$(add cas)"
value "$run"
is "$(members)" 'ann cas' 'an open transaction keeps nobody waiting'
session_query late COMMIT >/dev/null
value "$run"
is "$(members)" 'ann bob cas' 'committed late, its user is not missed'

session_query blocker 'BEGIN; LOCK TABLE lifecycle.user_segment_memberships IN EXCLUSIVE MODE' >/dev/null
value "$(add dan)"
session_send first "$run"
session_blocked first
refusal=$(session_query second "$run")
like "$refusal" 'refresh_segments: another run is at work' 'a second run is refused'
like "$refusal" "Process $(session_pid first) holds its run lock" 'and told by whom'
session_send second 'CALL lifecycle.refresh_segments(wait => true)'
session_blocked second
session_query blocker COMMIT >/dev/null
is "$(session_wait first)$(session_wait second)" '' 'asked to wait, it waits'
is "$(members)" 'ann bob cas dan' 'and both end well'

# A user is deleted between a refresh's look and its writing.
value "$(add eve)"
session_query blocker "BEGIN; DELETE FROM lifecycle.users WHERE email = 'eve'" >/dev/null
session_send first "$run"
session_blocked first
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'a user who goes meanwhile does not stop it'
is "$(members)" 'ann bob cas dan' 'and is not in'
is "$(value "SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_type = 'segment_entered'")" 4 'each entry was told once'
