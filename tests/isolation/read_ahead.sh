#!/usr/bin/env bash
# A ledger far larger than the server's buffers: before a sync looks its rows up, their pages are asked for together. The ledger is the
# same as without; nothing is asked for that is at hand, of a small table, or where the server shall not read ahead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/server.sh
plan 15
own_server start fsync=off shared_buffers=2MB
value() { psql -X -A -t -q -c "$1"; }
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION lifecycle_ledger;
CALL lifecycle.install();
CREATE TABLE contacts (id text PRIMARY KEY, email text);
INSERT INTO contacts SELECT n::text, n || '@example.com' FROM generate_series(1, 50) n;
SELECT lifecycle.use_contacts('contacts', 'id', 'email');
CREATE TABLE calls (id bigint PRIMARY KEY, email text, at timestamptz, note text, changed timestamptz);
INSERT INTO calls SELECT n, n % 50 + 1 || '@example.com', timestamptz '2025-01-01 00:00+00' + n * interval '1 minute', repeat('x', 300) || n, now() - interval '1 day'
  FROM generate_series(1, 20000) n;
CREATE INDEX ON calls (changed);
SELECT lifecycle.register_source('calls', 'calls', '{"contact_email": "email", "event_type": {"constant": "message"}, "event_timestamp": "at",
  "source_record_id": "id", "payload": ["note"], "change_column": "changed"}');
CALL lifecycle.rebuild_contact_events();
UPDATE calls SET note = 'changed ' || id, changed = now() WHERE id % 40 = 0;
SQL
ledger=$(value "SELECT format('lifecycle.%I', partition_name) FROM lifecycle.sources")
ahead() { value "SELECT lifecycle._read_ahead('$ledger', '$1')"; }
refused() { PGOPTIONS='-c client_min_messages=error' psql -X -q -v VERBOSITY=sqlstate -c "$1" 2>&1 >/dev/null | sed 's/^ERROR: *//'; }

succeeds 'the ledger does not fit into the buffers' test "$(value "SELECT pg_relation_size('$ledger') / 1048576")" -gt 4
value "SELECT count(*) FROM calls" >/dev/null # which takes the buffers
asked=$(ahead 'SELECT id::text FROM calls WHERE id % 40 = 0')
succeeds "pages are asked for ($asked)" test "$asked" -gt 300
value "SELECT count(note) FROM calls; SELECT payload FROM lifecycle.contact_events WHERE source_record_id = '77'" >/dev/null
is "$(ahead "SELECT ''77''")" 0 'not those at hand'
is "$(ahead "SELECT ''no such row''")" 0 'a key that is not there has no page'
is "$(ahead 'SELECT NULL::text FROM calls')" 0 'nor has null'
is "$(ahead 'SELECT id::text FROM calls WHERE false')" 0 'no keys, no pages'
is "$(PGOPTIONS='-c effective_io_concurrency=0' ahead 'SELECT id::text FROM calls WHERE id % 40 = 1')" 0 'nothing where the server shall not read ahead'
is "$(value "SELECT lifecycle._read_ahead('contacts', 'SELECT id FROM contacts')")" 0 'nothing of a small table'
is "$(value "SELECT lifecycle._read_ahead('calls', 'SELECT id::text FROM calls')")" 0 'nor of one whose key is no text'
is "$(value "SELECT lifecycle._read_ahead('lifecycle.contact_events', 'SELECT id::text FROM calls')")" 0 'nor of one without rows of its own'
is "$(refused "SELECT lifecycle._read_ahead('$ledger', 'SELECT id FROM calls')")" 42804 'keys are texts'
is "$(refused "SELECT lifecycle._read_ahead('$ledger', 'DELETE FROM calls')")" 42601 'of a SELECT'
value 'CREATE ROLE reader; GRANT USAGE ON SCHEMA lifecycle TO reader' >/dev/null
is "$(refused "SET ROLE reader; SELECT lifecycle._read_ahead('$ledger', 'SELECT NULL::text')")" 42501 'for those who may read the table'

PGOPTIONS='-c client_min_messages=error' psql -X -q -c 'CALL lifecycle.sync_contact_events()'
is "$(value "SELECT written || ' of ' || rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1")" '500 of 500' 'a sync writes what changed'
is "$(value "SELECT count(*) FROM calls c JOIN lifecycle.contact_events e ON e.source_record_id = c.id::text WHERE e.payload = jsonb_build_object('note', c.note)")" 20000 'and every row is as its source'
