#!/usr/bin/env bash
# reconcile() of a destination of kind server: parity is asked of the far side, differences are sent there, and what cannot be asked is told.
# The far side is another database, reached as another server would be.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
plan 20
far_name=${PGDATABASE}_far
at_exit "psql -X -q -d postgres -c 'DROP DATABASE IF EXISTS \"$far_name\" WITH (FORCE)' >/dev/null 2>&1"
value() { PGOPTIONS='-c client_min_messages=error' psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
far() { PGOPTIONS='-c client_min_messages=error' psql -X -A -t -q -v ON_ERROR_STOP=1 -d "$far_name" -c "$1"; }
psql -X -q -d postgres -c "CREATE DATABASE \"$far_name\" TEMPLATE template0"
PGOPTIONS='-c client_min_messages=error' psql -X -q -d "$far_name" -f tests/lib/reconcile_fixture.sql >/dev/null
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 -f tests/lib/reconcile_fixture.sql >/dev/null
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 -v host="$PGHOST" -v port="$PGPORT" -v user="$PGUSER" -v far="$far_name" >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER hq FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'host', port :'port', dbname :'far');
CREATE USER MAPPING FOR CURRENT_USER SERVER hq OPTIONS (user :'user');
CALL make_runs(1, 2000);
CALL make_events(1, 900);
CALL make_companies(1, 700);
SELECT lifecycle.register_destination('hq', 'server', 'hq', '{"warehouse": "hq"}');
CALL lifecycle.export();
SQL
reconcile() { psql -X -q -c 'SET client_min_messages = error' -c "CALL lifecycle.reconcile(${1:-})" 2>&1 || true; }
is "$(reconcile)" '' 'reconcile() of another server'
is "$(value "SELECT verdict('dx_operation_runs_v1')")" 'ok: 2000/2000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held' 'finds both sides equal'
is "$(value "SELECT source_checksum FROM lifecycle.reconciliations WHERE dataset = 'dx_operation_runs_v1' AND check_name = 'parity'")" \
  "$(far 'SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM hq.dx_operation_runs_v1 r')" 'by the checksum that anyone can compute there'

far 'CALL open_guards()'
far 'UPDATE hq.dx_operation_runs_v1 SET error_message = $$"evil"$$ WHERE run_id IN (id(14), id(15))'
far 'DELETE FROM hq.dx_operation_runs_v1 WHERE run_id IN (id(16), id(17)); DELETE FROM hq.dx_operation_runs_v1_keys WHERE run_id = id(17)'
far 'UPDATE hq.dx_operation_runs_v1 SET org_id = id(77) WHERE run_id = id(18)'
far 'UPDATE hq.dx_operation_events_v1 SET metadata_json = NULL WHERE event_id = id(1000003)'
far "UPDATE hq.dx_company_entities_v1 SET canonical_name = 'evil' WHERE entity_id = id(3); DELETE FROM hq.dx_company_entities_v1 WHERE entity_id = id(4); UPDATE hq.dx_company_entities_v1 SET record_version = 0 WHERE entity_id = id(5)"
far "UPDATE hq.dx_entity_snapshots_v1 SET canonical_payload_json = canonical_payload_json || '{\"industry\": \"crime\"}' WHERE entity_id IN (id(7), id(8))"
far 'CALL close_guards()'
value 'DELETE FROM lifecycle.company_entities WHERE entity_id = id(6)'
far 'CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.source_run_id := public.id(1); RETURN NEW; END $$; CREATE TRIGGER meddle BEFORE INSERT ON hq.dx_entity_snapshots_v1 FOR EACH ROW EXECUTE FUNCTION meddle()'
like "$(reconcile "'dx_entity_snapshots_v1'")" 'reconcile of dataset "dx_entity_snapshots_v1" at destination "hq" failed: .*does not hold the rows that were written to it' 'a trigger there that alters what takes the place of other rows is told'
is "$(far "SELECT count(*) FROM hq.dx_entity_snapshots_v1 WHERE canonical_payload_json ->> 'industry' = 'crime'")" 2 '... and nothing was replaced'
far 'DROP TRIGGER meddle ON hq.dx_entity_snapshots_v1'
is "$(reconcile)" '' 'reconcile() after damage there'
is "$(value "SELECT verdict('dx_operation_runs_v1')")" 'mended: 2000/1998 rows, 3 differ, 2 source only, 0 target only; 5 sent, 3 overwritten, 0 tombstones, 0 held' 'runs: altered, lost, of another tenant'
is "$(value "SELECT verdict('dx_operation_events_v1')")" 'mended: 900/900 rows, 1 differ, 0 source only, 0 target only; 1 sent, 1 overwritten, 0 tombstones, 0 held' 'events: altered'
is "$(value "SELECT verdict('dx_company_entities_v1')")" 'mended: 699/699 rows, 2 differ, 1 source only, 1 target only; 3 sent, 1 overwritten, 1 tombstones, 0 held' 'companies: altered, lost, behind, gone at the source'
is "$(value "SELECT verdict('dx_entity_snapshots_v1')")" 'mended: 700/701 rows, 2 differ, 0 source only, 1 target only; 2 sent, 2 overwritten, 0 tombstones, 0 held' 'versions: altered'
is "$(reconcile)" '' 'once more'
is "$(value "SELECT string_agg(DISTINCT verdict || resent || overwritten || tombstones, ' ') FROM lifecycle.reconciliations WHERE check_name = 'parity' AND run_id > (SELECT max(run_id) FROM lifecycle.export_batches)")" ok000 'nothing is left to send'
is "$(value "SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (SELECT 'v1'::text AS export_schema_version, run_id, pipeline_run_id, workflow_id, operation_id, action_id, entity_type, entity_id, org_id, company_id, source_provider, status, attempt_count, started_at, ended_at, duration_ms, cost_usd, error_code, error_message, created_at FROM lifecycle.operation_runs) r")" \
  "$(far 'SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM hq.dx_operation_runs_v1 r')" 'both sides have one checksum'
is "$(far "SELECT count(*) FROM hq.dx_company_entities_v1 WHERE entity_id = id(6) AND deleted_at IS NOT NULL AND record_version = 2")" 1 'with the tombstone'
is "$(far 'SELECT count(*) FROM lifecycle.overwritten_rows')" 6 'what was overwritten is kept there'
is "$(value 'SELECT count(*) FROM lifecycle.overwritten_rows')" 0 'and not here'

# What can be wrong with it.
value "ALTER SERVER hq OPTIONS (SET dbname 'no_such_database')"
like "$(reconcile)" 'reconcile of dataset .* at destination "hq" failed: .*hq' 'a server that cannot be reached is an error that names it'
is "$(value "SELECT verdict FROM lifecycle.reconciliations WHERE dataset = 'dx_operation_runs_v1' AND check_name = 'parity' ORDER BY reconciliation_id DESC LIMIT 1")" failed '... and is recorded'
is "$(value 'SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL AND kind IN ($$parity$$, $$target_only$$)')" 0 '... not as a difference'
value "ALTER SERVER hq OPTIONS (SET dbname '$far_name')"
is "$(reconcile)" '' 'reached again, all is well'
