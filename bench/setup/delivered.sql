-- Runs as the contract has them, about 700 bytes of JSON a row, here; a second server to bring them to.
CREATE SCHEMA bench;
CREATE TABLE bench.runs AS
  SELECT 'v1'::text AS export_schema_version, md5('run ' || i)::uuid AS run_id, md5('pipeline ' || i / 9)::uuid AS pipeline_run_id, 'workflow_' || i % 50 AS workflow_id,
    'company.enrich.profile' AS operation_id, 'provider_' || i % 6 || '.profile' AS action_id, (ARRAY['company', 'person'])[1 + i % 2] AS entity_type,
    md5('entity ' || i)::uuid AS entity_id, md5('org ' || i % 300)::uuid AS org_id, CASE WHEN i % 3 = 0 THEN md5('company ' || i)::uuid END AS company_id,
    'provider_' || i % 6 AS source_provider, (ARRAY['succeeded', 'failed', 'skipped', 'canceled'])[1 + i % 4] AS status, 1 + i % 3 AS attempt_count, t AS started_at,
    t + interval '1.5 s' AS ended_at, (i % 5000)::integer AS duration_ms, round((i % 4000) / 1000.0, 4) AS cost_usd, CASE WHEN i % 9 = 0 THEN 'not_found' END AS error_code,
    CASE WHEN i % 9 = 0 THEN 'provider said "no": ' || i END AS error_message, t + interval '2 s' AS created_at
  -- Three days, whatever the number of rows: what it takes to make partitions is not the question.
  FROM generate_series(1, :rows) i, LATERAL (SELECT timestamptz '2025-07-01 00:00:00.123+00' + i * (interval '3 days' / :rows) AS t) t;
VACUUM ANALYZE bench.runs;
CREATE EXTENSION postgres_fdw;
\getenv second BENCH_SECOND
CREATE SERVER second FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host :'second', port '5432', dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER second OPTIONS (user 'postgres');
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'bench.runs',
  (SELECT jsonb_object_agg(attname, attname) FROM pg_attribute WHERE attrelid = 'bench.runs'::regclass AND attnum > 0 AND attname <> 'export_schema_version'));
CHECKPOINT;
