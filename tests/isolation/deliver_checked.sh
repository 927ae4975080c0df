#!/usr/bin/env bash
# Rows that are judged on their way to a second server are held against the contract by other means than those in SQL: both must agree on every
# value, whatever remembers what was sent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/second_server.sh
plan 29
value() { psql -X -A -t -q -c 'SET client_min_messages = error' -c "$1"; }
second_server start
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE TABLE runs (id text, org uuid, operation text, action varchar(20), kind text, entity text, state text, attempt text, began timestamp, ended timestamptz, took numeric, tries bigint,
  cost double precision, written timestamptz);
CREATE FUNCTION odd(n bigint, changed jsonb) RETURNS runs LANGUAGE sql AS $$
  SELECT jsonb_populate_record(ROW(md5(n::text)::uuid::text, md5('100')::uuid, 'company.enrich.profile', 'act', 'company', md5('200')::uuid::text, 'found', '1', '2025-07-01 12:00', '2025-07-01 13:00+00',
    1500, 2, 0.25, '2025-07-01 12:00:02+02')::runs, changed)
$$;
CREATE PROCEDURE add_rows() LANGUAGE sql AS $$
  INSERT INTO runs SELECT (odd(n, c::jsonb)).* FROM unnest(ARRAY['{"id": null}', '{"id": "run_abc"}', '{"id": ""}', '{"org": null}', '{"kind": "job"}', '{"kind": ""}', '{"state": "exploded"}', '{"state": ""}',
    '{"state": "  "}', '{"attempt": "many"}', '{"attempt": "3000000000"}', '{"attempt": " 7"}', '{"began": "infinity"}', '{"began": "-infinity"}', '{"began": null}', '{"ended": "infinity"}', '{"ended": null}',
    '{"took": 1.5}', '{"took": 1e30}', '{"took": null}', '{"tries": 2147483648}', '{"cost": "NaN"}', '{"cost": "Infinity"}', '{"cost": 1e300}', '{"cost": null}', '{"cost": 0.1}', '{"written": "20000-01-01"}',
    '{"written": "0001-01-01 BC"}', '{"entity": "  "}', '{"action": ""}', '{"action": "\u00e4\u00f6\u00fc \"\\"}',
    '{"operation": ""}', '{"operation": "line\nbreak, comma, \\N and \u001f"}', '{"operation": "\ud83d\ude00 \u007f"}', '{"operation": "login failed: pass' || 'word=hunter2 for ada"}']) WITH ORDINALITY AS x(c, n)
  UNION ALL SELECT (odd(1000 + n, jsonb_build_object('operation', repeat('x', n * 7), 'took', n))).* FROM generate_series(1, 300) n
$$;
CALL add_rows();
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'runs', '{"run_id": "id", "org_id": "org", "operation_id": "operation", "action_id": "action", "entity_type": "kind", "entity_id": "entity",
  "status": {"column": "state", "map": {"found": "succeeded"}}, "attempt_count": "attempt", "started_at": "began", "ended_at": "ended", "time_zone": "Europe/Berlin", "duration_ms": "took", "cost_usd": "cost", "created_at": "written"}');
