#!/usr/bin/env bash
# While one source is loaded, another one can be rebuilt, and registered: only the swap itself keeps others out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 9
psql -X -q -v ON_ERROR_STOP=1 -v rows=2000 -f tests/lib/ledger_fixture.sql >/dev/null
value() { psql -X -A -t -c "$1"; }
mapping='{"contact_email": "respondent", "event_type": {"constant": "form"}, "event_timestamp": "answered_at", "source_record_id": "form_id"}'
psql -X -q -v ON_ERROR_STOP=1 <<SQL >/dev/null
SET client_min_messages = error;
CREATE VIEW upstream.gated AS SELECT * FROM upstream.forms WHERE pg_advisory_xact_lock_shared(77) IS NOT NULL;
SELECT lifecycle.register_source('gated', 'upstream.gated', '$mapping');
CALL lifecycle.rebuild_contact_events();
SQL

for name in slow quick gate; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
session_query gate 'SELECT pg_advisory_lock(77)' >/dev/null
session_send slow "CALL lifecycle.rebuild_contact_events('gated')"
session_blocked slow
pass 'a rebuild is in the middle of its load'
session_query quick "SET lifecycle_ledger.lock_attempts = 2; SET lock_timeout = '2s'" >/dev/null
is "$(session_query quick "CALL lifecycle.rebuild_contact_events('forms')")" '' 'another source is rebuilt meanwhile'
is "$(session_query quick "SELECT lifecycle.register_source('later', 'upstream.forms', '$mapping') IS NOT NULL")" t 'and a new one registered'
is "$(session_query quick "CALL lifecycle.sync_contact_events('later')")" '' '... and loaded'
succeeds 'the first still loads' session_running slow

# A reader who never ends, and another who comes later.
session_open reader
session_query reader 'BEGIN; SELECT count(*) FROM lifecycle.contact_events' >/dev/null
is "$(session_query quick "SELECT lifecycle.register_source('last', 'upstream.forms', '$mapping') IS NOT NULL")" t 'a source is registered under a reader'
is "$(session_query quick "CALL lifecycle.reconcile_contact_events('last')")" '' '... and filled'
session_query reader COMMIT >/dev/null
session_query gate 'SELECT pg_advisory_unlock(77)' >/dev/null
is "$(session_wait slow)" '' 'it ends well'
is "$(value "SELECT string_agg(source_system || ' ' || n, ', ' ORDER BY source_system) FROM (SELECT source_system, count(*) AS n
  FROM lifecycle.contact_events GROUP BY 1) s")" 'forms 1980, gated 1980, last 1980, later 1980' 'and all rows are in'
