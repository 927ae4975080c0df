#!/usr/bin/env bash
# A rebuild of all sources that loads several at once, in background workers: the same ledger, the same words, and nothing that outlives it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 22
psql -X -q -v ON_ERROR_STOP=1 -v rows=2000 -f tests/lib/ledger_fixture.sql >/dev/null
value() { psql -X -A -t -q -c "$1"; }
# Which process loaded a row is in its payload.
value "CREATE VIEW upstream.who AS SELECT f.*, pg_backend_pid() AS loaded_by FROM upstream.forms f;
  SELECT lifecycle.register_source(n, 'upstream.who', jsonb_set(s.mapping, '{payload}', '[\"loaded_by\"]'))
    FROM lifecycle.sources s, unnest(ARRAY['who 1', 'who 2', 'who 3']) n WHERE s.source_system = 'forms'" >/dev/null
ledger="SELECT md5(string_agg(concat_ws('|', source_system, source_record_id, contact_id, event_timestamp, event_name), ';' ORDER BY source_system, source_record_id)) FROM lifecycle.contact_events"
processes="SELECT count(DISTINCT payload ->> 'loaded_by') FROM lifecycle.contact_events WHERE source_system LIKE 'who%'"
rebuild='CALL lifecycle.rebuild_contact_events()'
workers="SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker'"
for name in first second blocker; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done

session_query first 'SET lifecycle_ledger.rebuild_workers = 1' >/dev/null
is "$(session_query first "$rebuild")" '' 'one after the other'
is "$(value "$processes")" 1 'by the session itself'
alone=$(value "$ledger")
session_query first 'SET lifecycle_ledger.rebuild_workers = 3' >/dev/null
is "$(session_query first "$rebuild")" '' 'several at once'
is "$(value "$processes")" 3 'each source by a process of its own'
is "$(value "$ledger")" "$alone" 'and the same ledger'
is "$(value "$workers")" 0 'no worker is left'

# What a worker says, its caller says; what a source fails with is raised at the end, with its place and mend.
session_query first "SET client_min_messages = notice; SET client_encoding = 'LATIN1'" >/dev/null
value "ALTER VIEW upstream.who RENAME COLUMN loaded_by TO by_whom" >/dev/null
said=$(session_query first "$rebuild")
like "$said" 'NOTICE:  rebuild_contact_events: source "forms": 2000 in = ' 'notices are passed on'
like "$said" 'WARNING:  rebuild_contact_events of source "who 2" failed' 'and warnings'
like "$said" 'ERROR:  rebuild_contact_events of source "who 1" failed: ' 'the first failure is raised at the end'
like "$said" 'HINT:  Columns of upstream.who: ' 'with its hint'
value "ALTER VIEW upstream.who RENAME COLUMN by_whom TO loaded_by" >/dev/null
session_query first 'SET client_min_messages = error; RESET client_encoding' >/dev/null

# The caller's role is the workers'.
session_open member -U "$(value "CREATE ROLE rebuild_member LOGIN; GRANT $(value 'SELECT current_user') TO rebuild_member; SELECT 'rebuild_member'")"
session_query member "SET ROLE $(value 'SELECT current_user')" >/dev/null
is "$(session_query member "SET client_min_messages = error; $rebuild")" '' 'a role that was SET works in workers too'
session_close member
value 'DROP ROLE rebuild_member' >/dev/null

# Cancelled: the workers end with it, and the next finds the locks free.
session_query blocker 'BEGIN; LOCK TABLE upstream.forms IN ACCESS EXCLUSIVE MODE' >/dev/null
session_send first "$rebuild"
succeeds 'workers wait for the blocker' wait_until "SELECT count(*) > 1 FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker' AND wait_event_type = 'Lock'"
value "SELECT pg_cancel_backend($(session_pid first))" >/dev/null
like "$(session_wait first)" 'canceling statement due to user request' 'a rebuild can be cancelled'
is "$(value "$workers")" 0 'its workers are gone by then'

# Its session ended: so are its workers, though they wait for something else.
session_open ended
session_send ended "$rebuild"
succeeds 'the workers of another session wait' wait_until "SELECT count(*) > 1 FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker' AND wait_event_type = 'Lock'"
value "SELECT pg_terminate_backend($(session_pid ended))" >/dev/null
succeeds 'they end with it' wait_until "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker'" 10
session_close ended

# One worker ended by an administrator: its source says so, the others go on.
session_send first "$rebuild"
succeeds 'workers wait again' wait_until "SELECT count(*) > 1 FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker' AND wait_event_type = 'Lock'"
value "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker' AND query LIKE '%forms%'" >/dev/null
session_query blocker COMMIT >/dev/null
like "$(session_wait first)" 'of source "forms" failed: terminating background worker' 'a worker that is ended fails its source'
is "$(value "$ledger")" "$alone" 'the ledger is whole'

# The server has no worker to spare: the session does it itself.
session_send second "SELECT count(*) FROM lifecycle._in_workers(array_fill('SELECT pg_sleep(600)'::text, ARRAY[current_setting('max_worker_processes')::integer]), 64)"
succeeds 'other workers take every slot' wait_until "SELECT count(*) + 1 >= current_setting('max_worker_processes')::integer FROM pg_stat_activity WHERE backend_type = 'lifecycle_ledger worker' AND state = 'active'"
is "$(session_query first "$rebuild") $(value "$processes")" ' 1' 'without a slot the session loads all itself'
value "SELECT pg_cancel_backend($(session_pid second))" >/dev/null
session_wait second >/dev/null
is "$(value "$ledger") $(value "$workers")" "$alone 0" 'and the ledger is the same'
