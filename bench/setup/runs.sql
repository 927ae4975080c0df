-- The operational table of runs, filled by one transaction, as the source of dx_operation_runs_v1, and a directory to deliver it to.
CALL lifecycle.install_operational_tables();
INSERT INTO lifecycle.operation_runs (run_id, pipeline_run_id, workflow_id, operation_id, action_id, entity_type, entity_id, org_id, company_id, source_provider, status, attempt_count,
    started_at, ended_at, duration_ms, cost_usd, error_code, error_message, created_at)
  SELECT md5('r' || n)::uuid, CASE WHEN n % 4 > 0 THEN md5('p' || n / 5)::uuid END, 'workflow-' || n % 40, 'company.enrich.' || (ARRAY['profile', 'hiring', 'funding', 'tech'])[1 + n % 4],
    'provider.v' || n % 7, CASE WHEN n % 3 = 0 THEN 'person' ELSE 'company' END, md5('e' || n / 3)::uuid, md5('o' || n % 50)::uuid, CASE WHEN n % 5 > 0 THEN md5('c' || n / 10)::uuid END,
    (ARRAY['prospeo', 'clearbit', 'apollo'])[1 + n % 3], (ARRAY['succeeded', 'succeeded', 'succeeded', 'failed', 'skipped'])[1 + n % 5], 1 + n % 3, t, t + interval '1 s' * (n % 300),
    (n % 300) * 1000, (n % 1000) / 10000.0, CASE WHEN n % 5 = 3 THEN 'rate_limited' END, CASE WHEN n % 5 = 3 THEN 'The provider said: "too many requests", try again' END, t
  FROM (SELECT n, timestamptz '2025-01-01+00' + n * interval '17.123456 s' AS t FROM generate_series(1, :rows) n) x;
VACUUM ANALYZE lifecycle.operation_runs;
