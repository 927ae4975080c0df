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

-- Few enough, and yet no deletion: a table that is loaded anew, and a row whose key cannot be read
CREATE TABLE public.people (org text, id text, name text, version bigint, changed timestamptz);
INSERT INTO people SELECT id(1), id(n), 'person ' || n, 1, '2025-07-01 00:00+00' FROM generate_series(1, 20) n;
SELECT lifecycle.unregister_dataset_source('dx_person_entities_v1', 'lifecycle.person_entities') \g /dev/null
SELECT lifecycle.register_dataset_source('dx_person_entities_v1', 'people', '{"org_id": "org", "entity_id": "id", "full_name": "name", "record_version": "version", "updated_at": "changed", "change_column": "changed"}') \g /dev/null
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_company_entities_v1,dx_person_entities_v1}') \g /dev/null
CALL lifecycle.export();
CREATE FUNCTION people_gone() RETURNS text LANGUAGE sql AS $$
  SELECT count(*) FILTER (WHERE deleted_at IS NOT NULL) || coalesce(' ' || (SELECT detail FROM lifecycle.alerts WHERE resolved_at IS NULL AND subject = 'dx_person_entities_v1@hq'), '') FROM hq.dx_person_entities_v1
$$;
CREATE TABLE emptied AS SELECT * FROM people;
DELETE FROM people;
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is(people_gone(), '0 The sources have no row at all: that looks like a load under way, or a mishap.', 'a source without a row deletes nothing, however few there were');
INSERT INTO people SELECT * FROM emptied;
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is(people_gone(), '0', '... and is well once it has them');
UPDATE people SET id = 'p-' || id, changed = now() WHERE id = id(3)::text;
CALL lifecycle.export('dx_person_entities_v1');
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is(people_gone(), '0 A row of a source has no key that can be read (dead letters of stage export): it may be one of them.', 'a row whose key cannot be read may be the one that is missing');
UPDATE people SET id = substr(id, 3), changed = now() WHERE id LIKE 'p-%';
DELETE FROM people WHERE id = id(4)::text;
CALL lifecycle.export('dx_person_entities_v1');
UPDATE lifecycle.dead_letters SET resolved_at = now() WHERE resolved_at IS NULL;
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is(people_gone(), '1', 'one that is gone is marked as deleted');

-- A source that is registered no more
CREATE TABLE public.others AS SELECT org, id(1000 + n)::text AS id, name, version, changed FROM people, generate_series(1, 3) n WHERE id = id(5)::text;
SELECT lifecycle.register_dataset_source('dx_person_entities_v1', 'others', '{"org_id": "org", "entity_id": "id", "full_name": "name", "record_version": "version", "updated_at": "changed", "change_column": "changed"}') \g /dev/null
CALL lifecycle.export('dx_person_entities_v1');
SELECT lifecycle.unregister_dataset_source('dx_person_entities_v1', 'others') \g /dev/null
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT alike(people_gone(), '1 They may be of a source that is registered no more: public.others.%', 'what was exported from it stays where it is');
DELETE FROM lifecycle.export_positions WHERE relation = 'others'::regclass;
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is(people_gone(), '4', '... until somebody says otherwise');

-- A row as young as the last export, and quiet after it
INSERT INTO people VALUES (id(1), id(50), 'person 50', 1, now());
CALL lifecycle.export('dx_person_entities_v1');
UPDATE hq.dx_person_entities_v1 SET full_name = 'forged' WHERE entity_id = id(50);
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is((SELECT full_name FROM hq.dx_person_entities_v1 WHERE entity_id = id(50)), 'person 50', 'what was sent last is compared without waiting for more');
UPDATE people SET name = 'renamed', version = 2, changed = now() WHERE id = id(50)::text;
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT is((SELECT full_name FROM hq.dx_person_entities_v1 WHERE entity_id = id(50)), 'person 50', '... what has changed since is the next export''s');

-- Above the highest version there is none: such an entity cannot be marked, and holds up no other.
CALL open_guards();
INSERT INTO hq.dx_person_entities_v1 (export_schema_version, org_id, entity_id, record_version, updated_at) VALUES ('v1', id(1), id(60), 9223372036854775807, now()), ('v1', id(1), id(61), 9223372036854775806, now());
CALL close_guards();
CALL lifecycle.reconcile('dx_person_entities_v1');
SELECT results_eq('SELECT entity_id, record_version, deleted_at IS NOT NULL FROM hq.dx_person_entities_v1 WHERE entity_id IN (id(60), id(61)) ORDER BY deleted_at NULLS FIRST',
  'VALUES (id(60), 9223372036854775807, false), (id(61), 9223372036854775807, true)', 'an entity of the highest version stays, the other is marked as deleted');
SELECT alike(verdict('dx_person_entities_v1'), 'target_only: % 1 tombstones, % held', '... and that it is only there is told');
SELECT * FROM finish();
