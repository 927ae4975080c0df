-- What was sent before is looked up row by row or hashed, also before the planner knows anything of the memory: never in a loop over all of it for each row.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(3);
CALL lifecycle.install_warehouse('hq');
CREATE TABLE jobs (id uuid PRIMARY KEY, at timestamptz);
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'jobs', '{"run_id": "id", "org_id": {"constant": "a1111111-1111-4111-8111-111111111111"}, "operation_id": {"constant": "o"},
  "action_id": {"constant": "b1111111-1111-4111-8111-111111111111"}, "entity_type": {"constant": "company"}, "entity_id": "id", "status": {"constant": "succeeded"}, "attempt_count": {"constant": 1}, "started_at": "at", "created_at": "at"}') \g /dev/null
SELECT lifecycle.register_destination('warehouse', 'schema', 'hq') \g /dev/null
ALTER TABLE lifecycle.export_sent SET (autovacuum_enabled = false);
INSERT INTO jobs SELECT md5(n::text)::uuid, '2025-06-01+00' FROM generate_series(1, 5000) n;
CALL lifecycle.export();
SELECT is((SELECT count(*) FROM lifecycle.export_sent), 5000::bigint, 'what was sent is remembered');
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END $$;
SELECT format('SELECT FROM (%s) r WHERE r."reject code" IS NOT NULL OR NOT r."is known" LIMIT 1', lifecycle._staged_rows_query(lifecycle._dataset_contract('dx_operation_runs_v1'),
    lifecycle._dataset_source_query(s.dataset, s.relation, s.mapping, 'true'), p.position_id)) AS any_new FROM lifecycle.dataset_sources s, lifecycle.export_positions p \gset
SELECT is((SELECT string_agg(line, E'\n') FROM plan_of(:'any_new') line WHERE line ~ 'Join Filter|Materialize'), NULL, 'and is not gone through for each row');
CALL lifecycle.export();
SELECT is((SELECT count(*) FROM lifecycle.export_batches), 1::bigint, 'a second export sends nothing');
SELECT * FROM finish();
