#!/usr/bin/env bash
# A server that went down between the two halves of the split of an index page: the new page has no entry in the page above it until somebody inserts
# there. What reads pages of indexes by itself finds all the same, and comes to an end.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/server.sh"
. "$repo/tests/lib/session.sh"
waldump=$("${PG_CONFIG:-pg_config}" --bindir)/pg_waldump
[ -x "$waldump" ] && [ -e "$("${PG_CONFIG:-pg_config}" --sharedir)/extension/pageinspect.control" ] || skip_all 'needs pg_waldump and pageinspect'
own_server start shared_buffers=32MB autovacuum=off
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "SET statement_timeout = ${2:-20000}; SET client_min_messages = error" -c "$1"; }
value 'CREATE EXTENSION lifecycle_ledger; CREATE EXTENSION pageinspect'
value "CREATE TABLE parts (source_record_id text COLLATE \"C\" PRIMARY KEY, source_system text DEFAULT 's', event_fingerprint uuid, contact_id text,
    contact_email text, record_version bigint DEFAULT 1);
  CREATE TABLE fewer (LIKE parts INCLUDING ALL);
  CREATE TABLE coming (LIKE parts INCLUDING DEFAULTS);
  INSERT INTO parts (source_record_id) SELECT to_char(i, 'FM00000') FROM generate_series(2, 40000, 4) i;
  INSERT INTO fewer (source_record_id) SELECT to_char(i, 'FM00000') FROM generate_series(2, 40000, 8) i"
value CHECKPOINT

plan 6
data=$(value 'SHOW data_directory')
cp -a "$data" "$data.base"
before=$(value 'SELECT pg_current_wal_insert_lsn()')
# A few pages in the middle fill up; the second split is torn.
value "INSERT INTO parts (source_record_id) SELECT to_char(i, 'FM00000') FROM generate_series(20001, 21600) i ON CONFLICT DO NOTHING"
after=$(value 'SELECT pg_current_wal_insert_lsn()')
segment_bytes=$(value "SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'")
own_server kill9
records=$("$waldump" -p "$data/pg_wal" -s "$before" -e "$after" | sed -n 's/.*lsn: \([0-9A-F/]*\), .*desc: \([A-Z_]*\) .*/\1 \2/p')
end=$(awk '$2 ~ /^SPLIT_[LR]$/ { splits++ } seen { print $1; exit } splits == 2 { seen = 1 }' <<<"$records")
succeeds 'a page was split' test -n "$end"
position=$((16#${end#*/}))
segment=$(printf '00000001%08X%08X' $((16#${end%/*})) $((position / segment_bytes)))
rm -rf "$data.base/pg_wal" "$data.base/postmaster.pid"
mv "$data/pg_wal" "$data.base/pg_wal"
rm -rf "$data"
mv "$data.base" "$data"
# What the log says after it was never written.
truncate -s $((position % segment_bytes)) "$data/pg_wal/$segment"
truncate -s "$segment_bytes" "$data/pg_wal/$segment"
own_server up
is "$(value "SELECT count(*) FROM generate_series(1, pg_relation_size('parts_pkey') / 8192 - 1) b, bt_page_stats('parts_pkey', b::integer) p WHERE p.btpo_flags & 128 > 0")" 1 \
  'a page is half split'

# Every key, one at a time and all at once.
is "$(value "DO \$\$ DECLARE id text; n record; BEGIN
    FOR id IN SELECT source_record_id FROM parts WHERE source_record_id BETWEEN '19900' AND '21900' LOOP
      DELETE FROM coming;
      INSERT INTO coming (source_record_id) VALUES (id);
      SELECT * INTO n FROM lifecycle.versioned_upsert('parts', 'coming');
      ASSERT n.stale = 1, format('%s: %s', id, n);
    END LOOP;
  END \$\$; SELECT 'all'")" all 'an upsert finds every key'
value 'DELETE FROM coming; INSERT INTO coming SELECT * FROM parts'
is "$(value "SELECT stale = (SELECT count(*) FROM parts) FROM lifecycle.versioned_upsert('parts', 'coming')")" t '... and all of them'
is "$(value "SELECT count(*) FROM parts p, lifecycle._ledger_row('parts', 's', p.source_record_id, NULL, NULL, NULL) f WHERE f.place IS DISTINCT FROM p.ctid")" 0 \
  'so does a sync'
is "$(value "SELECT lifecycle._count_gone('parts', 'fewer') = (SELECT count(*) FROM parts WHERE source_record_id NOT IN (SELECT source_record_id FROM fewer))")" t \
  'and a rebuild counts what goes'
