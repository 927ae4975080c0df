-- reconcile() of more tenants than a step takes: their groups go in slices, each is settled once, and entities that are gone are found again in
-- the slices they were seen in.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
SET lifecycle_ledger.chunk_rows = 1500;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, updated_at)
  SELECT id(n), id(9), id(n * 10 + k), 'company', timestamptz '2025-07-01 00:00+00' + (n % 3) * interval '1 day' FROM generate_series(1, 4200) n, generate_series(1, 2) k;
-- One tenant with more than a step
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, updated_at) SELECT id(5000), id(9), id(100000 + n), 'company', '2025-07-01 00:00+00' FROM generate_series(1, 2000) n;
SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_company_entities_v1}') \g /dev/null
CALL lifecycle.export();
UPDATE hq.dx_company_entities_v1 SET canonical_name = 'tampered' WHERE entity_id IN (SELECT id(n * 10 + 1) FROM generate_series(1, 4200) n);
UPDATE hq.dx_company_entities_v1 SET canonical_name = 'tampered' WHERE entity_id IN (SELECT id(100000 + n) FROM generate_series(1, 2000, 3) n);
DELETE FROM lifecycle.company_entities WHERE entity_id IN (id(12), id(20002), id(41992), id(100002));
CALL lifecycle.reconcile();
SELECT is(verdict('dx_company_entities_v1'), 'mended: 10396/10400 rows, 4867 differ, 0 source only, 4 target only; 4867 sent, 4867 overwritten, 4 tombstones, 0 held', 'all tenants are settled');
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1 WHERE canonical_name = 'tampered'), 0::bigint, 'every row is as it should be');
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1 WHERE deleted_at IS NOT NULL), 4::bigint, '... those that are gone marked');
SELECT cmp_ok((SELECT count(*) FROM lifecycle.export_batches WHERE reason = 'reconcile'), '>=', 6::bigint, 'in several steps');
SELECT is((SELECT count(*) FROM (SELECT window_start, org FROM lifecycle.reconciliations WHERE org IS NOT NULL AND differing > 0 GROUP BY 1, 2) d), 4201::bigint, 'each tenant is told');
SELECT is(to_regclass('pg_temp.reconcile_groups'), NULL, 'nothing is left in the session');
CALL lifecycle.reconcile();
SELECT is(verdict('dx_company_entities_v1'), 'ok: 10400/10400 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'a second time there is nothing to do');

-- However they are sliced, each group is in one
SELECT lifecycle._parity_groups('hq', 'dx_company_entities_v1', ARRAY[]::date[]) \g /dev/null
INSERT INTO pg_temp.reconcile_groups (place, day, org, bucket, source_rows, target_rows, weight) SELECT n, '2025-07-01', n::text, CASE WHEN n <= 2500 THEN '' ELSE 'a' || n % 10 END, 1, 0, CASE WHEN n % 700 = 0 THEN 5000 ELSE n % 7 END FROM generate_series(1, 4000) n;
CREATE TEMP TABLE slices AS WITH RECURSIVE s AS (
  SELECT 0::bigint AS taken, lifecycle._group_batch(0) AS batch UNION ALL SELECT n.taken, lifecycle._group_batch(n.taken) FROM s, LATERAL (SELECT s.taken + jsonb_array_length(s.batch) AS taken) n WHERE n.taken < 4000) SELECT * FROM s;
SELECT is((SELECT array_agg((g ->> 'place')::bigint ORDER BY taken, n) FROM slices, jsonb_array_elements(batch) WITH ORDINALITY e(g, n)), (SELECT array_agg(n::bigint) FROM generate_series(1, 4000) n), 'all of them, in order, each once');
SELECT cmp_ok((SELECT max(jsonb_array_length(batch)) FROM slices), '<=', 1000, '... no more than a thousand at a time');
SELECT is((SELECT count(*) FROM slices WHERE (SELECT sum((g ->> 'weight')::bigint) FROM jsonb_array_elements(batch) g) > 1500 AND jsonb_array_length(batch) > 1), 0::bigint, '... nor more rows than a step has');
SELECT is((SELECT count(*) FROM slices WHERE (SELECT count(DISTINCT (g ->> 'bucket') = '') FROM jsonb_array_elements(batch) g) > 1), 0::bigint, '... nor parted and whole ones together');
SELECT is(lifecycle._group_batch(taken, taken + jsonb_array_length(batch)), batch, 'one can be had again') FROM slices WHERE taken > 0 LIMIT 1;
SELECT * FROM finish();
