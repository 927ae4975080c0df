#!/usr/bin/env bash
# kill -9 of the whole server while partitions are archived and restored, at many moments: whatever it left, every row is in its table
# or in a complete archive, in one of them, and the next call ends what was begun.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/server.sh"
. "$repo/tests/lib/session.sh"
# fsync off: processes die here, not the machine; every start would sync the whole data directory otherwise.
own_server start shared_buffers=64MB fsync=off
export PGOPTIONS='-c client_min_messages=error'
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
directory=$(mktemp -d /tmp/retention.XXXXXX)
chmod 777 "$directory"
at_exit "rm -r '$directory'"
psql -X -q -v ON_ERROR_STOP=1 -v rows=8000 -v directory="$directory" -f "$repo/tests/lib/retention_fixture.sql" >/dev/null

# What there is, wherever it is: the rows of the table, of detached partitions, and of the archives whose rows are gone from both.
value "CREATE FUNCTION everywhere() RETURNS TABLE (id bigint) LANGUAGE plpgsql AS \$\$
  DECLARE a lifecycle.archives;
  BEGIN
    RETURN QUERY SELECT e.id FROM lifecycle.lifecycle_events e;
    FOR a IN SELECT * FROM lifecycle.archives LOOP
      IF a.status = 'detached' THEN
        RETURN QUERY EXECUTE format('SELECT id FROM %s', a.detached);
      ELSIF a.status = 'dropped' THEN
        RETURN QUERY EXECUTE format('SELECT id FROM (%s) r', lifecycle._archived_rows_query((lifecycle._read_manifest(a.manifest)).path, 'lifecycle.lifecycle_events', a.columns));
      END IF;
    END LOOP;
  END \$\$"
value 'CREATE TABLE original AS SELECT * FROM lifecycle.lifecycle_events'
whole() {
  value "SELECT CASE WHEN (SELECT count(*) FROM everywhere()) = (SELECT count(*) FROM original) AND NOT EXISTS (SELECT id FROM original EXCEPT SELECT id FROM everywhere())
    THEN 'every row once' ELSE (SELECT count(*) FROM everywhere()) || ' rows' END"
}
# That no archive counts whose file is not the one on record, and that nothing lies about that belongs to none.
sound() {
  value "SELECT coalesce(string_agg(a.manifest, ', '), 'sound') FROM lifecycle.archives a CROSS JOIN LATERAL lifecycle._hash_file(a.path) h
    WHERE a.status IN ('dropped', 'detached', 'restored') AND (h.file_hash, h.bytes) IS DISTINCT FROM (a.file_hash, a.bytes)"
}
apply() { value 'CALL lifecycle.apply_retention()'; }
restore() {
  local manifest
  for manifest in $(value "SELECT manifest FROM lifecycle.archives WHERE status = 'dropped'"); do value "CALL lifecycle.restore_archive('$manifest', '0 days')"; done
}
killed=0
# killed_after SECONDS COMMAND: starts it, kills the server then, brings it up again.
killed_after() {
  "$2" >/dev/null 2>&1 &
  local client=$!
  sleep "$1"
  own_server kill9
  wait "$client" 2>/dev/null || true
  own_server up
  killed=$((killed + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
}
share() { awk "BEGIN { print $1 * $2 / 100 }"; }
took() { value "SELECT sum(seconds) FROM lifecycle.pipeline_runs WHERE procedure = '$1' AND run_id > $2"; }
last_run() { value 'SELECT coalesce(max(run_id), 0) FROM lifecycle.pipeline_runs'; }

plan 18
before=$(last_run)
apply
archive_time=$(took apply_retention "$before")
before=$(last_run)
restore
restore_time=$(took restore_archive "$before")
is "$(whole)" 'every row once' "archived in $archive_time s, restored in $restore_time s"
for part in 10 40 65 90; do
  killed_after "$(share "$archive_time" $part)" apply
  is "$(whole)/$(sound)" 'every row once/sound' "archiving killed after $part % of its time"
  apply
  is "$(whole)/$(sound)/$(value "SELECT string_agg(status || ' ' || rows, ', ') FROM lifecycle.archives")" \
    'every row once/sound/dropped 8000, dropped 8000' 'the next run ends it'
  restore
done
for part in 20 50 80; do
  apply
  killed_after "$(share "$restore_time" $part)" restore
  is "$(whole)/$(sound)" 'every row once/sound' "restoring killed after $part % of its time"
  restore
  is "$(whole)/$(value 'SELECT count(*) FROM lifecycle.lifecycle_events')" 'every row once/24000' 'the next call brings all back'
done
ok "$([ "$killed" -ge 3 ] && echo t || echo f)" "kills met calls at work ($killed of 7)"
is "$(value "SELECT count(*) FROM original o FULL JOIN lifecycle.lifecycle_events e USING (id) WHERE (o.event_type, o.user_id, o.event_data, o.created_at)
  IS DISTINCT FROM (e.event_type, e.user_id, e.event_data, e.created_at)")" 0 'after all of it every row is what it was'
is "$(find "$directory" -type f ! -name '*.lifecycle-new' | wc -l)" 4 'and there are two files with their manifests'
