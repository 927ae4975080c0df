#!/usr/bin/env bash
# kill -9 of the whole server while the history is exported, at many moments: the manifest always names files that are whole, one for
# each organization, and the next call leaves nothing else in the directory.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/server.sh"
. "$repo/tests/lib/session.sh"
# fsync off: processes die here, not the machine; every start would sync the whole data directory otherwise.
own_server start shared_buffers=64MB fsync=off
export PGOPTIONS='-c client_min_messages=error'
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
directory=$(mktemp -d /tmp/history.XXXXXX)
chmod 777 "$directory"
at_exit "rm -r '$directory'"
value 'CREATE EXTENSION lifecycle_ledger'
value "CALL lifecycle.install()"
value 'CALL lifecycle.install_operational_tables()'
value "INSERT INTO lifecycle.insight (id, type, data_ref, organization_id, created_at, details) SELECT n, (ARRAY['qbr', 'renewal'])[1 + n % 2], n % 500, 1 + n % 6,
    timestamptz '2024-01-01 00:00+00' + n * interval '1 minute', jsonb_build_object('context', repeat(md5(n::text), 5)) FROM generate_series(1, 60000) n"
export_all() { value "CALL lifecycle.export_history('$directory')"; }
# What the manifest names, held against the disk and against the source: one whole file for each organization.
sound() {
  value "WITH manifest AS (SELECT string_agg(l, E'\n')::jsonb AS document FROM lifecycle._read_file('$directory/lifecycle_event_history/manifest.json') l),
      files AS (SELECT f FROM manifest, jsonb_array_elements(document -> 'files') f)
    SELECT coalesce(string_agg(f ->> 'file', ', '), 'sound') FROM files, lifecycle._hash_file('$directory/lifecycle_event_history/' || (f ->> 'file')) h
    WHERE (f ->> 'file_hash', (f ->> 'bytes')::bigint) IS DISTINCT FROM ('xxh3-128:' || h.file_hash, h.bytes)
      OR (f ->> 'rows')::bigint <> 10000 OR (f ->> 'organization_id')::integer NOT BETWEEN 1 AND 6
      OR (SELECT count(DISTINCT f ->> 'organization_id') FROM files) <> 6"
}
# Nothing lies about that the manifest does not name.
clean() {
  value "SELECT coalesce(string_agg(f, ', '), 'clean') FROM pg_ls_dir('$directory/lifecycle_event_history') f WHERE f <> 'manifest.json'
    AND f NOT IN (SELECT x ->> 'file' FROM (SELECT string_agg(l, E'\n')::jsonb AS document FROM lifecycle._read_file('$directory/lifecycle_event_history/manifest.json') l) m, jsonb_array_elements(document -> 'files') x)"
}
# Each event once, in the files of the latest extraction of its organization.
events() {
  value "SELECT count(*) || ' ' || count(DISTINCT l::json ->> 'event_id') FROM lifecycle.history_files h, lifecycle._read_file(h.directory || '/lifecycle_event_history/' || h.file) l WHERE h.written_at IS NOT NULL AND h.superseded_at IS NULL"
}

plan 8
export_all
is "$(sound)/$(clean)" sound/clean 'a first export'
seconds=$(value 'SELECT seconds FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1')
killed=0 unsound='' inconsistent=''
for share in 25 55 75 95; do
  export_all >/dev/null 2>&1 &
  client=$!
  sleep "$(awk "BEGIN { print $seconds * $share / 100 }")"
  own_server kill9
  wait "$client" 2>/dev/null || true
  own_server up
  killed=$((killed + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
  [ "$(sound)" = sound ] || unsound+="$share %: $(sound); "
  [ "$(events)" = '60000 60000' ] || inconsistent+="$share %: $(events); "
  # Some of the next runs are killed too; the others have to put right what all before them left.
  case $share in 55) export_all ;; esac
done
is "$unsound" '' 'killed at any moment, the manifest names whole files of every organization'
is "$inconsistent" '' '... and so do the records of files'
ok "$(value "SELECT $killed >= 2")" "$killed of 4 were killed while it ran"
export_all
is "$(sound)/$(clean)" sound/clean 'the next run leaves the files that the manifest names, and nothing else'
is "$(value 'SELECT count(DISTINCT extracted_at) FROM lifecycle.history_files')" 1 '... of one extraction'
is "$(value "SELECT count(*) = max(sequence) FROM lifecycle.export_batches")" t 'batches are numbered without gaps'

# A disk without room: the file may not grow beyond a limit that one organization's exceeds.
session_open limited
value 'CHECKPOINT' >/dev/null # or the session would have blocks of its own to write
before=$(clean; sound; md5sum <"$directory/lifecycle_event_history/manifest.json")
value "UPDATE lifecycle.insight SET details = jsonb_build_object('context', repeat('x', 2000)) WHERE organization_id = 1"
value 'CHECKPOINT' >/dev/null
session_query limited "SET temp_buffers = '1GB'; SET work_mem = '1GB'" >/dev/null
session_query limited "COPY (SELECT) TO PROGRAM 'prlimit --pid \$PPID --fsize=17000000'" >/dev/null
output=$(session_query limited "CALL lifecycle.export_history('$directory')" || true)
like "$output/$(clean; sound; md5sum <"$directory/lifecycle_event_history/manifest.json")" "export_history failed: organization 1: could not write .*/.*$(head -n 1 <<<"$before")" 'a file that cannot grow is an error that leaves the others'
