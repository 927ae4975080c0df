#!/usr/bin/env bash
# A row stamped early and committed late, behind rows that a sync has already seen, must not be missed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 8
psql -X -q -v ON_ERROR_STOP=1 -v rows=1000 -f tests/lib/ledger_fixture.sql >/dev/null
sync() { psql -X -q -A -t -c 'SET client_min_messages = error' -c "CALL lifecycle.sync_contact_events('forms')" "$@"; }
has() { psql -X -A -t -c "SELECT count(*) FROM lifecycle.contact_events WHERE source_record_id IN ($1)"; }
insert() {
  echo "INSERT INTO upstream.forms (form_id, respondent, form_name, answered_at, score) VALUES ($1, 'person1@example.com', 'late', now(), 1)"
}

sync
# No look-back: the horizon alone must do it.
psql -X -q -c "UPDATE lifecycle.sources SET look_back = '0'"
session_open late
session_query late 'BEGIN' >/dev/null
session_query late "$(insert 5001)" >/dev/null
sleep 1.2
psql -X -q -c "$(insert 5002)"
sleep 1.2
sync
is "$(has "'5002'")" 1 'a row committed in time is in the ledger'
is "$(has "'5001'")" 0 'the row of the open transaction is not'
is "$(psql -X -A -t -c "SELECT watermark < (SELECT updated_at FROM upstream.forms WHERE form_id = 5002) FROM lifecycle.sources")" t \
  'the watermark stays behind the open transaction'
session_query late COMMIT >/dev/null
sync
is "$(has "'5001'")" 1 'committed late and stamped early, it is found by the next sync'
sleep 1.2
sync
sync
is "$(psql -X -A -t -c "SELECT rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1")" 0 \
  'once settled, a sync reads none of them again'
is "$(psql -X -A -t -c "SELECT count(*) FROM upstream.forms f WHERE form_id % 100 <> 0 AND NOT EXISTS (SELECT FROM lifecycle.contact_events e
  WHERE e.source_record_id = f.form_id::text)")" 0 'no row is missing'

# Between two steps of a sync: stamped with a time that the first has passed, and committed when that had read its rows.
session_open first; session_open blocker
session_query first 'SET client_min_messages = error; SET lifecycle_ledger.chunk_rows = 5' >/dev/null
session_query late "BEGIN; $(insert 6000)" >/dev/null
sleep 1.2
for n in 1 2 3 4 5 6 7 8 9; do psql -X -q -c "UPDATE upstream.forms SET score = score + 1, updated_at = clock_timestamp() WHERE form_id = 10 + $n"; done
sleep 1.2
session_query blocker "BEGIN; SELECT FROM lifecycle.contact_events WHERE source_record_id = '12' FOR UPDATE" >/dev/null
session_send first "CALL lifecycle.sync_contact_events('forms')"
session_blocked first
session_query late COMMIT >/dev/null
session_query blocker COMMIT >/dev/null
session_wait first >/dev/null
is "$(psql -X -A -t -c 'SELECT chunks > 1 FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1')" t 'a sync in steps'
sync
is "$(has "'6000'")" 1 'what committed between two of them is found by the next sync'
