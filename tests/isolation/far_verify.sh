#!/usr/bin/env bash
# What a second server does with rows on their way into its tables: triggers that alter or drop them, generated columns, locks, deadlocks,
# serialization failures. Each is an error that says what it is, and the batch waits for its next attempt; nothing of it stays there, and once
# it is mended the next export brings everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/second_server.sh
value() { psql -X -A -t -q -c 'SET client_min_messages = error' -c "$1"; }
second_server start deadlock_timeout=1s
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE PROCEDURE add(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, started_at, created_at, cost_usd)
    SELECT id(n), 'op ' || n, 'act', 'company', id(n), id(n % 3), 'succeeded', t, t, n / 8.0 FROM generate_series(first, last) n, LATERAL (SELECT timestamptz '2025-07-01+00' + n * interval '1 hour' AS t) t;
  INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name) SELECT id(n % 3), id(n), id(n), 'company ' || n FROM generate_series(first, last) n;
$$;
SQL
second_server destination
export_now() { psql -X -q -v VERBOSITY=verbose -c 'SET client_min_messages = error' -c "CALL lifecycle.export(${1:-})" 2>&1 || true; }
checksum="SELECT lifecycle.parity_checksum(t.n || ' ' || t.x || ' ' || coalesce(t.c::text, '')) FROM"
near_sum() { value "$checksum (SELECT run_id AS n, operation_id AS x, cost_usd AS c FROM lifecycle.operation_runs UNION ALL SELECT entity_id, canonical_name, record_version FROM lifecycle.company_entities) t"; }
far_sum() { second "$checksum (SELECT run_id AS n, operation_id AS x, cost_usd AS c FROM lifecycle.dx_operation_runs_v1 UNION ALL SELECT entity_id, canonical_name, record_version FROM lifecycle.dx_company_entities_v1) t"; }
waiting() { value "SELECT string_agg(concat_ws(' ', dataset, status, sqlstate, attempts, next_attempt_at > created_at), ', ' ORDER BY dataset) FROM lifecycle.export_batches WHERE status <> 'delivered'"; }
due() { value "UPDATE lifecycle.export_batches SET next_attempt_at = now() WHERE status = 'failed'"; }
mended() { due; is "$(export_now)" '' "$1: mended, the next export ends well"; is "$(far_sum)" "$(near_sum)" "$1: and everything is there"; }
next=1
add() { value "CALL add($next, $((next + 4)))"; next=$((next + 5)); }
add
is "$(export_now)" '' 'an export'
is "$(far_sum)" "$(near_sum)" '... arrives'

# trouble NAME TABLE BODY DATASET SQLSTATE-AND-MESSAGE
trouble() {
  second_unguarded "CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN $3 END \$\$" "CREATE TRIGGER meddle ${6:-BEFORE} INSERT OR UPDATE ON lifecycle.$2 FOR EACH ROW EXECUTE FUNCTION public.meddle()"
  add
  local before
  before=$(far_sum)
  like "$(export_now "'$4'")" "$5" "$1: told"
  is "$(waiting)" "$4 failed ${5:0:5} 1 t" "$1: the batch waits"
  is "$(far_sum)" "$before" "$1: and nothing of it is there"
  second_unguarded "DROP TRIGGER meddle ON lifecycle.$2" 'DROP FUNCTION public.meddle()'
  mended "$1"
}
runs=dx_operation_runs_v1 companies=dx_company_entities_v1
trouble 'a trigger that alters a run' $runs "NEW.cost_usd := 1; RETURN NEW;" $runs "XX001: .*lifecycle.$runs does not hold the rows that were written to it.*in cost_usd"
trouble 'a trigger that drops a run' $runs "RETURN CASE WHEN NEW.operation_id NOT LIKE '%3' THEN NEW END;" $runs "XX001: .*1 rows of the batch are not there as they were sent"
trouble 'a trigger that alters a company' $companies "NEW.canonical_name := upper(NEW.canonical_name); RETURN NEW;" $companies "XX001: .*5 rows were altered as they were written; one is .*, in canonical_name"
trouble 'a trigger that alters its version' $companies "NEW.record_version := NEW.record_version + 1; RETURN NEW;" $companies "XX001: .*5 rows were altered.*in record_version"
trouble 'a trigger that alters it afterwards' $companies "IF pg_trigger_depth() = 1 THEN UPDATE lifecycle.dx_company_entities_v1 SET industry = 'none' WHERE entity_id = NEW.entity_id; END IF; RETURN NULL;" $companies "XX001: .*5 rows were altered.*in industry" AFTER
trouble 'a trigger that drops a company' $companies "RETURN NULL;" $companies "XX001: .*5 rows of the batch are not there"
trouble 'a trigger that drops its versions' dx_entity_snapshots_v1 "RETURN NULL;" $companies "XX001: .*dx_entity_snapshots_v1 does not hold.*5 are not there"
# A column there that computes itself.
second_unguarded "ALTER TABLE lifecycle.$companies DROP COLUMN industry" "ALTER TABLE lifecycle.$companies ADD COLUMN industry text GENERATED ALWAYS AS ('none') STORED"
add
like "$(export_now "'$companies'")" '(55000|428C9): .*industry' 'a generated column: told by its name'
second_unguarded "ALTER TABLE lifecycle.$companies DROP COLUMN industry" "ALTER TABLE lifecycle.$companies ADD COLUMN industry text"
mended 'a generated column'

