#!/usr/bin/env bash
# Retention beside readers and writers: no row slips in between archive and DROP, nobody waits for more than a moment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 23
directory=$(mktemp -d /tmp/retention.XXXXXX)
chmod 777 "$directory"
at_exit "rm -r '$directory'"
psql -X -q -v ON_ERROR_STOP=1 -v rows=2000 -v directory="$directory" -f tests/lib/retention_fixture.sql >/dev/null
value() { PGOPTIONS='-c client_min_messages=error' psql -X -A -t -q -c "$1"; }
apply='CALL lifecycle.apply_retention()'
insert="INSERT INTO lifecycle.lifecycle_events (event_type, created_at) VALUES ('late', months_ago(27) + interval '1 hour')"
waits_to_detach() {
  wait_until "SELECT EXISTS (SELECT FROM lifecycle.archives WHERE status = 'written') AND EXISTS (SELECT FROM pg_stat_activity
    WHERE pid = $(session_pid runner) AND wait_event IN ('PgSleep', 'relation'))"
}
session_open reader
session_open writer
session_open runner
session_query runner 'SET client_min_messages = error' >/dev/null

# A row committed, and one that is not, when the file is written already.
session_query reader 'BEGIN; SELECT count(*) FROM lifecycle.lifecycle_events WHERE created_at > months_ago(1)' >/dev/null
session_send runner "$apply"
waits_to_detach
pass 'a reader of another month keeps the month in its table'
is "$(value 'SELECT count(*) FROM lifecycle.lifecycle_events')" 6000 'while retention waits, others read every row'
is "$(session_query writer "$insert; SELECT 'written'")" written 'and write, into the month that is archived too'
session_query writer "BEGIN; $insert" >/dev/null
session_query reader COMMIT >/dev/null
is "$(session_query reader 'SELECT count(*) FROM lifecycle.lifecycle_events' 5)" 6001 'a writer that has not ended keeps it as well, and nobody else from it'
session_query writer COMMIT >/dev/null
is "$(session_wait runner)" '' 'then it goes'
is "$(value "SELECT string_agg(rows || ' ' || revision || ' ' || status, ', ' ORDER BY lower_bound) FROM lifecycle.archives")" '2002 2 dropped, 2000 1 dropped' \
  'both late rows are in the archive, which was written again for them'
is "$(value 'SELECT count(*) FROM lifecycle.lifecycle_events')" 2000 'and not in the table'
is "$(find "$directory" -type f | wc -l)" 4 'the file without them is gone'
manifest=$(value 'SELECT manifest FROM lifecycle.archives ORDER BY lower_bound LIMIT 1')
value "CALL lifecycle.restore_archive('$manifest')"
is "$(value "SELECT count(*) || ' ' || count(*) FILTER (WHERE event_type = 'late') FROM lifecycle.lifecycle_events")" '4002 2' 'a restore brings them back'

# Deleted and changed in between.
value "UPDATE lifecycle.archives SET hold_until = NULL"
session_query reader 'BEGIN; SELECT count(*) FROM lifecycle.lifecycle_events WHERE created_at > months_ago(1)' >/dev/null
session_send runner "$apply"
waits_to_detach
value "DELETE FROM lifecycle.lifecycle_events WHERE event_type = 'late' AND id = (SELECT min(id) FROM lifecycle.lifecycle_events WHERE event_type = 'late')"
value "UPDATE lifecycle.lifecycle_events SET event_type = 'changed' WHERE event_type = 'late'"
session_query reader COMMIT >/dev/null
is "$(session_wait runner)" '' 'a month whose rows are changed meanwhile'
value "CALL lifecycle.restore_archive('$manifest')"
is "$(value "SELECT count(*) || ' ' || count(*) FILTER (WHERE event_type = 'changed') FROM lifecycle.lifecycle_events")" '4001 1' 'is archived as it was last'

# Deleted and nothing else.
value "UPDATE lifecycle.archives SET hold_until = NULL"
session_query reader 'BEGIN; SELECT count(*) FROM lifecycle.lifecycle_events WHERE created_at > months_ago(1)' >/dev/null
session_send runner "$apply"
waits_to_detach
value "DELETE FROM lifecycle.lifecycle_events WHERE event_type = 'changed'"
session_query reader COMMIT >/dev/null
is "$(session_wait runner)" '' 'a month that loses a row meanwhile'
value "CALL lifecycle.restore_archive('$manifest')"
is "$(value "SELECT count(*) FROM lifecycle.lifecycle_events")" 4000 'is archived without it'

# A reader that never ends.
value "UPDATE lifecycle.archives SET hold_until = NULL"
session_query reader 'BEGIN; SELECT count(*) FROM lifecycle.lifecycle_events' >/dev/null
like "$(session_query runner "SET lifecycle_ledger.lock_attempts = 2; SET lifecycle_ledger.lock_timeout = '50ms'; $apply")" \
  "ERROR:  apply_retention: could not detach partition lifecycle.lifecycle_events_p.*$(session_pid reader)" 'gives up, and says who holds it'
is "$(value 'SELECT count(*) FROM lifecycle.lifecycle_events')" 4000 'nothing has gone'
session_query reader COMMIT >/dev/null
is "$(session_query runner "RESET lifecycle_ledger.lock_attempts; $apply")" '' 'the next run goes on'
is "$(value "SELECT count(*) FILTER (WHERE status = 'dropped') || ' of ' || count(*) FROM lifecycle.archives")" '2 of 2' 'in the same archive'

# Two at once; restore beside a reader and a writer.
session_query reader 'BEGIN; LOCK TABLE lifecycle.lifecycle_events IN SHARE UPDATE EXCLUSIVE MODE; SELECT count(*) FROM lifecycle.lifecycle_events' >/dev/null
session_send runner "CALL lifecycle.restore_archive('$manifest')"
wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $(session_pid runner) AND wait_event IN ('PgSleep', 'relation'))"
like "$(value "$apply" 2>&1)" 'ERROR:  apply_retention: archives are being written, restored or redacted' 'a second run is refused'
like "$(value "CALL lifecycle.restore_archive('$manifest')" 2>&1)" 'ERROR:  restore_archive: archives are being written, restored or redacted' 'a second restore too'
is "$(session_query writer "INSERT INTO lifecycle.lifecycle_events (event_type) VALUES ('now'); SELECT count(*) FROM lifecycle.lifecycle_events" 5)" 2001 'while a restore waits, others read and write'
session_query reader COMMIT >/dev/null
is "$(session_wait runner)" '' 'then the month is back'
is "$(value 'SELECT count(*) FROM lifecycle.lifecycle_events')" 4001 'with its rows'
is "$(value "SELECT count(*) FROM pg_class WHERE relname ~ '_(archived|restoring)(_|$)' AND relkind = 'r'")" 0 'and no table of ours is left over'
