#!/usr/bin/env bash
# Rows on their way to a second server go from the query into batches, two of which are under way at once. Rows that are there twice, break the
# contract or are refused, a role that may have one session alone: each time both sides agree, and what is dead is told once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/second_server.sh
plan 23
value() { psql -X -A -t -q -c 'SET client_min_messages = error' -c "$1"; }
second_server start
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE TABLE runs (run_id uuid, org_id uuid, status text, n bigint, created_at timestamptz);
CREATE PROCEDURE add_runs(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO runs SELECT md5(n::text)::uuid, md5((n % 3)::text)::uuid, 'succeeded', n, timestamptz '2025-07-01 00:00+00' + n * interval '1 minute' FROM generate_series(first, last) n
$$;
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'runs', '{"run_id": "run_id", "org_id": "org_id", "entity_id": "run_id", "entity_type": {"constant": "company"},
  "operation_id": "n", "action_id": {"constant": "a"}, "status": "status", "attempt_count": {"constant": 1}, "started_at": "created_at", "created_at": "created_at"}');
ALTER DATABASE :DBNAME SET lifecycle_ledger.retry_base = 0;
SQL
second_server destination '{"batch_bytes": 30000}'
export_now() { psql -X -q -v VERBOSITY=verbose -c 'SET client_min_messages = error' -c "CALL lifecycle.export('dx_operation_runs_v1')" 2>&1 || true; }
there() { second "SELECT count(*), count(DISTINCT run_id), sum(operation_id::bigint) FROM lifecycle.dx_operation_runs_v1"; }
letters() { value "SELECT count(*) FROM lifecycle.dead_letters WHERE stage = '$1' AND resolved_at IS NULL"; }
remembered() { value "SELECT (SELECT count(*) FROM lifecycle.export_sent) = (SELECT count(DISTINCT s) FROM runs s WHERE status = 'succeeded')"; }
last_run() { value "SELECT rows_in, written, unchanged, dead FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1"; }

value 'CALL add_runs(1, 2000)'
is "$(export_now)" '' 'an export'
is "$(there)" '2000|2000|2001000' 'all rows are there'
is "$(last_run)" '2000|2000|0|0' 'and are accounted for'
is "$(value "SELECT count(*) > 10, bool_and(sequence = place), sum(rows_in), sum(written) FROM (SELECT *, row_number() OVER (ORDER BY sequence) AS place FROM lifecycle.export_batches) b")" 't|t|2000|2000' \
  'in batches, numbered without gaps'
is "$(second 'SELECT count(*), sum(written) FROM lifecycle.received_batches')" "$(value "SELECT count(*), sum(written) FROM lifecycle.export_batches WHERE status = 'delivered'")" 'the same on both sides'
is "$(value "SELECT bool_and(earliest <= latest AND delivered_at <= clock_timestamp()), min(earliest) = '2025-07-01 00:01+00', max(latest) = '2025-07-02 09:20+00' FROM lifecycle.export_batches")" 't|t|t' \
  'with the times of their rows'
is "$(remembered)" t 'what was sent is remembered'
value 'ANALYZE lifecycle.export_sent' >/dev/null
is "$(export_now; last_run)" '0|0|0|0' 'nothing is sent again'

# Rows that break the contract, one that is there twice, one that means another under the same key.
value "CALL add_runs(2001, 2500); UPDATE runs SET status = 'nonsense' WHERE n = 2100; INSERT INTO runs SELECT * FROM runs WHERE n = 2001;
  INSERT INTO runs SELECT run_id, org_id, status, 7000, created_at FROM runs WHERE n = 2"
export_now >/dev/null
is "$(there)" '2499|2499|3124150' 'what keeps the contract is there, once'
is "$(letters export) $(letters apply)" '1 1' 'the others are dead letters, here and'
is "$(second "SELECT string_agg(code, ',') FROM lifecycle.dead_letters")" content_differs 'there'
value "UPDATE runs SET status = 'succeeded' WHERE n = 2100"
is "$(export_now; letters export)" 0 'mended: the letter is resolved by the row that is sent'
is "$(there)" '2500|2500|3126250' 'and the row is there'

# A row that the other side refuses by an error is found, in rows that are staged then; what had arrived is there already.
second_unguarded 'CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.operation_id = '"'3333'"' THEN RAISE EXCEPTION '"'no'"'; END IF; RETURN NEW; END $$' \
  'CREATE TRIGGER refuse BEFORE INSERT ON lifecycle.dx_operation_runs_v1 FOR EACH ROW EXECUTE FUNCTION refuse()'
value 'CALL add_runs(3001, 4000)'
is "$(export_now)" '' 'a row that is refused keeps nobody back'
is "$(there)" '3499|3499|6623417' 'the others are there'
is "$(value "SELECT code, body::jsonb ->> 'operation_id' FROM lifecycle.dead_letters WHERE stage = 'apply' AND sqlstate = 'P0001' AND resolved_at IS NULL")" 'write.P0001|3333' 'it is a dead letter'
is "$(last_run | cut -d'|' -f4)" 1 'counted as one'
second_unguarded 'DROP TRIGGER refuse ON lifecycle.dx_operation_runs_v1'

# One session alone.
second 'CREATE ROLE alone LOGIN CONNECTION LIMIT 1' 'GRANT postgres TO alone' >/dev/null
value "ALTER USER MAPPING FOR CURRENT_USER SERVER hq OPTIONS (SET user 'alone')"
value 'CALL add_runs(5001, 6000)'
is "$(export_now)" '' 'a role that may have one session alone delivers, too'
is "$(there)" '4499|4499|12123917' 'all rows are there'
is "$(export_now; last_run)" '0|0|0|0' 'nothing is left'

# The first time, and a row that the source has twice: what remembers the rows as they are sent has each once.
value 'DELETE FROM lifecycle.export_positions'
is "$(export_now; last_run | cut -d'|' -f1,4)" '4502|1' 'all rows are sent anew'
is "$(there)" '4500|4500|12127250' 'the one that is not refused any more arrives'
is "$(remembered)" t 'each is remembered once'