# Somebody altered what had been stored long ago.
second_tamper $runs "UPDATE lifecycle.$runs SET cost_usd = 77 WHERE run_id = md5('1')::uuid"
psql -X -q -c 'SET client_min_messages = error' -c "CALL lifecycle.backfill('$runs', '2025-07-01', '2025-08-01', '1 month')" >/dev/null 2>&1 || true
letters="SELECT string_agg(concat_ws(' ', stage, code, key, body::jsonb ->> 'cost_usd'), ', ') FROM lifecycle.dead_letters WHERE resolved_at IS NULL"
is "$(second "$letters")" "apply content_differs $(value 'SELECT id(1)') 0.12500000000000000000" 'a row that was altered there later is a dead letter when it comes again'
is "$(value "$letters")" "$(second "$letters")" '... on both sides'
is "$(value 'SELECT org_id FROM lifecycle.dead_letters') $(second 'SELECT org_id FROM lifecycle.dead_letters')" "$(value "SELECT id(1) || ' ' || id(1)")" '... of its tenant'
second_tamper $runs "UPDATE lifecycle.$runs SET cost_usd = 1 / 8.0 WHERE run_id = md5('1')::uuid"

# What is nobody's fault: the batch has failed, and no row of it is refused.
trouble 'a serialization failure' $runs "RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';" $runs '40001: .*could not serialize access'
session_open other -h "$second_host" -p 5432 -U postgres -d postgres
session_query other "BEGIN; LOCK TABLE lifecycle.$companies IN EXCLUSIVE MODE" >/dev/null
value "ALTER DATABASE $PGDATABASE SET lifecycle_ledger.delivery_lock_timeout = '100ms'"
add
like "$(export_now "'$companies'")" '55P03: .*canceling statement due to lock timeout' 'a lock: told'
is "$(waiting)" "$companies failed 55P03 1 t" '... the batch waits'
due
export_now >/dev/null
is "$(waiting)" "$companies failed 55P03 2 t" '... and once more'
is "$(value "SELECT next_attempt_at > clock_timestamp() + interval '20 seconds' FROM lifecycle.export_batches WHERE status = 'failed'")" t '... for longer each time'
is "$(export_now "'$companies'")" '' '... and is not tried before its time'
value "ALTER DATABASE $PGDATABASE RESET lifecycle_ledger.delivery_lock_timeout"
# A deadlock: the other session wants what the batch has, and finds out after the batch has.
session_query other "SET deadlock_timeout = '100s'" >/dev/null
due
session_open near
session_send near "SET client_min_messages = error; CALL lifecycle.export('$companies')"
for _ in {1..1000}; do [ "$(second "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger' AND wait_event_type = 'Lock'")" != 1 ] || break; session_pause; done
session_query other 'LOCK TABLE lifecycle.dx_entity_snapshots_v1 IN EXCLUSIVE MODE' >/dev/null
like "$(session_wait near)" 'deadlock detected' 'a deadlock: told'
is "$(waiting)" "$companies failed 40P01 3 t" '... the batch waits'
session_query other ROLLBACK >/dev/null
mended 'a deadlock'
is "$(value 'SELECT count(*) FROM lifecycle.dead_letters') $(second 'SELECT count(*) FROM lifecycle.dead_letters')" '1 1' 'no row was refused for any of it'
done_testing
