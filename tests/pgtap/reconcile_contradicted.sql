-- A source with several rows under one key and version: which of them arrives first is chance, which of them stays is not.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CREATE TABLE told (place integer, org uuid, entity uuid, name text, version integer, at timestamptz);
-- Entity 1: two words of version 2. Entity 2: the same twice. Entity 3: as it should be.
INSERT INTO told VALUES (1, id(1), id(1), 'first', 2, '2025-07-01'), (2, id(1), id(1), 'second', 2, '2025-07-01'), (3, id(1), id(1), 'earlier', 1, '2025-07-01'),
  (4, id(1), id(2), 'twice', 1, '2025-07-01'), (5, id(1), id(2), 'twice', 1, '2025-07-01'), (6, id(1), id(3), 'once', 1, '2025-07-01');
CREATE VIEW telling AS SELECT * FROM told ORDER BY place;
SELECT lifecycle.register_dataset_source('dx_company_entities_v1', 'telling', '{"org_id": "org", "company_id": "entity", "entity_id": "entity", "canonical_name": "name", "record_version": "version", "updated_at": "at"}') \g /dev/null
SELECT lifecycle.unregister_dataset_source('dx_company_entities_v1', 'lifecycle.company_entities') \g /dev/null
CALL lifecycle.install_warehouse('other');
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_company_entities_v1}'), lifecycle.register_destination('other', 'schema', 'other', '{}', '{dx_company_entities_v1}') \g /dev/null
CALL lifecycle.export();
-- As when batches overtake each other.
UPDATE hq.dx_company_entities_v1 SET canonical_name = 'first' WHERE entity_id = id(1);
UPDATE other.dx_company_entities_v1 SET canonical_name = 'second' WHERE entity_id = id(1);
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(differences('hq.dx_company_entities_v1', 'other.dx_company_entities_v1', columns_of('dx_company_entities_v1')), 0::bigint, 'every destination has the same row');
SELECT is((SELECT sum(overwritten) FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL), 1::numeric, '... and it was told where that took replacing one');
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is((SELECT string_agg(DISTINCT concat_ws(': ', verdict, source_rows, target_rows, detail), '') FROM (SELECT * FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL ORDER BY reconciliation_id DESC LIMIT 2) r),
  'ok: 6: 3: 3 rows of the sources stand under keys that others have, too', '... for good; and why the counts are not the same');
CALL lifecycle.export();
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(verdict('dx_company_entities_v1'), 'ok: 6/3 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... whatever is exported meanwhile');
SELECT * FROM finish();