CREATE FUNCTION good() RETURNS text LANGUAGE sql AS $$ SELECT format('SELECT %s FROM (%s) q WHERE "reject code" IS NULL',
  (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_operation_runs_v1'))), lifecycle._dataset_query('dx_operation_runs_v1')) $$;
CREATE FUNCTION wanted() RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = public, pg_temp AS $$ DECLARE r text; BEGIN
  EXECUTE format('SELECT lifecycle.parity_checksum(t) FROM (SELECT DISTINCT lifecycle.parity_text(r) AS t FROM (%s) r) d', good()) INTO r; RETURN r; END $$;
CREATE FUNCTION is_remembered() RETURNS boolean LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = public, pg_temp AS $$ DECLARE r boolean; BEGIN
  EXECUTE format('SELECT NOT EXISTS (SELECT FROM (SELECT md5(lifecycle.parity_text(r))::uuid AS f FROM (%s) r) w FULL JOIN lifecycle.export_sent s ON s.fingerprint = w.f WHERE w.f IS NULL OR s.fingerprint IS NULL)
    AND (SELECT count(*) > 0 AND count(*) = count(DISTINCT fingerprint) FROM lifecycle.export_sent)', good()) INTO r; RETURN r; END $$;
ALTER DATABASE :DBNAME SET lifecycle_ledger.retry_base = 0;
SQL
second_server destination '{"batch_bytes": 20000}'
export_now() { psql -X -q -v VERBOSITY=terse -c 'SET client_min_messages = warning' -c "CALL lifecycle.export('dx_operation_runs_v1')" 2>&1 | grep -v 'rows break the contract\|dead letters' || true; }
there() { second 'SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM lifecycle.dx_operation_runs_v1 r'; }
letters() { value "SELECT count(*), count(DISTINCT code) FROM lifecycle.dead_letters WHERE stage = 'export' AND resolved_at IS NULL"; }
told() { value "SELECT sum(rows), count(DISTINCT reject_code) FROM lifecycle.check_dataset('dx_operation_runs_v1') WHERE reject_code IS NOT NULL"; }
last_run() { value "SELECT rows_in, written, unchanged, dead FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1"; }
anew() { value 'DELETE FROM lifecycle.dead_letters; DELETE FROM lifecycle.export_positions' >/dev/null; }

# The first time: judged as they are read, remembered as they are sent.
is "$(export_now)" '' 'an export'
is "$(there)" "$(value 'SELECT wanted()')" 'what keeps the contract is there'
is "$(letters)" "$(told)" 'what breaks it is told as SQL tells it'
is "$(last_run | cut -d'|' -f1)" "$(value 'SELECT count(*) FROM runs')" 'all rows are accounted for'
is "$(value 'SELECT is_remembered()')" t 'what was sent is remembered by its fingerprint'
is "$(value 'SELECT count(*) > 3, sum(rows_in) = split_part(wanted(), $$:$$, 1)::bigint FROM lifecycle.export_batches')" 't|t' 'in batches'
is "$(second 'SELECT checksum FROM lifecycle.received_batches ORDER BY checksum')" "$(value 'SELECT checksum FROM lifecycle.export_batches ORDER BY checksum')" 'with the same checksums on both sides'
is "$(export_now; last_run | cut -d'|' -f2,3)" "0|$(value 'SELECT count(*) FROM lifecycle.export_sent')" 'nothing is sent again'

# With letters open rows go by way of SQL: the same rows.
value 'DELETE FROM lifecycle.export_positions' >/dev/null
is "$(export_now; last_run | cut -d'|' -f2)" 0 'by way of SQL they are the same rows, which are there'
is "$(letters)" "$(told)" 'the same letters'
is "$(value 'SELECT is_remembered()')" t 'the same fingerprints'

# A row that the source has twice is remembered once, and takes no table in between.
anew
value "INSERT INTO runs SELECT * FROM runs WHERE operation = repeat('x', 7)" >/dev/null
is "$(export_now; last_run | cut -d'|' -f2)" 0 'a row that is there twice'
is "$(value 'SELECT is_remembered()')" t 'is remembered once'

# Should the two ever disagree, SQL is right: here a check that asks more than the contract does.
anew
value "ALTER FUNCTION lifecycle._direct_rows(jsonb, regclass, jsonb, text) RENAME TO _true_direct_rows;
  CREATE FUNCTION lifecycle._direct_rows(contract jsonb, relation regclass, mapping jsonb, condition text, OUT query text, OUT checks jsonb) LANGUAGE sql AS
  'SELECT d.query, jsonb_set(d.checks, ''{4,most_characters}'', ''1'') FROM lifecycle._true_direct_rows(contract, relation, mapping, condition) d'" >/dev/null
like "$(export_now)" 'checks disagree on 3[0-9][0-9] rows' 'checks that disagree are told'
is "$(there)" "$(value 'SELECT wanted()')" 'what keeps the contract is there'
is "$(value 'SELECT is_remembered()')" t 'and remembered'
is "$(letters)" "$(told)" 'the others are dead'
# ... here one that asks less: what it let pass is told.
anew
value "CREATE OR REPLACE FUNCTION lifecycle._direct_rows(contract jsonb, relation regclass, mapping jsonb, condition text, OUT query text, OUT checks jsonb) LANGUAGE sql AS
  'SELECT d.query, (SELECT jsonb_agg(c - ''searched'' ORDER BY place) FROM jsonb_array_elements(d.checks) WITH ORDINALITY x(c, place)) FROM lifecycle._true_direct_rows(contract, relation, mapping, condition) d'" >/dev/null
like "$(psql -X -q -c 'SET client_min_messages = warning' -c "CALL lifecycle.export('dx_operation_runs_v1')" 2>&1)" 'At least 1 rows that break the contract were sent before' 'checks that let something pass are told'
is "$(second "SELECT count(*) FROM lifecycle.dx_operation_runs_v1 WHERE operation_id LIKE 'login failed%'")" 1 'it is there'
is "$(letters)" "$(told)" 'and dead here'
is "$(value 'SELECT is_remembered()')" t 'what is remembered is what keeps the contract'
value 'DROP FUNCTION lifecycle._direct_rows(jsonb, regclass, jsonb, text); ALTER FUNCTION lifecycle._true_direct_rows(jsonb, regclass, jsonb, text) RENAME TO _direct_rows' >/dev/null

# A source with an exact cut remembers nothing.
anew
value "ALTER TABLE runs ADD changed_xid xid8; UPDATE runs SET changed_xid = pg_current_xact_id();
  CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
  SELECT lifecycle.register_dataset_source(s.dataset, s.relation, s.mapping) FROM lifecycle.dataset_sources s" >/dev/null
value "INSERT INTO runs (id, org, operation, action, kind, entity, state, attempt, began, ended, took, tries, cost, written)
  SELECT md5('9999')::uuid, org, 'another', action, kind, entity, state, attempt, began, ended, took, tries, cost, written FROM runs WHERE operation = 'xxxxxxxxxxxxxxxxxxxxx'" >/dev/null
is "$(export_now)" '' 'a source with an exact cut'
is "$(second "SELECT count(*) FROM lifecycle.dx_operation_runs_v1 WHERE operation_id = 'another'")" 1 'a new row arrives'
is "$(value 'SELECT count(*) FROM lifecycle.export_sent')" 0 'nothing is remembered'
is "$(letters)" "$(told)" 'what breaks the contract is told'

# What the function itself refuses.
fails 'checks that are none' psql -X -q -c "SELECT lifecycle._send_checked('hq', 'SELECT 1', '{a,b}', 'SELECT now(), false', 'SELECT 1', '{', 1, 1000)"
fails 'a query that does not fit them' psql -X -q -c "SELECT lifecycle._send_checked('hq', 'SELECT 1', '{a,b}', 'SELECT now(), 1', 'SELECT 1', '[{\"name\": \"a\"}]', 1, 1000)"

# A session that the other side has ended while nothing was under way in it is replaced: between two calls, and between two batches of one.
second "ALTER ROLE postgres SET idle_session_timeout = '200ms'" >/dev/null
ask="SELECT * FROM lifecycle._on_server('hq', 'SELECT \$1', 'x')"
is "$(psql -X -A -t -q -c "$ask" -c '\! sleep 1' -c "$ask" 2>&1)" $'{x}\n{x}' 'a session that was ended between two calls'
is "$(psql -X -A -t -q -c "SELECT cardinality(batch_ids) FROM lifecycle._send_checked('hq', 'SELECT \$1::text, \$2::text, \$3::text, \$4::text', '{a,b}',
  'SELECT now(), CASE WHEN n = 6 THEN pg_sleep(1) IS NULL ELSE false END FROM generate_series(1, 10) n', 'SELECT 1', '[{\"name\": \"a\"}]', 1, 1)" 2>&1)" 10 'and between two batches'
