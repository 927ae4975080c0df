#!/usr/bin/env bash
# Events, their keys and the guard through dump and restore: whole, and the data alone in either order of the tables.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
cd "$repo"
plan 21
sql() { psql -X -A -t -q -v ON_ERROR_STOP=1 "$@" 2>&1; }
restored=${PGDATABASE}_restored
at_exit "psql -X -q -d '$PGDATABASE' -c 'DROP DATABASE IF EXISTS ${restored} WITH (FORCE)' >/dev/null 2>&1"
dump=$(mktemp -d)
at_exit "rm -rf '$dump'"
fresh() {
  must sql -c 'SET client_min_messages = error' -c "DROP DATABASE IF EXISTS $restored WITH (FORCE)"
  must sql -c "CREATE DATABASE $restored TEMPLATE template0 ENCODING 'UTF8'"
}
must sql -f tests/lib/ingest_fixture.sql
must sql -c 'SET client_min_messages = error' \
  -c "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n, jsonb_build_object('event_time', (timestamp '2024-06-01' + n * interval '1 day') || 'Z')) FROM generate_series(1, 500) n" \
  -c "INSERT INTO lifecycle.event_inbox (line) VALUES ('broken')" -c 'CALL lifecycle.ingest_events()' -c "INSERT INTO lifecycle.event_inbox (line) VALUES ('waiting')"
digest() {
  sql -d "$1" -c "SELECT count(*) || md5(string_agg(concat_ws('|', event_id, event_name, event_time, user_id, properties, received_at), '' ORDER BY event_id)) FROM lifecycle.events
    UNION ALL SELECT count(*) || md5(string_agg(k::text, '' ORDER BY event_id)) FROM lifecycle.event_keys k"
}
before=$(digest "$PGDATABASE")
like "$before" '^500' 'there are events'

# Whole.
for format in custom plain; do
  fresh
  succeeds "pg_dump ($format)" pg_dump -F "$format" -f "$dump/$format" "$PGDATABASE"
  if [ "$format" = custom ]; then
    succeeds 'pg_restore, in parallel, stopping at any error' pg_restore --exit-on-error -j 2 -d "$restored" "$dump/custom"
  else
    succeeds 'psql, stopping at any error' psql -X -q -v ON_ERROR_STOP=1 -d "$restored" -f "$dump/plain"
  fi
  is "$(digest "$restored")" "$before" "events and keys are the same ($format)"
  is "$(sql -d "$restored" -c 'SELECT count(*) FROM lifecycle.dead_letters' -c 'SELECT count(*) FROM lifecycle.event_inbox')" $'1\n1' "… dead letters and inbox, too ($format)"
done
like "$(sql -d "$restored" -c 'TRUNCATE lifecycle.events' || true)" 'is append-only' 'the guard came along'
like "$(sql -d "$restored" -c "TRUNCATE $(sql -d "$restored" -c "SELECT lifecycle._partition_of('lifecycle.events', '2024-06-15')")" || true)" 'is append-only' '… on partitions'
must sql -d "$restored" -c 'CREATE TABLE lifecycle.events_p2001_01 PARTITION OF lifecycle.events FOR VALUES FROM ($$2001-01-01Z$$) TO ($$2001-02-01Z$$)'
like "$(sql -d "$restored" -c 'TRUNCATE lifecycle.events_p2001_01' || true)" 'is append-only' '… and on those to come'
must sql -d "$restored" -c 'SET client_min_messages = error' -c 'CALL lifecycle.install()' -c 'CALL lifecycle.maintain_partitions()' \
  -c 'INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n) FROM generate_series(501, 510) n' -c 'CALL lifecycle.ingest_events()'
is "$(sql -d "$restored" -c 'SELECT last_run()')" 'succeeded: 11 in = 10 written + 0 repeats + 1 dead' 'upkeep and ingestion go on'
like "$(sql -d "$restored" -c "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) SELECT event_id, event_name, event_time + interval '1 day', user_id, properties FROM lifecycle.events LIMIT 1" || true)" \
  'was used before' '… and used ids are known'

# The data alone, into installed tables: in both orders, through the triggers.
tables=(-t 'lifecycle.events*' -t lifecycle.event_keys)
for order in events_first keys_first; do
  fresh
  must sql -d "$restored" -c 'SET client_min_messages = error' -c 'CREATE EXTENSION lifecycle_ledger' -c 'CALL lifecycle.install()' \
    -c "SELECT lifecycle._ensure_partition('lifecycle.events', m) FROM generate_series(timestamptz '2024-06-01', '2025-12-01', '1 month') m"
  must pg_dump -a -t 'lifecycle.events_p*' -f "$dump/events" "$PGDATABASE"
  must pg_dump -a -t lifecycle.event_keys -f "$dump/keys" "$PGDATABASE"
  files=(-f "$dump/events" -f "$dump/keys")
  [ $order = events_first ] || files=(-f "$dump/keys" -f "$dump/events")
  succeeds "the data alone ($order)" psql -X -q -v ON_ERROR_STOP=1 -d "$restored" "${files[@]}"
  is "$(digest "$restored")" "$before" "… restore to the same ($order)"
done
# Again over what is there: refused, and nothing doubled.
like "$(sql -d "$restored" -f "$dump/events" || true)" 'duplicate key' 'the same events again are refused'
# With the triggers disabled, as --disable-triggers does: the guard alone stays.
fresh
must sql -d "$restored" -c 'SET client_min_messages = error' -c 'CREATE EXTENSION lifecycle_ledger' -c 'CALL lifecycle.install()' \
  -c "SELECT lifecycle._ensure_partition('lifecycle.events', m) FROM generate_series(timestamptz '2024-06-01', '2025-12-01', '1 month') m"
must pg_dump -a --disable-triggers "${tables[@]}" -f "$dump/data" "$PGDATABASE"
succeeds 'the data alone, triggers disabled' psql -X -q -v ON_ERROR_STOP=1 -d "$restored" -f "$dump/data"
is "$(digest "$restored")" "$before" '… restore to the same'
