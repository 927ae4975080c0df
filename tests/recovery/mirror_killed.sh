#!/usr/bin/env bash
# The mirror and sudden death: a killed run leaves the old file whole and no litter that grows; one told to end cleans up.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/server.sh"
. "$repo/tests/lib/session.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
own_server start shared_buffers=64MB max_parallel_workers_per_gather=0
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
data=$(value 'SHOW data_directory')
path=$data/mirror.sqlite
temporary=$path.lifecycle-new
mirror="CALL lifecycle.mirror_sqlite('$path')"
checksum() { md5sum <"$path"; }
count() { sqlite3 -readonly "$path" 'SELECT count(*) FROM contact_events'; }
sound() { sqlite3 -readonly "$path" 'PRAGMA integrity_check'; }

value "CREATE EXTENSION lifecycle_ledger"
value "SET client_min_messages = warning; CALL lifecycle.install();
  CREATE TABLE lifecycle.any_source PARTITION OF lifecycle.contact_events DEFAULT;
  INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || i, 'p' || i || '@example.org' FROM generate_series(1, 60000) AS i;"
add_events() {
  value "INSERT INTO lifecycle.contact_events (contact_id, event_type, event_timestamp, source_system, source_record_id, payload, event_fingerprint)
    SELECT 'c' || i % 5000, 'form', timestamptz '2025-01-01' + i * interval '1 s', 'source$1', md5(i::text), jsonb_build_object('i', i), md5(i::text)::uuid
    FROM generate_series(1, $2) AS i"
}
add_events 1 20000

plan 19
value "$mirror" 2>/dev/null
is "$(count)" 20000 'a first mirror'
before=$(checksum)
add_events 2 300000

# Half-way: the contacts are written, the events cannot be read because their table is locked.
session_open locker
session_query locker 'BEGIN; LOCK TABLE lifecycle.contact_events IN ACCESS EXCLUSIVE MODE' >/dev/null
session_open runner
session_send runner "$mirror"
session_blocked runner
succeeds 'a run is half-way' test -s "$temporary"
kill -9 "$(session_pid runner)"
session_wait runner >/dev/null 2>&1 || true
wait_until 'SELECT true' 60
is "$(checksum)" "$before" 'kill -9 of the backend half-way leaves the old file'
is "$(count)/$(sound)" 20000/ok '… whole'
succeeds '… and the unfinished one beside it' test -e "$temporary"
session_kill runner
session_kill locker
value "$mirror" 2>/dev/null
is "$(count)/$(sound)" 320000/ok 'the next run replaces both'
fails '… and nothing is left beside it' test -e "$temporary"

# The same for the whole server, while rows stream.
before=$(checksum)
value "$mirror" >/dev/null 2>&1 &
client=$!
while [ ! -s "$temporary" ]; do sleep 0.01; done
own_server kill9
wait "$client" || true
is "$(checksum)" "$before" 'kill -9 of the whole server leaves the old file'
own_server up
is "$(sound)" ok '… whole'
value "$mirror" 2>/dev/null
is "$(count)/$(sound)" 320000/ok 'the run after it works'
fails '… and leaves nothing beside it' test -e "$temporary"

# Told to end while it sorts an index: the backend exits from within.
before=$(checksum)
started=$(value 'SELECT pg_postmaster_start_time()')
session_open runner
session_send runner "$mirror"
wait_until 'SELECT EXISTS (SELECT FROM pg_stat_progress_copy WHERE tuples_processed = 380000)' 60
value "SELECT pg_terminate_backend($(session_pid runner), 10000)" >/dev/null
output=$(session_wait runner 2>&1) || true
like "$output" 'terminating connection due to administrator command' 'a run told to end does so'
is "$(checksum)" "$before" '… and leaves the old file'
fails '… and none beside it' test -e "$temporary"
is "$(value 'SELECT pg_postmaster_start_time()')" "$started" '… and the server as it was'
fails '… no process having crashed' grep -qE 'terminated by signal (6|11)' <(own_server log)
session_kill runner

# A disk without room: the file may not grow beyond a limit that the run exceeds.
before=$(checksum)
session_open limited
value 'VACUUM' && value 'CHECKPOINT' # or the session would have blocks of its own to write
session_query limited "COPY (SELECT) TO PROGRAM 'prlimit --pid \$PPID --fsize=1000000'"
output=$(session_query limited "$mirror")
like "$output" "ERROR:  .*$path" 'a file that cannot grow is an error that names it'
is "$(checksum)" "$before" '… which leaves the old file'
fails '… and none beside it' test -e "$temporary"
