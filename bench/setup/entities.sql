-- Companies as the export contract has them, a table of them for each way to bring newer versions in.
CREATE SCHEMA bench;
CREATE TABLE bench.ours (export_schema_version text NOT NULL, org_id uuid NOT NULL, company_id uuid NOT NULL, entity_id uuid NOT NULL,
  canonical_name text, canonical_domain text, linkedin_url text, linkedin_page_id text, industry text, employee_count integer, revenue_band text,
  hq_country text, enrichment_confidence numeric, last_enriched_at timestamptz, last_operation_id text, last_run_id uuid, source_priority text,
  record_version bigint NOT NULL, updated_at timestamptz NOT NULL, deleted_at timestamptz);
CREATE FUNCTION bench.company(i bigint, version bigint) RETURNS SETOF bench.ours LANGUAGE sql IMMUTABLE AS $$
  SELECT 'v1', md5('org ' || i % 40)::uuid, md5('company ' || i)::uuid, md5('entity ' || i)::uuid, 'Company number ' || i, 'company-' || i || '.example',
    'https://linkedin.example/company/' || i, (i * 7)::text, (ARRAY['software', 'retail', 'banking'])[1 + i % 3], (i % 9000)::integer, '10M-50M',
    (ARRAY['GB', 'DE', 'US', 'FR'])[1 + i % 4], round((i % 100) / 100.0, 2), timestamptz '2025-01-01 00:00:00+00' + version * interval '1 hour',
    'company.enrich.profile', md5('run ' || i || version)::uuid, 'provider_' || i % 6, version, timestamptz '2025-01-01 00:00:00+00' + version * interval '1 hour',
    NULL::timestamptz
$$;
-- In no order of the key, as they come in.
INSERT INTO bench.ours SELECT c.* FROM generate_series(1, :rows) i CROSS JOIN LATERAL bench.company(i * 7919::bigint * 127 % :rows + 1, 10) c;
ALTER TABLE bench.ours ADD PRIMARY KEY (org_id, entity_id);
CREATE TABLE bench.plain (LIKE bench.ours INCLUDING ALL);
INSERT INTO bench.plain SELECT * FROM bench.ours;
CREATE TABLE bench.merged (LIKE bench.ours INCLUDING ALL);
INSERT INTO bench.merged SELECT * FROM bench.ours;
VACUUM ANALYZE;
CHECKPOINT;
