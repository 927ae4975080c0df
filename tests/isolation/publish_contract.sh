#!/usr/bin/env bash
# Two publications at once, a retirement beside an acknowledgement taken back, a publication beside install_warehouse(): one waits for the other, and sees what it did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 14
value() { psql -X -A -t -q -c "$1"; }
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_warehouse('hq');
CREATE FUNCTION with_column(dataset text, version text, name text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_insert(v.contract, '{schema,0,properties,-1}', jsonb_build_object('name', name, 'logicalType', 'string', 'physicalType', 'text', 'description', name), true) || jsonb_build_object('version', with_column.version)
  FROM lifecycle.contract_versions v WHERE v.dataset = with_column.dataset AND v.version = '1.0.0' $$;
CREATE FUNCTION second_version() RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_set(jsonb_set(contract, '{schema,0,name}', '"dx_operation_runs_v2"'), '{schema,0,properties,0,quality,0,arguments,validValues}', '["v2"]')
    || '{"name": "dx_operation_runs_v2", "version": "2.0.0", "customProperties": [{"property": "predecessor", "value": "dx_operation_runs_v1"}]}' FROM lifecycle.contract_versions WHERE dataset = 'dx_operation_runs_v1' AND version = '1.0.0' $$;
SQL
for name in first second; do session_open "$name"; done

# Each would add its own column as 1.1.0: the second is told, and its version is not taken for a change of the first's.
session_query first "BEGIN; SELECT lifecycle.publish_contract(with_column('dx_operation_runs_v1', '1.1.0', 'region'))" >/dev/null
session_send second "SELECT lifecycle.publish_contract(with_column('dx_operation_runs_v1', '1.1.0', 'country'))"
succeeds 'the second publication waits for the first' session_blocked second
session_query first COMMIT >/dev/null
like "$(session_wait second)" 'dx_operation_runs_v1 1.1.0 is published, with other content' '… and is refused: the version is taken'
session_send second "SELECT lifecycle.publish_contract(with_column('dx_operation_runs_v1', '1.2.0', 'country'))"
like "$(session_wait second)" 'breaks what 1.1.0 promises' '… nor does it silently take back the first one''s column'
is "$(value "SELECT version || ' ' || (SELECT string_agg(v.version, ',' ORDER BY v.version) FROM lifecycle.contract_versions v WHERE v.dataset = d.dataset) FROM lifecycle.datasets d WHERE dataset = 'dx_operation_runs_v1'")" \
  '1.1.0 1.0.0,1.1.0' '… one version was published'

# Rolled back: the second's is published.
session_query first "BEGIN; SELECT lifecycle.publish_contract(with_column('dx_operation_events_v1', '1.1.0', 'region'))" >/dev/null
session_send second "SELECT lifecycle.publish_contract(with_column('dx_operation_events_v1', '1.1.0', 'country'))"
succeeds 'rolled back: the second waits' session_blocked second
session_query first ROLLBACK >/dev/null
like "$(session_wait second)" 'dx_operation_events_v1 1.1.0 is published' 'rolled back: and publishes'

# The same document twice at once.
session_query first 'BEGIN; SELECT lifecycle.publish_contract(second_version())' >/dev/null
session_send second 'SELECT lifecycle.publish_contract(second_version())'
succeeds 'the same document twice: the second waits' session_blocked second
session_query first COMMIT >/dev/null
like "$(session_wait second)" 'dx_operation_runs_v2 2.0.0 is published, since' 'the same document twice: and finds it published'

# A publication and install_warehouse().
session_query first "BEGIN; SELECT lifecycle.publish_contract(with_column('dx_operation_events_v1', '1.2.0', 'country'))" >/dev/null
session_query first "COMMIT; BEGIN; SELECT lifecycle.publish_contract(jsonb_insert(contract, '{schema,0,properties,-1}', '{\"name\": \"city\", \"logicalType\": \"string\", \"physicalType\": \"text\", \"description\": \"City.\"}', true) || '{\"version\": \"1.3.0\"}') FROM lifecycle.datasets WHERE dataset = 'dx_operation_events_v1'" >/dev/null
session_send second "CALL lifecycle.install_warehouse('hq')"
succeeds 'install_warehouse() waits for a publication' session_blocked second
session_query first COMMIT >/dev/null
session_wait second >/dev/null
is "$(value "SELECT count(*) FROM pg_attribute WHERE attrelid = 'hq.dx_operation_events_v1'::regclass AND attname IN ('country', 'city')")" 2 '… and brings its columns'

# A consumer that takes its acknowledgement back while the dataset is being retired.
value "SELECT lifecycle.register_consumer('hq', 'dx_operation_runs_v1'), lifecycle.acknowledge_migration('hq', 'v2')" >/dev/null
value "UPDATE lifecycle.contract_migrations SET opened_at = opened_at - interval '1 year'" >/dev/null
session_query first "BEGIN; SELECT lifecycle.register_consumer('hq', 'dx_operation_runs_v1')" >/dev/null
session_send second "SELECT lifecycle.retire_dataset('dx_operation_runs_v1')"
succeeds 'a retirement waits for whoever takes an acknowledgement back' session_blocked second
session_query first COMMIT >/dev/null
like "$(session_wait second)" 'cannot be retired yet' '… and is refused'
value "SELECT lifecycle.acknowledge_migration('hq', 'v2')" >/dev/null
session_query second "BEGIN; SELECT lifecycle.retire_dataset('dx_operation_runs_v1')" >/dev/null
session_send first "SELECT lifecycle.register_consumer('hq', 'dx_operation_runs_v1')"
succeeds 'who comes later waits for the retirement' session_blocked first
session_query second COMMIT >/dev/null
like "$(session_wait first)" 'is retired' '… and is told'
