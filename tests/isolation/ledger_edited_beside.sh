#!/usr/bin/env bash
# Someone changes or deletes rows of the ledger by hand, just as a sync is about to write them: the run writes what is there, or says what happened and
# is called again. Either way the ledger ends as its sources have it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 8
value() { psql -X -A -t -q -c "$1"; }
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE TABLE contacts (id text PRIMARY KEY, email text);
INSERT INTO contacts SELECT n::text, n || '@example.com' FROM generate_series(1, 5) n;
SELECT lifecycle.use_contacts('contacts', 'id', 'email');
CREATE TABLE calls (id bigint PRIMARY KEY, email text, at timestamptz, note text, changed timestamptz DEFAULT now());
INSERT INTO calls SELECT n, n % 5 + 1 || '@example.com', timestamptz '2025-01-01 00:00+00' + n * interval '1 minute', 'note ' || n FROM generate_series(1, 100) n;
SELECT lifecycle.register_source('calls', 'calls', '{"contact_email": "email", "event_type": {"constant": "message"}, "event_timestamp": "at",
  "source_record_id": "id", "payload": ["note"], "change_column": "changed"}');
CALL lifecycle.sync_contact_events();
SQL
change() { value "UPDATE calls SET note = '$1 ' || id, changed = now()" >/dev/null; }
agrees="SELECT count(*) FROM calls c JOIN lifecycle.contact_events e ON e.source_record_id = c.id::text AND e.payload = jsonb_build_object('note', c.note)"
session_open editor
session_open runner
session_query runner 'SET client_min_messages = error' >/dev/null

change updated
session_query editor "BEGIN; UPDATE lifecycle.contact_events SET event_name = 'by hand' WHERE source_record_id = '7'" >/dev/null
session_send runner 'CALL lifecycle.sync_contact_events()'
succeeds 'the run waits for the row' session_blocked runner
session_query editor COMMIT >/dev/null
session_wait runner >/dev/null 2>&1 || true
value 'CALL lifecycle.sync_contact_events()' >/dev/null 2>&1
is "$(value "$agrees")" 100 'a row changed by hand is written all the same'
is "$(value "SELECT coalesce(event_name, 'none') FROM lifecycle.contact_events WHERE source_record_id = '7'")" none 'with nothing left of the edit'

change deleted
session_query editor "BEGIN; DELETE FROM lifecycle.contact_events WHERE source_record_id IN ('8', '9')" >/dev/null
session_send runner 'CALL lifecycle.sync_contact_events()'
succeeds 'the run waits for rows that are being deleted' session_blocked runner
session_query editor COMMIT >/dev/null
session_wait runner >/dev/null 2>&1 || true
is "$(value "SELECT sqlstate || ': ' || message FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1" | sed 's/.* failed: //')" 'contact_events of source "calls" was changed by another session while the run wrote to it' 'it says what happened'
is "$(value "SELECT sqlstate FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1")" 40001 'with the SQLSTATE of what may be tried again'
is "$(value "SELECT count(*) FROM lifecycle.contact_events")" 98 'and leaves the ledger as it found it'
value 'CALL lifecycle.sync_contact_events()' >/dev/null 2>&1
is "$(value "$agrees")" 100 'the next run brings all'
