-- Finished runs of a year and forty tenants, at the source and in a warehouse that has all of them.
SET client_min_messages = error;
CREATE SCHEMA bench;
CREATE TABLE bench.runs (run_id uuid PRIMARY KEY, org_id uuid NOT NULL, operation_id text NOT NULL, entity_id uuid NOT NULL, status text NOT NULL, duration_ms integer, cost_usd numeric,
  error_message text, started_at timestamptz NOT NULL, created_at timestamptz NOT NULL, changed_xid xid8);
INSERT INTO bench.runs SELECT md5('run ' || i)::uuid, md5('org ' || i % 40)::uuid, 'company.enrich.profile', md5('entity ' || i % 100000)::uuid, (ARRAY['succeeded', 'succeeded', 'failed', 'skipped'])[1 + i % 4],
    i % 30000, round(i % 1000 / 100.0, 2), CASE WHEN i % 4 = 2 THEN 'provider answered 503, attempt ' || i % 9 END, t, t, pg_current_xact_id()
  FROM generate_series(1, :rows) i, LATERAL (SELECT timestamptz '2025-01-01 00:00+00' + i * (interval '365 days' / :rows) AS t) t;
CREATE INDEX ON bench.runs (created_at);
CALL lifecycle.install_warehouse('hq', '1 month');
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'bench.runs', '{"run_id": "run_id", "org_id": "org_id", "operation_id": "operation_id", "action_id": "operation_id",
  "entity_type": {"constant": "company"}, "entity_id": "entity_id", "status": "status", "attempt_count": {"constant": "1"}, "duration_ms": "duration_ms", "cost_usd": "cost_usd",
  "error_message": "error_message", "started_at": "started_at", "created_at": "created_at"}');
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_operation_runs_v1}');
CALL lifecycle.export();
DELETE FROM lifecycle.quality_checks WHERE check_name IN ('null_rate', 'status_distribution') AND field <> '';
VACUUM ANALYZE;
CHECKPOINT;
