-- "plain" is the best statement of plain SQL, "merge" the one that writes the least WAL. Each works on a table of its own; all have the
-- same content before and after. No checkpoint comes in between: whole pages in the WAL would hide what a row costs.
\if :replay
\else
DROP TABLE IF EXISTS bench.batch;
CREATE TABLE bench.batch (LIKE bench.ours);
INSERT INTO bench.batch
  SELECT c.*
  FROM generate_series(1, :rows / 10 / :versions) n
    CROSS JOIN LATERAL (SELECT CASE WHEN n % 100 >= :stale AND n % 10 = 9 THEN (:round * 1000 + :stale) * :rows::bigint + n
      ELSE 1 + n * 7919::bigint * 131 % :rows END AS i) k
    CROSS JOIN generate_series(0, :versions - 1) v
    CROSS JOIN LATERAL (SELECT coalesce((SELECT record_version FROM bench.ours o WHERE o.org_id = md5('org ' || i % 40)::uuid
      AND o.entity_id = md5('entity ' || i)::uuid), 1) AS record_version) o
    CROSS JOIN LATERAL bench.company(i, o.record_version + CASE WHEN n % 100 < :stale THEN -(n % 2) ELSE 1 + v END) c
  ORDER BY md5(n::text || v);
VACUUM ANALYZE bench.batch;
\endif
\set form plain
\ir ../begin.sql
INSERT INTO bench.plain AS t SELECT DISTINCT ON (org_id, entity_id) * FROM bench.batch ORDER BY org_id, entity_id, record_version DESC
ON CONFLICT (org_id, entity_id) DO UPDATE SET export_schema_version = excluded.export_schema_version, company_id = excluded.company_id,
  canonical_name = excluded.canonical_name, canonical_domain = excluded.canonical_domain, linkedin_url = excluded.linkedin_url,
  linkedin_page_id = excluded.linkedin_page_id, industry = excluded.industry, employee_count = excluded.employee_count,
  revenue_band = excluded.revenue_band, hq_country = excluded.hq_country, enrichment_confidence = excluded.enrichment_confidence,
  last_enriched_at = excluded.last_enriched_at, last_operation_id = excluded.last_operation_id, last_run_id = excluded.last_run_id,
  source_priority = excluded.source_priority, record_version = excluded.record_version, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
WHERE excluded.record_version > t.record_version;
\ir ../end.sql
\set form ours
\ir ../begin.sql
SELECT * FROM lifecycle.versioned_upsert('bench.ours', 'bench.batch');
\ir ../end.sql
SELECT :SERVER_VERSION_NUM >= 150000 AS has_merge \gset
\if :has_merge
\set form merge
\ir ../begin.sql
MERGE INTO bench.merged t USING (SELECT DISTINCT ON (org_id, entity_id) * FROM bench.batch ORDER BY org_id, entity_id, record_version DESC) s
  ON t.org_id = s.org_id AND t.entity_id = s.entity_id
WHEN MATCHED AND s.record_version > t.record_version THEN UPDATE SET export_schema_version = s.export_schema_version, company_id = s.company_id,
  canonical_name = s.canonical_name, canonical_domain = s.canonical_domain, linkedin_url = s.linkedin_url,
  linkedin_page_id = s.linkedin_page_id, industry = s.industry, employee_count = s.employee_count,
  revenue_band = s.revenue_band, hq_country = s.hq_country, enrichment_confidence = s.enrichment_confidence,
  last_enriched_at = s.last_enriched_at, last_operation_id = s.last_operation_id, last_run_id = s.last_run_id,
  source_priority = s.source_priority, record_version = s.record_version, updated_at = s.updated_at, deleted_at = s.deleted_at
WHEN NOT MATCHED THEN INSERT VALUES (s.export_schema_version, s.org_id, s.company_id, s.entity_id, s.canonical_name, s.canonical_domain, s.linkedin_url,
  s.linkedin_page_id, s.industry, s.employee_count, s.revenue_band, s.hq_country, s.enrichment_confidence, s.last_enriched_at, s.last_operation_id,
  s.last_run_id, s.source_priority, s.record_version, s.updated_at, s.deleted_at);
\ir ../end.sql
\endif
VACUUM bench.plain;
VACUUM bench.ours;
VACUUM bench.merged;
\if :first
SELECT :'path' || ',' || ((SELECT (count(*), sum(hash_record_extended(p, 0)::numeric)) FROM bench.plain p)
  = (SELECT (count(*), sum(hash_record_extended(o, 0)::numeric)) FROM bench.ours o)) \g |cat >>"$BENCH_CHECKED"
\endif
