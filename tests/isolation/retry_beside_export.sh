#!/usr/bin/env bash
# Dead letters tried again while an export of the same dataset is under way: they take turns, and neither ends the other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 4
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
must psql -X -q -v ON_ERROR_STOP=1 -v directory=/tmp -f tests/lib/export_fixture.sql
value "CALL lifecycle.install_warehouse('other', '1 year')"
# A source at which one session can be stopped while it reads.
value "CREATE FUNCTION pause() RETURNS text LANGUAGE plpgsql AS 'BEGIN IF current_setting(''test.pause'', true) = ''on'' THEN PERFORM pg_advisory_xact_lock_shared(42); END IF; RETURN ''read''; END'"
value 'CREATE VIEW slow AS SELECT r.run_id, r.operation_id, r.action_id, r.entity_type, r.entity_id, r.org_id, r.status, r.attempt_count, r.started_at, r.created_at, r.changed_xid, pause() AS error_message FROM lifecycle.operation_runs r'
value "SELECT lifecycle.unregister_dataset_source('dx_operation_runs_v1', relation) FROM lifecycle.dataset_sources WHERE dataset = 'dx_operation_runs_v1'" >/dev/null
value "SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'slow', (SELECT jsonb_object_agg(attname, attname) FROM pg_attribute WHERE attrelid = 'slow'::regclass AND attname <> 'changed_xid'))" >/dev/null
value "SELECT lifecycle.register_destination('d1', 'schema', 'hq', datasets => '{dx_operation_runs_v1}')" >/dev/null
value 'SELECT add_runs(1, 9)' >/dev/null
value "UPDATE lifecycle.operation_runs SET entity_type = 'robot' WHERE run_id IN (id(1), id(2))"
value 'CALL lifecycle.export()'
is "$(value "SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL")" 2 'two rows break the contract'
value "SELECT lifecycle.register_destination('d2', 'schema', 'other', datasets => '{dx_operation_runs_v1}')" >/dev/null
export PGOPTIONS='-c statement_timeout=60s -c deadlock_timeout=100ms'
for name in first second blocker; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
session_query blocker 'SELECT pg_advisory_lock(42)' >/dev/null
session_query first "SET test.pause = 'on'" >/dev/null
session_send first 'CALL lifecycle.export()'
session_blocked first
session_send second "CALL lifecycle.retry_dead_letters('export')"
session_blocked second
session_query blocker 'SELECT pg_advisory_unlock(42)' >/dev/null
is "$(session_wait first)" '' 'the export goes on'
is "$(session_wait second)" '' 'and then what is tried again'
is "$(value "SELECT held('hq.dx_operation_runs_v1') = wanted('dx_operation_runs_v1') AND held('other.dx_operation_runs_v1') = wanted('dx_operation_runs_v1')")" t 'both destinations have what the source has'
