#!/usr/bin/env bash
# Two calls of set_lifecycle_stage() for one user wait for each other, whichever began first; for two users they do not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 10
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
value "SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS lifecycle_ledger" >/dev/null
psql -X -q -c 'SET client_min_messages = error' -c 'CALL lifecycle.install()' >/dev/null
ann=$(value "INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('ann@example.com', 'Acquisition') RETURNING id")
bob=$(value "INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('bob@example.com', 'Acquisition') RETURNING id")
history() {
  value "SELECT string_agg(concat_ws('>', from_stage, to_stage), ' ' ORDER BY transitioned_at, id) FROM lifecycle.user_lifecycle_history WHERE user_id = '$1'"
}
move() { echo "SELECT lifecycle.set_lifecycle_stage('$1', '$2') IS NOT NULL"; }
for name in early late; do session_open "$name"; done

# The transaction that began first comes second: its move is recorded after the other's all the same.
session_query early 'BEGIN; SELECT now() IS NOT NULL' >/dev/null
session_query late 'BEGIN' >/dev/null
is "$(session_query late "$(move "$ann" Activation)")" t 'the first moves the user'
session_send early "$(move "$ann" Retention)"
succeeds 'the second waits' session_blocked early
is "$(session_query late "$(move "$bob" Activation)")" t 'who moves another user does not'
session_query late COMMIT >/dev/null
is "$(session_wait early)" t 'the second goes on'
session_query early COMMIT >/dev/null
is "$(history "$ann")" 'Acquisition Acquisition>Activation Activation>Retention' 'from where the first left off'

# Both to the same stage: one moves, the other finds the user there.
session_query early BEGIN >/dev/null
session_query early "$(move "$ann" Revenue)" >/dev/null
session_send late "$(move "$ann" Revenue)"
session_blocked late
session_query early COMMIT >/dev/null
is "$(session_wait late)" f 'the second of two equal moves finds it done'
is "$(history "$ann")" 'Acquisition Acquisition>Activation Activation>Retention Retention>Revenue' 'and it is recorded once'

# An UPDATE by hand waits too, and a move that was rolled back never was.
session_query early BEGIN >/dev/null
session_query early "$(move "$bob" Referral)" >/dev/null
session_send late "UPDATE lifecycle.users SET current_lifecycle_stage = 'Revenue' WHERE id = '$bob'"
succeeds 'an UPDATE waits' session_blocked late
session_query early ROLLBACK >/dev/null
session_wait late >/dev/null
is "$(history "$bob")" 'Acquisition Acquisition>Activation Activation>Revenue' 'and goes on from the stage that held'
is "$(value "SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_type = 'stage_changed'")" 5 'one event a move'
