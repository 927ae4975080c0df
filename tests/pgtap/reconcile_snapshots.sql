-- reconcile() of versions of entities: altered ones are found by their content, at every kind of destination, and those of the source take their
-- place; a version that comes late still comes in its place. Where a warehouse makes others than the source has, neither is called altered.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CALL make_companies(1, 400);
SELECT '/tmp/ledger-snapshots-' || pg_backend_pid() AS place \gset
CREATE FUNCTION shell(command text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'cat >/dev/null; ' || command); END $$;
SELECT shell('mkdir -p ' || :'place') \g /dev/null
SELECT lifecycle.register_destination('hq', 'schema', 'hq'), lifecycle.register_destination('files', 'directory', :'place', '{"batch_bytes": 65536}') \g /dev/null
CALL lifecycle.export();
UPDATE lifecycle.company_entities SET canonical_name = 'second ' || canonical_name WHERE entity_id IN (SELECT id(n) FROM generate_series(1, 40) n);
CALL lifecycle.export();
CREATE FUNCTION states(place regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT (org_id, entity_type, entity_id, record_version, jsonb_strip_nulls(canonical_payload_json), captured_at, source_run_id)::text FROM %s', place);
END $$;
CALL lifecycle.reconcile();
SELECT is(verdict('dx_entity_snapshots_v1', place), 'ok: 440/440 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'versions made there and here are the same: ' || place) FROM unnest('{hq,files}'::text[]) place;

-- Altered in every way, and lost
CALL open_guards();
UPDATE hq.dx_entity_snapshots_v1 SET canonical_payload_json = canonical_payload_json || '{"canonical_name": "evil"}' WHERE entity_id = id(5) AND record_version = 1;
UPDATE hq.dx_entity_snapshots_v1 SET canonical_payload_json = canonical_payload_json || '{"industry": "crime"}' WHERE entity_id = id(5) AND record_version = 2;
UPDATE hq.dx_entity_snapshots_v1 SET canonical_payload_json = canonical_payload_json - 'canonical_domain' WHERE entity_id = id(6) AND record_version = 1;
UPDATE hq.dx_entity_snapshots_v1 SET captured_at = captured_at - interval '40 days' WHERE entity_id = id(7) AND record_version = 1;
UPDATE hq.dx_entity_snapshots_v1 SET source_run_id = id(1) WHERE entity_id = id(8) AND record_version = 1;
UPDATE hq.dx_entity_snapshots_v1 SET org_id = id(77) WHERE entity_id = id(9) AND record_version = 1;
DELETE FROM hq.dx_entity_snapshots_v1 WHERE entity_id = id(10) AND record_version = 1;
-- The same said otherwise
UPDATE hq.dx_entity_snapshots_v1 SET canonical_payload_json = jsonb_strip_nulls(canonical_payload_json) WHERE entity_id = id(11);
CALL close_guards();
SELECT is((SELECT count(*) FROM (SELECT states('hq.dx_entity_snapshots_v1') EXCEPT SELECT states('lifecycle.entity_snapshots')) x), 6::bigint, 'six are otherwise');
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1'), 'mended: 440/439 rows, 5 differ, 2 source only, 1 target only; 7 sent, 5 overwritten, 0 tombstones, 0 held', 'altered and lost versions are found');
SELECT is_empty($$SELECT states('lifecycle.entity_snapshots') EXCEPT SELECT states('hq.dx_entity_snapshots_v1')$$, 'the source''s versions are there');
SELECT is((SELECT count(*) FROM hq.dx_entity_snapshots_v1 WHERE org_id <> id(77)), 440::bigint, '... each once');
SELECT is((SELECT string_agg((body #>> '{canonical_payload_json,canonical_name}'), ', ') FROM lifecycle.overwritten_rows WHERE body ->> 'entity_id' = id(5)::text AND body ->> 'record_version' = '1'), 'evil', 'what was overwritten is kept');
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1'), 'ok: 440/440 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'a second time there is nothing to do');
SELECT is(canonical_payload_json ->> 'canonical_name', 'company 9', 'a version that was another tenant''s is its own again') FROM hq.dx_entity_snapshots_v1 WHERE entity_id = id(9) AND record_version = 1;
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 0::bigint, 'no dead letter is left');

-- A late version comes in its place, in an export and in a reconciliation
INSERT INTO lifecycle.entity_snapshots (snapshot_id, org_id, entity_type, entity_id, record_version, canonical_payload_json, captured_at)
  SELECT lifecycle.fingerprint(jsonb_build_array(org_id, entity_type, entity_id, 0)), org_id, entity_type, entity_id, 0, canonical_payload_json || '{"canonical_name": "before"}', captured_at - interval '1 day'
  FROM lifecycle.entity_snapshots WHERE entity_id IN (id(20), id(21)) AND record_version = 1;
CALL lifecycle.export();
CALL open_guards();
DELETE FROM hq.dx_entity_snapshots_v1 WHERE entity_id = id(21) AND record_version = 0;
CALL close_guards();
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is((SELECT string_agg(concat_ws(' ', record_version, canonical_payload_json ->> 'canonical_name'), ', ' ORDER BY entity_id = id(21), record_version) FROM hq.dx_entity_snapshots_v1 WHERE entity_id IN (id(20), id(21))),
  '0 before, 1 company 20, 2 second company 20, 0 before, 1 company 21, 2 second company 21', 'late versions are in their place, and moved no other');
SELECT is((SELECT string_agg(canonical_name, ', ' ORDER BY entity_id = id(21)) FROM hq.dx_company_entities_v1 WHERE entity_id IN (id(20), id(21))), 'second company 20, second company 21', '... nor the entities');

-- Versions that the warehouse alone has, of entities that it has not, or above their versions
CREATE FUNCTION stray(day date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', verdict, target_only, detail) FROM lifecycle.reconciliations
  WHERE check_name = 'versions' AND dataset = 'dx_company_entities_v1' AND window_start IS NOT DISTINCT FROM day ORDER BY reconciliation_id DESC LIMIT 1 $$;
CREATE FUNCTION stray_alert() RETURNS text LANGUAGE sql AS $$ SELECT substring(message FROM '^.*? versions') || ' ' || detail FROM lifecycle.alerts WHERE kind = 'versions' AND subject = 'dx_company_entities_v1@hq' AND resolved_at IS NULL $$;
CREATE FUNCTION key_of(entity bigint, version bigint) RETURNS text LANGUAGE sql AS $$ SELECT jsonb_build_array(id(entity % 5), 'company', id(entity), version)::text $$;
CREATE FUNCTION forge(entity bigint, version bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO hq.dx_entity_snapshots_v1 (export_schema_version, snapshot_id, org_id, entity_type, entity_id, record_version, canonical_payload_json, captured_at) VALUES ('v1', gen_random_uuid(), id(entity % 5), 'company', id(entity), version, '{}', '2025-08-01+00')
$$;
CALL lifecycle.reconcile();
SELECT is(stray(), 'ok 0', 'a warehouse keeps no versions but those of its entities');
SELECT forge(9001, 1), forge(22, 7) \g /dev/null
CALL lifecycle.reconcile('dx_company_entities_v1', '2025-07-01');
SELECT is(stray('2025-07-01'), 'ok 0', 'on a day that has none');
SELECT is(stray_alert(), NULL, '... nothing is told');
CALL lifecycle.reconcile('dx_company_entities_v1', '2025-08-01');
SELECT is(stray('2025-08-01'), 'target_only 2 ' || keys, 'on the day that has some: they are found') FROM (SELECT string_agg(key_of(e, v), ', ' ORDER BY id(e % 5), id(e)) AS keys FROM (VALUES (9001, 1), (22, 7)) x(e, v)) k;
CALL lifecycle.reconcile();
SELECT alike(stray_alert(), '2 versions Among them: %' || key_of(22, 7) || '%', 'on all days: an alert');
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'dx_company_entities_v1' AND destination = 'hq'), 'SELECT * FROM lifecycle.alerts WHERE resolved_at IS NULL', '... which status has');
-- What a source of versions has is ahead of its entity, and nobody's forgery.
INSERT INTO lifecycle.entity_snapshots (snapshot_id, org_id, entity_type, entity_id, record_version, canonical_payload_json, captured_at) VALUES (gen_random_uuid(), id(22 % 5), 'company', id(22), 7, '{}', '2025-08-01+00');
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(stray(), 'target_only 1 ' || key_of(9001, 1), 'a version that a source has is none of them');
UPDATE lifecycle.quality_checks SET settings = settings || '{"target_only": "ignore"}' WHERE check_name = 'parity' AND dataset = '*';
DELETE FROM lifecycle.reconciliations WHERE check_name = 'versions';
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(stray(), NULL, 'who ignores what only the destination has is not told');
UPDATE lifecycle.quality_checks SET settings = settings || '{"target_only": "mend"}' WHERE check_name = 'parity' AND dataset = '*';
DELETE FROM lifecycle.entity_snapshots WHERE entity_id = id(22) AND record_version = 7;
CALL open_guards();
DELETE FROM hq.dx_entity_snapshots_v1 WHERE captured_at = '2025-08-01+00';
CALL close_guards();
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(concat_ws(' ', stray(), stray_alert()), 'ok 0', 'gone there, the alert is resolved');

-- A directory: what the source has otherwise is sent behind
ALTER TABLE lifecycle.entity_snapshots DISABLE TRIGGER changed_xid;
UPDATE lifecycle.entity_snapshots SET canonical_payload_json = canonical_payload_json || '{"industry": "mended"}' WHERE entity_id = id(30) AND record_version = 1;
ALTER TABLE lifecycle.entity_snapshots ENABLE ALWAYS TRIGGER changed_xid;
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1', place), expected, 'a version that changed at the source: ' || place) FROM (VALUES
  ('files', 'mended: 442/442 rows, 1 differ, 0 source only, 0 target only; 1 sent, 1 overwritten, 0 tombstones, 0 held'),
  ('hq', 'mended: 442/442 rows, 1 differ, 0 source only, 0 target only; 1 sent, 1 overwritten, 0 tombstones, 0 held')) e (place, expected);
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1', 'files'), 'ok: 442/442 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... once');
SELECT is((SELECT canonical_payload_json ->> 'industry' FROM hq.dx_entity_snapshots_v1 WHERE entity_id = id(30) AND record_version = 1), 'mended', '... is there');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, 'no alert');

-- Versions of one's own, which the warehouse makes otherwise: whoever came first stands, and nobody is called altered
CREATE VIEW own_versions AS SELECT s.*, s.canonical_payload_json || '{"mood": "good"}' AS state FROM lifecycle.entity_snapshots s;
SELECT lifecycle.unregister_dataset_source('dx_entity_snapshots_v1', 'lifecycle.entity_snapshots') \g /dev/null
SELECT lifecycle.register_dataset_source('dx_entity_snapshots_v1', 'own_versions', (SELECT jsonb_object_agg(c, c) FROM unnest('{snapshot_id,org_id,entity_type,entity_id,record_version,captured_at,source_run_id}'::text[]) c) || '{"canonical_payload_json": "state"}') \g /dev/null
UPDATE lifecycle.destinations SET datasets = '{dx_company_entities_v1,dx_entity_snapshots_v1}' WHERE destination = 'hq';
CALL lifecycle.export();
CALL open_guards();
DELETE FROM hq.dx_entity_snapshots_v1 WHERE entity_id = id(12);
CALL close_guards();
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1'), 'mended: 442/440 rows, 0 differ, 2 source only, 0 target only; 2 sent, 0 overwritten, 0 tombstones, 0 held', 'they are asked whether they are there');
INSERT INTO lifecycle.quality_checks (check_name, dataset, settings) VALUES ('parity', 'dx_entity_snapshots_v1', '{"compare": "content"}');
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1'), 'mended: 442/442 rows, 440 differ, 0 source only, 0 target only; 440 sent, 440 overwritten, 0 tombstones, 0 held', 'compare: the source''s say what they are');
UPDATE lifecycle.quality_checks SET settings = '{"compare": "presence"}' WHERE dataset = 'dx_entity_snapshots_v1';
CALL open_guards();
UPDATE hq.dx_entity_snapshots_v1 SET source_run_id = id(2) WHERE entity_id = id(12);
CALL close_guards();
CALL lifecycle.reconcile('dx_entity_snapshots_v1');
SELECT is(verdict('dx_entity_snapshots_v1'), 'ok: 442/442 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... or that they are there');
UPDATE lifecycle.quality_checks SET settings = '{"compare": "colour"}' WHERE dataset = 'dx_entity_snapshots_v1';
SELECT throws_ok($$SELECT lifecycle._compared_columns('hq', 'dx_entity_snapshots_v1')$$, '22023', 'setting "compare" of check parity, dataset "dx_entity_snapshots_v1", is "colour"', '... and nothing else');
SELECT shell('rm -rf ' || :'place') \g /dev/null
SELECT * FROM finish();
