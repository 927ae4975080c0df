#!/usr/bin/env bash
# Contracts, consumers and the guard of a warehouse's tables through dump and restore, a role that is no superuser,
# and DROP EXTENSION.
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
publish_second='SELECT lifecycle.publish_contract(jsonb_set(jsonb_set(contract, $${schema,0,name}$$, $$"dx_operation_runs_v2"$$), $${schema,0,properties,0,quality,0,arguments,validValues}$$, $$["v2"]$$)
  || $${"name": "dx_operation_runs_v2", "version": "2.0.0", "customProperties": [{"property": "predecessor", "value": "dx_operation_runs_v1"}]}$$) FROM lifecycle.datasets WHERE dataset = $$dx_operation_runs_v1$$'
must sql -c 'SET client_min_messages = error' -c 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger' -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$)' \
  -c 'SELECT lifecycle.register_consumer($$hq$$, $$dx_operation_runs_v1$$)' -c "$publish_second" -c 'CALL lifecycle.install_warehouse($$HQ house$$)'
digest() {
  sql -d "$1" -c "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM lifecycle.contract_versions t UNION ALL SELECT string_agg(concat_ws(' ', warehouse, dataset, relation, key_relation), '|' ORDER BY dataset) FROM lifecycle.warehouse_tables
    UNION ALL SELECT string_agg(concat_ws(' ', dataset, outstanding, verdict), '|') FROM lifecycle.deprecations UNION ALL SELECT string_agg(dataset || ' ' || status, '|' ORDER BY dataset) FROM lifecycle.datasets"
}
guarded() { sql -d "$1" -c "ALTER TABLE \"HQ house\".dx_company_entities_v1 DROP COLUMN industry" || true; }
before=$(digest "$PGDATABASE")
like "$before" 'dx_operation_runs_v1 deprecated.dx_operation_runs_v2 active' 'two versions are published'
like "$before" '"HQ house".dx_operation_runs_v2_keys' 'the tables of a warehouse are known'

for format in custom plain; do
  fresh
  succeeds "pg_dump ($format)" pg_dump -F "$format" -f "$dump/$format" "$PGDATABASE"
  if [ "$format" = custom ]; then
    succeeds 'pg_restore, in parallel, stopping at any error' pg_restore --exit-on-error -j 2 -d "$restored" "$dump/custom"
  else
    succeeds 'psql, stopping at any error' psql -X -q -v ON_ERROR_STOP=1 -d "$restored" -f "$dump/plain"
  fi
  is "$(digest "$restored")" "$before" "the same contracts, consumers and tables ($format)"
  like "$(guarded "$restored")" 'would break the contract dx_company_entities_v1' "… and the tables are guarded ($format)"
done
must sql -d "$restored" -c 'SET client_min_messages = error' -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$)'
is "$(digest "$restored")" "$before" 'install() and install_warehouse() change nothing'

# The extension goes: with CASCADE the guard goes with it, tables and registry stay, and come under guard again.
like "$(sql -d "$restored" -c 'DROP EXTENSION lifecycle_ledger' || true)" 'other objects depend on it' 'DROP EXTENSION is refused'
succeeds 'DROP EXTENSION … CASCADE' psql -X -q -v ON_ERROR_STOP=1 -d "$restored" -c 'SET client_min_messages = error' -c 'DROP EXTENSION lifecycle_ledger CASCADE'
is "$(sql -d "$restored" -c 'SELECT count(*) FROM lifecycle.warehouse_tables')" 6 '… leaves the tables'
is "$(sql -d "$restored" -c "SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE '%keep_contracts%'")" 0 '… without a guard'
succeeds 'and then they may be altered' psql -X -q -v ON_ERROR_STOP=1 -d "$restored" -c 'ALTER TABLE "HQ house".dx_company_entities_v1 DROP COLUMN industry'
must sql -d "$restored" -c 'SET client_min_messages = error' -c 'CREATE EXTENSION lifecycle_ledger' -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$)'
like "$(guarded "$restored")" 'would break the contract' 'created again, install() and install_warehouse() bring column and guard back'
is "$(digest "$restored")" "$before" '… with everything that was published'

# Whoever is no superuser installs without the guard, is told so, and exports notice instead.
fresh
role=contract_installer_$$
at_exit "psql -X -q -d '$PGDATABASE' -c 'DROP ROLE IF EXISTS $role' >/dev/null 2>&1"
at_exit "psql -X -q -d '$PGDATABASE' -c 'DROP DATABASE IF EXISTS ${restored} WITH (FORCE)' >/dev/null 2>&1"
must sql -d "$restored" -c "CREATE ROLE $role" -c 'CREATE EXTENSION lifecycle_ledger' -c 'CREATE SCHEMA partman' -c 'CREATE EXTENSION pg_partman SCHEMA partman' \
  -c "GRANT ALL ON SCHEMA partman, lifecycle TO $role" -c "GRANT ALL ON ALL TABLES IN SCHEMA partman TO $role" -c "GRANT CREATE ON DATABASE $restored TO $role"
like "$(sql -d "$restored" -c "SET ROLE $role" -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$)')" 'warehouses to their contracts were not created: that takes a superuser' 'a role that is no superuser is told'
is "$(guarded "$restored")" '' '… and nothing is refused'
like "$(sql -d "$restored" -c "SET ROLE $role" -c 'CREATE TEMP TABLE batch AS SELECT * FROM "HQ house".dx_company_entities_v1' -c 'SELECT lifecycle._apply_rows($$dx_company_entities_v1$$, $$batch$$, $$HQ house$$)' || true)" \
  'Column industry of "HQ house".dx_company_entities_v1 is missing' '… but an export says what is wrong'
