#!/usr/bin/env bash
# Two sessions that apply overlapping batches to a warehouse, each in an order of its own: neither deadlocks, nothing is lost or doubled,
# and nobody takes the other's row for a conflict.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 16
value() { psql -X -A -t -q -c "$1"; }
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_warehouse();
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE TABLE runs AS SELECT * FROM lifecycle.dx_operation_runs_v1;
INSERT INTO runs SELECT 'v1', id(n), NULL, NULL, 'op', 'act', 'company', id(n), id(n % 3), NULL, NULL, 'succeeded', 1, t, t, 1, n, NULL, NULL, t
  FROM generate_series(1, 300) n, LATERAL (SELECT timestamptz '2025-07-01 00:00+00' + n * interval '1 hour' AS t) t;
CREATE TABLE backwards AS SELECT * FROM runs ORDER BY cost_usd DESC;
CREATE VIEW backwards_view AS SELECT * FROM backwards;
CREATE TABLE companies AS SELECT * FROM lifecycle.dx_company_entities_v1;
INSERT INTO companies SELECT 'v1', id(n % 3), id(9), id(n), 'version ' || v, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, v, now(), NULL
  FROM generate_series(1, 200) n, generate_series(1, 4) v;
CREATE TABLE first_half AS SELECT * FROM companies WHERE record_version IN (1, 3) ORDER BY entity_id;
CREATE TABLE second_half AS SELECT * FROM companies WHERE record_version IN (2, 4) ORDER BY entity_id DESC;
SQL
for name in first second third fourth; do session_open "$name"; done
for name in first second third fourth; do session_query "$name" "SET timezone = 'UTC'" >/dev/null; done
counts="SELECT concat_ws(' ', written, unchanged, dead) FROM lifecycle._apply_rows"

# The same rows at once: one writes them, the other waits and finds them.
session_query first "BEGIN; $counts('dx_operation_runs_v1', 'runs')" >/dev/null
session_send second "$counts('dx_operation_runs_v1', 'backwards')"
succeeds 'runs: the second waits for the first' session_blocked second
session_query first COMMIT >/dev/null
is "$(session_wait second)" '0 300 0' 'runs: and finds every row there'
is "$(value "SELECT (SELECT count(*) FROM lifecycle.dx_operation_runs_v1) || ' ' || (SELECT count(*) FROM lifecycle.dx_operation_runs_v1_keys) || ' ' || (SELECT count(*) FROM lifecycle.dead_letters)")" \
  '300 300 0' 'runs: each once, no dead letter'

# The first gives up: the second writes what it waited for.
value 'UPDATE runs SET run_id = id(1000 + cost_usd::bigint); UPDATE backwards SET run_id = id(1000 + cost_usd::bigint)' >/dev/null
session_query first "BEGIN; $counts('dx_operation_runs_v1', 'runs')" >/dev/null
session_send second "$counts('dx_operation_runs_v1', 'backwards_view')"
succeeds 'rolled back: the second waits' session_blocked second
session_query first ROLLBACK >/dev/null
is "$(session_wait second)" '300 0 0' 'rolled back: and writes all'

# Versions: each session has other versions of the same entities.
session_query first "BEGIN; $counts('dx_company_entities_v1', 'first_half')" >/dev/null
session_send second "$counts('dx_company_entities_v1', 'second_half')"
succeeds 'versions: the second waits' session_blocked second
session_query first COMMIT >/dev/null
is "$(session_wait second)" '200 200 0' 'versions: and brings the higher'
is "$(value "SELECT min(record_version) || ' ' || max(record_version) || ' ' || count(*) FROM lifecycle.dx_company_entities_v1")" '4 4 200' 'versions: the highest of each'
is "$(value 'SELECT count(*) FROM lifecycle.dx_entity_snapshots_v1')" 800 'versions: all of them are kept, once'

# Four sessions at once, random parts of one set, in random order.
psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE TABLE all_runs AS SELECT r.* FROM runs r WHERE false;
INSERT INTO all_runs SELECT 'v1', id(5000 + n), NULL, NULL, 'op', 'act', 'company', id(n), id(n % 3), NULL, NULL, 'succeeded', 1, t, t, 1, n, NULL, NULL, t
  FROM generate_series(1, 3000) n, LATERAL (SELECT timestamptz '2025-08-01 00:00+00' + n * interval '7 minutes' AS t) t;
CREATE TABLE all_companies AS SELECT c.* FROM companies c WHERE false;
INSERT INTO all_companies SELECT 'v1', id(n % 3), id(9), id(5000 + n), 'version ' || v, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, v, now(), NULL
  FROM generate_series(1, 300) n, generate_series(1, 10) v;
CREATE PROCEDURE apply(rounds integer) LANGUAGE plpgsql AS $$
BEGIN
  CREATE TEMP TABLE some_runs (LIKE all_runs);
  CREATE TEMP TABLE some_companies (LIKE all_companies);
  FOR round IN 1 .. rounds LOOP
    TRUNCATE some_runs, some_companies;
    INSERT INTO some_runs SELECT * FROM all_runs WHERE random() < 0.3 ORDER BY random();
    INSERT INTO some_companies SELECT * FROM all_companies WHERE random() < 0.3 ORDER BY random();
    PERFORM lifecycle._apply_rows('dx_operation_runs_v1', 'some_runs');
    COMMIT;
    PERFORM lifecycle._apply_rows('dx_company_entities_v1', 'some_companies');
    COMMIT;
  END LOOP;
END $$;
SQL
for name in first second third fourth; do session_send "$name" 'CALL apply(15)'; done
trouble=
for name in first second third fourth; do trouble+=$(session_wait "$name" 120); done
is "$trouble" '' 'four at once: no deadlock'
is "$(value 'SELECT count(*) FROM lifecycle.dead_letters')" 0 'four at once: nobody takes a repeat for a conflict'
value 'CALL apply(40)' >/dev/null
is "$(value 'SELECT count(*) FROM all_runs a FULL JOIN (SELECT * FROM lifecycle.dx_operation_runs_v1 WHERE created_at >= '"'2025-08-01 00:00+00'"') t USING (run_id) WHERE a.cost_usd IS DISTINCT FROM t.cost_usd')" 0 \
  'four at once: every run is there, once'
is "$(value 'SELECT count(*) FROM lifecycle.dx_company_entities_v1 WHERE record_version = 10')" 300 'four at once: every entity has its highest version'
is "$(value 'SELECT count(*) FROM lifecycle.dx_entity_snapshots_v1')" 3800 'four at once: every version is kept, once'

# A day that both are the first to need.
value "UPDATE runs SET run_id = id(20000 + cost_usd::bigint), created_at = '2030-01-01 00:00+00', started_at = '2030-01-01 00:00+00'; DELETE FROM backwards; INSERT INTO backwards SELECT * FROM runs ORDER BY cost_usd DESC" >/dev/null
session_query first "BEGIN; $counts('dx_operation_runs_v1', 'runs')" >/dev/null
session_send second "$counts('dx_operation_runs_v1', 'backwards')"
succeeds 'a partition that both need: the second waits' session_blocked second
session_query first COMMIT >/dev/null
is "$(session_wait second)" '0 300 0' 'a partition that both need: it is there then'
