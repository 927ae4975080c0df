#!/usr/bin/env bash
# Contacts that change after a run has looked for changes, are resolved by, and have changed back before the next run looks: the
# directory never hears of it, yet no row may stay as they were in between.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 7
psql -X -q -v ON_ERROR_STOP=1 -v rows=1000 -f tests/lib/ledger_fixture.sql >/dev/null
value() { psql -X -A -t -c "$1"; }
quietly() { psql -X -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
quietly "SELECT lifecycle.register_source(source_system, relation, mapping || '{\"look_back\": \"0\"}') FROM lifecycle.sources" >/dev/null
quietly 'CALL lifecycle.sync_contact_events()'
before=$(value 'SELECT digest FROM ledger_digest')
of_moved="SELECT string_agg(DISTINCT coalesce(contact_id, 'nobody'), ', ') FROM lifecycle.contact_events WHERE contact_email = 'Person5@Example.com'"

for name in runner gate; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
# run PROCEDURE: holds it between the refresh of the directory and its step, takes every contact away meanwhile, and brings all
# back once it is through.
run() {
  session_query gate 'BEGIN; LOCK TABLE lifecycle.issues IN ACCESS EXCLUSIVE MODE' >/dev/null
  session_send runner "CALL lifecycle.$1_contact_events()"
  session_blocked runner
  quietly 'CREATE TABLE away AS SELECT * FROM lifecycle.contacts'
  quietly 'DELETE FROM lifecycle.contacts'
  session_query gate COMMIT >/dev/null
  is "$(session_wait runner)" '' "a $1 ends well"
  quietly 'INSERT INTO lifecycle.contacts SELECT * FROM away'
  quietly 'DROP TABLE away'
}

# The rows of one contact are looked at, because it has changed.
quietly "UPDATE lifecycle.contacts SET email = CASE contact_id WHEN 'c5' THEN 'other@example.com' ELSE 'person5@example.com' END WHERE contact_id IN ('c5', 'c6')"
run sync
is "$(value "$of_moved")" nobody '... that found no contact for them'
quietly 'CALL lifecycle.sync_contact_events()'
is "$(value "$of_moved")" c6 'the next sync does'
quietly "UPDATE lifecycle.contacts SET email = format('person%s@example.com', substr(contact_id, 2)) WHERE contact_id IN ('c5', 'c6')"
quietly 'CALL lifecycle.sync_contact_events()'
is "$(value 'SELECT digest FROM ledger_digest')" "$before" 'all is as it was'

# All rows are.
run reconcile
isnt "$(value 'SELECT digest FROM ledger_digest')" "$before" '... that found none either'
quietly 'CALL lifecycle.sync_contact_events()'
is "$(value 'SELECT digest FROM ledger_digest')" "$before" 'the next sync brings all rows back'
