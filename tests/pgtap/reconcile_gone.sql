-- Entities that no source has: all are counted before any is marked as deleted, however many steps that takes.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CALL make_companies(1, 2000);
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_company_entities_v1}') \g /dev/null
CALL lifecycle.export();
CREATE FUNCTION tombstones() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM hq.dx_company_entities_v1 WHERE deleted_at IS NOT NULL $$;
CREATE FUNCTION days() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', verdict, days, 'days', target_only, 'gone', tombstones, 'marked'), '; ' ORDER BY verdict) FROM (
    SELECT verdict, count(DISTINCT (window_start, org)) AS days, sum(target_only) AS target_only, sum(tombstones) AS tombstones FROM lifecycle.reconciliations
    WHERE check_name = 'parity' AND org IS NOT NULL AND run_id = (SELECT max(run_id) FROM lifecycle.reconciliations WHERE check_name = 'parity') GROUP BY 1) d
$$;
-- Steps of a few groups, each of which has fewer than may be marked.
SET lifecycle_ledger.chunk_rows = 60;
CREATE TABLE kept AS SELECT * FROM lifecycle.company_entities;
ALTER TABLE lifecycle.company_entities DISABLE TRIGGER USER;
DELETE FROM lifecycle.company_entities;
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(tombstones(), 0::bigint, 'a source that lost everything deletes nothing, whatever the size of a step');
SELECT is(verdict('dx_company_entities_v1'), 'target_only: 0/2000 rows, 0 differ, 0 source only, 2000 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... and all of it is told');
INSERT INTO lifecycle.company_entities SELECT * FROM kept WHERE entity_id NOT IN (SELECT id(n) FROM generate_series(1, 201) n);
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(tombstones(), 0::bigint, 'one more than a tenth of them: none');
INSERT INTO lifecycle.company_entities SELECT * FROM kept WHERE entity_id = id(201);
ALTER TABLE lifecycle.company_entities ENABLE TRIGGER USER;
ALTER TABLE lifecycle.company_entities ENABLE ALWAYS TRIGGER changed_xid;
CALL open_guards();
UPDATE hq.dx_company_entities_v1 SET canonical_name = 'evil' WHERE entity_id IN (id(7), id(300));
DELETE FROM hq.dx_company_entities_v1 WHERE entity_id = id(400);
CALL close_guards();
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(tombstones(), 200::bigint, 'a tenth of them: all');
SELECT is(verdict('dx_company_entities_v1'), 'mended: 1800/1999 rows, 1 differ, 1 source only, 200 target only; 2 sent, 1 overwritten, 200 tombstones, 0 held', '... counted once, beside what else differs');
SELECT alike(days(), 'mended % days 200 gone 200 marked', '... each day and tenant told once');
SELECT is((SELECT count(*) FROM lifecycle.reconciliations r WHERE check_name = 'parity' AND org IS NOT NULL AND run_id = (SELECT max(run_id) FROM lifecycle.pipeline_runs WHERE procedure = 'reconcile')
  GROUP BY window_start, org HAVING count(*) > 1 LIMIT 1), NULL, '... in one row');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, 'the alert of before is resolved');
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(verdict('dx_company_entities_v1'), 'ok: 2000/2000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'once');
SELECT * FROM finish();
