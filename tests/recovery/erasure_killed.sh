#!/usr/bin/env bash
# kill -9 of the whole server while people are erased, at many moments: the tables have all of somebody or nothing, archives and mirror
# are whole, the list knows them before anything is gone, and the next call ends it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/server.sh"
. "$repo/tests/lib/session.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
# fsync off: processes die here, not the machine; every start would sync the whole data directory otherwise.
own_server start shared_buffers=64MB fsync=off
export PGOPTIONS='-c client_min_messages=error'
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
directory=$(mktemp -d /tmp/erasure.XXXXXX)
chmod 777 "$directory"
at_exit "rm -r '$directory'"
mirror=$directory/mirror.sqlite
psql -X -q -v ON_ERROR_STOP=1 -v rows=1000 -v directory="$directory" -f "$repo/tests/lib/retention_fixture.sql" >/dev/null
value "CREATE TABLE lifecycle.any_source PARTITION OF lifecycle.contact_events DEFAULT;
  INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || i, 'u' || i || '@x.org' FROM generate_series(1, 100) i;
  INSERT INTO lifecycle.contact_events (contact_id, event_type, event_timestamp, source_system, source_record_id, payload, event_fingerprint)
    SELECT 'c' || 1 + i % 100, 'form', now(), 'forms', i, jsonb_build_object('i', i), md5(i::text)::uuid FROM generate_series(1, 4000) i;
  INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
    SELECT md5(i::text)::uuid, 'page_viewed', now(), 'u' || 1 + i % 100 || '@x.org', jsonb_build_object('i', i) FROM generate_series(1, 4000) i"
value 'CALL lifecycle.apply_retention()'
value "CALL lifecycle.mirror_sqlite('$mirror')"

erase() { value "CALL lifecycle.erase_user(md5('u$person')::uuid)"; }
in_tables() {
  value "SELECT (SELECT count(*) FROM lifecycle.events WHERE user_id = 'u$person@x.org') + (SELECT count(*) FROM lifecycle.contact_events WHERE contact_id = 'c$person')
    + (SELECT count(*) FROM lifecycle.lifecycle_events WHERE user_id = md5('u$person')::uuid AND event_data <> '{}')
    + (SELECT count(*) FROM lifecycle.contacts WHERE contact_id = 'c$person') + (SELECT count(*) FROM lifecycle.users WHERE email = 'u$person@x.org')"
}
value "CREATE FUNCTION archived() RETURNS TABLE (user_id uuid, event_data jsonb) LANGUAGE plpgsql AS \$\$
  DECLARE a lifecycle.archives;
  BEGIN
    FOR a IN SELECT * FROM lifecycle.archives LOOP
      RETURN QUERY EXECUTE format('SELECT user_id, event_data FROM (%s) r', lifecycle._archived_rows_query((lifecycle._read_manifest(a.manifest)).path, 'lifecycle.lifecycle_events', a.columns));
    END LOOP;
  END \$\$"
in_archives() { value "SELECT count(*) FROM archived() WHERE user_id = md5('u$person')::uuid AND event_data <> '{}'"; }
in_mirror() { sqlite3 -readonly "$mirror" "SELECT count(*) FROM contact_events WHERE contact_id = 'c$person'"; }
others() {
  value "SELECT concat_ws(' ', (SELECT count(*) FROM lifecycle.events WHERE user_id LIKE 'u%@x.org'), (SELECT count(*) FROM lifecycle.contact_events),
    (SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_data <> '{}'), (SELECT count(*) FROM archived()), (SELECT count(*) FROM archived() WHERE event_data <> '{}'))"
}
sound() {
  value "SELECT coalesce(string_agg(a.manifest, ', '), 'sound') FROM lifecycle.archives a CROSS JOIN LATERAL lifecycle._hash_file(a.path) h
    WHERE (h.file_hash, h.bytes) IS DISTINCT FROM (a.file_hash, a.bytes)"
  sqlite3 -readonly "$mirror" 'PRAGMA integrity_check'
}
killed=0
killed_after() {
  erase >/dev/null 2>&1 &
  local client=$!
  sleep "$1"
  own_server kill9
  wait "$client" 2>/dev/null || true
  own_server up
  killed=$((killed + $(value "SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'running'")))
}

plan 17
person=1
everything=$(in_tables)
is "$everything/$(in_archives)/$(in_mirror)" '92/20/40' 'somebody is in many places'
erase
took=$(value "SELECT seconds FROM lifecycle.pipeline_runs WHERE procedure = 'erase_user'")
is "$(in_tables)/$(in_archives)/$(in_mirror)" '0/0/0' "and nowhere after $took s"
is "$(others)" '3960 3960 990 2000 1980' 'nobody else lost anything'
for part in 10 35 60 85; do
  person=$((person + 1))
  killed_after "$(awk "BEGIN { print $took * $part / 100 }")"
  left=$(in_tables)
  like "$left $(value "SELECT count(*) > 0 FROM lifecycle.suppressions WHERE hash = lifecycle._keyed_hash('email', 'u$person@x.org')")" "^($everything [tf]|0 t)\$" \
    "killed after $part % of its time: all or nothing is in the tables"
  is "$(sound)" $'sound\nok' '... and the files are whole'
  erase
  is "$(in_tables)/$(in_archives)/$(in_mirror)/$(value 'SELECT count(*) FROM lifecycle.erasures WHERE finished_at IS NULL')" '0/0/0/0' '... and the next call ends it'
done
ok "$([ "$killed" -ge 2 ] && echo t || echo f)" "kills met calls at work ($killed of 4)"
is "$(others)" '3800 3800 950 2000 1900' 'nobody else lost anything by all of it'
