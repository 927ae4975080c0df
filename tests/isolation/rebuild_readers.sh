#!/usr/bin/env bash
# A rebuild under readers: nobody ever sees the source empty or mixed, whatever the isolation level.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 13
psql -X -q -v ON_ERROR_STOP=1 -v rows=20000 -f tests/lib/ledger_fixture.sql >/dev/null
value() { psql -X -A -t -c "$1"; }
rebuild="CALL lifecycle.rebuild_contact_events('forms')"
psql -X -q -c 'SET client_min_messages = error' -c "$rebuild"
expected=$(value 'SELECT count(*) FROM lifecycle.contact_events')
is "$expected" 19800 'the first rebuild loads all but the held rows'
names() { value "SELECT string_agg(DISTINCT event_name, ',') FROM lifecycle.contact_events"; }

# 1. A snapshot older than the swap, that has not touched the ledger yet.
session_open reader
session_query reader 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM upstream.forms;' >/dev/null
psql -X -q -c "UPDATE upstream.forms SET form_name = 'gad7', updated_at = now()"
psql -X -q -c 'SET client_min_messages = error' -c "$rebuild"
is "$(session_query reader 'SELECT count(*) FROM lifecycle.contact_events')" "$expected" 'an older REPEATABLE READ snapshot sees the source whole after the swap'
is "$(session_query reader "SELECT string_agg(DISTINCT event_name, ',') FROM lifecycle.contact_events")" gad7 'and not mixed'
is "$(session_query reader "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id = 'c5'")" \
  "$(value "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id = 'c5'")" 'by index too'
session_query reader COMMIT >/dev/null

# 2. A reader that holds the ledger: the rebuild waits without blocking others, and goes on when the reader ends.
session_query reader 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM lifecycle.contact_events;' >/dev/null
psql -X -q -c "UPDATE upstream.forms SET form_name = 'pss10', updated_at = now()"
session_open builder
session_query builder 'SET client_min_messages = error' >/dev/null
session_send builder "$rebuild"
wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $(session_pid builder) AND wait_event IN ('PgSleep', 'relation'))"
is "$(names)" gad7 'while the rebuild waits, others read the old rows'
is "$(session_query reader "SELECT string_agg(DISTINCT event_name, ',') FROM lifecycle.contact_events")" gad7 'and so does the reader that holds it'
session_query reader COMMIT >/dev/null
is "$(session_wait builder)" '' 'then the rebuild ends well'
is "$(names)" pss10 'and the new rows are in'

# 3. A reader that never ends: the rebuild gives up, and leaves everything as it was.
session_query reader 'BEGIN; SELECT count(*) FROM lifecycle.contact_events;' >/dev/null
psql -X -q -c "UPDATE upstream.forms SET form_name = 'ptsd', updated_at = now()"
like "$(session_query builder "SET lifecycle_ledger.lock_attempts = 2; SET lifecycle_ledger.lock_timeout = '50ms'; $rebuild")" \
  'could not swap in the rebuilt partition' 'a rebuild that cannot get the lock says who holds it'
is "$(names)" pss10 'the ledger is as it was'
is "$(value "SELECT count(*) FROM pg_class WHERE relname LIKE 'contact\_events%\_new%'")" 0 'nothing is left over'
session_query reader COMMIT >/dev/null

# 4. Readers that never stop asking while rebuilds go on.
psql -X -q -c 'CREATE TABLE seen (n bigint, names bigint)'
for reader in one two; do
  session_open "$reader"
  session_send "$reader" "DO \$\$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_tables WHERE tablename = 'stop_reading') LOOP
    INSERT INTO seen SELECT count(*), count(DISTINCT event_name) FROM lifecycle.contact_events; COMMIT; END LOOP; END \$\$"
done
for name in a b c d; do
  psql -X -q -c "UPDATE upstream.forms SET form_name = '$name', updated_at = now()"
  psql -X -q -c 'SET client_min_messages = error' -c "$rebuild"
done
psql -X -q -c 'CREATE TABLE stop_reading ()'
session_wait one >/dev/null
session_wait two >/dev/null
is "$(value "SELECT string_agg(DISTINCT n || ' rows, ' || names || ' name', '; ') FROM seen")" "$expected rows, 1 name" \
  "every one of $(value 'SELECT count(*) FROM seen') reads saw the whole of one version"
is "$(names)" d 'the last rebuild won'
