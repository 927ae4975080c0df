-- A warehouse whose tables lie elsewhere (elsewhere.sql says how that is made believe) as a destination: exports, damage that reconcile()
-- finds and mends, and erasures end as in a warehouse beside it whose tables are here.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CALL lifecycle.install_warehouse('far', '1 month', distributable => true);
SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass PRIMARY KEY);
RESET allow_system_table_mods;
INSERT INTO pg_catalog.pg_dist_partition SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'far'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname !~ '_keys$';
SELECT lifecycle.register_destination(name, 'schema', name) FROM unnest('{hq,far}'::text[]) name \g /dev/null
CREATE FUNCTION differing() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  dataset text;
  found bigint;
  told text := '';
BEGIN
  FOREACH dataset IN ARRAY '{dx_operation_runs_v1,dx_operation_runs_v1_keys,dx_operation_events_v1,dx_operation_events_v1_keys,dx_company_entities_v1,dx_person_entities_v1,dx_entity_snapshots_v1}'::text[] LOOP
    EXECUTE format('SELECT count(*) FROM ((TABLE hq.%1$I EXCEPT ALL TABLE far.%1$I) UNION ALL (TABLE far.%1$I EXCEPT ALL TABLE hq.%1$I)) x', dataset) INTO found;
    told := concat_ws(', ', nullif(told, ''), CASE WHEN found > 0 THEN format('%s: %s', dataset, found) END);
  END LOOP;
  RETURN told;
END $$;
CREATE FUNCTION verdicts(place text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(d.dataset || ' ' || verdict(d.dataset, place), E'\n' ORDER BY d.dataset) FROM lifecycle.datasets d WHERE d.dataset LIKE 'dx%'
$$;
CALL make_runs(1, 1500);
CALL make_events(1, 700);
CALL make_companies(1, 600);
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT id(n), 'user' || n || '@example.com', 'Activation' FROM generate_series(1, 9) n;
INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name, work_email, title) SELECT id(n % 5), id(200 + n), 'Person ' || n, 'User' || n || '@Example.com', 'CEO' FROM generate_series(1, 9) n;
CALL lifecycle.export();
SELECT is(differing(), '', 'the same rows are exported to both');
SELECT is((SELECT string_agg(DISTINCT rows_in || ' ' || written || ' ' || unchanged || ' ' || dead || ' ' || checksum, ', ') FROM lifecycle.export_batches WHERE dataset = 'dx_operation_runs_v1'),
  (SELECT '1500 1500 0 0 ' || lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM far.dx_operation_runs_v1 r), '... and counted the same');
UPDATE lifecycle.company_entities SET canonical_name = 'changed' WHERE entity_id IN (SELECT id(n) FROM generate_series(1, 50) n);
CALL make_runs(1501, 1600);
CALL lifecycle.export();
SELECT is(differing(), '', 'changes, too');
SELECT is((SELECT count(*) FROM far.dx_company_entities_v1 WHERE canonical_name = 'changed'), 50::bigint, '... are there');
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01', '2025-07-03', '1 day');
SELECT is(differing(), '', 'a backfill');

CREATE PROCEDURE damage(place text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('search_path', place || ', public', true);
  UPDATE dx_operation_runs_v1 SET cost_usd = -1 WHERE run_id = id(17);
  DELETE FROM dx_operation_runs_v1 WHERE run_id IN (id(18), id(19));
  DELETE FROM dx_operation_runs_v1_keys WHERE run_id = id(19);
  UPDATE dx_operation_runs_v1 SET org_id = id(77) WHERE run_id = id(20);
  UPDATE dx_operation_runs_v1_keys SET org_id = id(77) WHERE run_id = id(20);
  UPDATE dx_operation_runs_v1 SET org_id = id(78) WHERE run_id = id(21);
  UPDATE dx_operation_runs_v1 SET created_at = '2025-07-20 00:00+00' WHERE run_id = id(22);
  UPDATE dx_operation_events_v1 SET metadata_json = '{"n": 6}' WHERE event_id = id(1000006);
  DELETE FROM dx_operation_events_v1 WHERE event_id = id(1000007);
  UPDATE dx_company_entities_v1 SET canonical_name = 'evil' WHERE entity_id = id(30);
  UPDATE dx_company_entities_v1 SET record_version = 7 WHERE entity_id = id(31);
  UPDATE dx_company_entities_v1 SET record_version = 0, canonical_name = 'old' WHERE entity_id = id(32);
  DELETE FROM dx_company_entities_v1 WHERE entity_id = id(33);
  UPDATE dx_company_entities_v1 SET org_id = id(77) WHERE entity_id = id(34);
  DELETE FROM dx_entity_snapshots_v1 WHERE entity_id IN (id(35), id(36));
  INSERT INTO dx_operation_runs_v1 SELECT r.* FROM dx_operation_runs_v1 o, LATERAL (SELECT (jsonb_populate_record(o, jsonb_build_object('run_id', id(900001)))).*) r WHERE o.run_id = id(50);
END $$;
CALL lifecycle.reconcile();
SELECT is(verdicts('far'), verdicts('hq'), 'nothing to mend');
SELECT is((SELECT string_agg(DISTINCT verdict, ', ') FROM lifecycle.reconciliations WHERE check_name = 'parity'), 'ok', '... anywhere');
CALL open_guards();
CALL damage('hq');
CALL close_guards();
CALL damage('far');
CALL lifecycle.reconcile();
SELECT is(verdicts('far'), verdicts('hq'), 'damage is found');
SELECT is(verdict('dx_operation_runs_v1', 'far'), 'target_only: 1600/1599 rows, 4 differ, 2 source only, 1 target only; 6 sent, 4 overwritten, 0 tombstones, 0 held', '... all of it');
SELECT results_eq($$SELECT dataset, key, org, body FROM lifecycle.overwritten_rows WHERE warehouse = 'far' ORDER BY 1, 2, 3$$,
  $$SELECT dataset, key, org, body FROM lifecycle.overwritten_rows WHERE warehouse = 'hq' ORDER BY 1, 2, 3$$, '... what was overwritten is kept');
UPDATE hq.dx_company_entities_v1 h SET updated_at = f.updated_at, deleted_at = f.deleted_at FROM far.dx_company_entities_v1 f WHERE h.deleted_at IS NOT NULL AND h.entity_id = f.entity_id AND h.org_id = f.org_id;
UPDATE far.dx_entity_snapshots_v1 f SET captured_at = h.captured_at, canonical_payload_json = h.canonical_payload_json FROM hq.dx_entity_snapshots_v1 h WHERE h.org_id = id(77) AND f.snapshot_id = h.snapshot_id;
SELECT is(differing(), '', '... and mended, tombstones at their times');
CALL lifecycle.reconcile();
SELECT is(verdicts('far'), verdicts('hq'), 'and once more: nothing but the row that no source has');

CALL lifecycle.erase_user(id(1));
SELECT is((SELECT full_name IS NULL AND work_email IS NULL FROM far.dx_person_entities_v1 WHERE entity_id = id(201)), true, 'who is erased is erased there');
SELECT is((SELECT count(*) FROM far.dx_entity_snapshots_v1 WHERE entity_id = id(201) AND canonical_payload_json::text ~ 'Person'), 0::bigint, '... from the versions, too');
SELECT is((SELECT count(*) FROM far.dx_person_entities_v1 WHERE full_name IS NOT NULL), 8::bigint, '... and nobody else is');
SELECT is(differing(), '', '... in both the same');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 0::bigint, 'no dead letter in all this');
SELECT * FROM finish();
