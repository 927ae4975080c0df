-- Random damage to the target: altered rows, lost rows, rows of another tenant or time, extra rows. reconcile() finds exactly these, mends
-- them, and sends nothing the next time. An oracle in plain SQL says what has to be found.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(25);
CALL make_runs(1, 2000);
CALL make_events(1, 1000);
CALL make_companies(1, 800);
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_operation_runs_v1,dx_operation_events_v1,dx_company_entities_v1}') \g /dev/null
CALL lifecycle.export();
SELECT setseed(0.5) \g /dev/null
CREATE VIEW known_runs AS SELECT t.* FROM hq.dx_operation_runs_v1 t WHERE EXISTS (SELECT FROM lifecycle.operation_runs s WHERE s.run_id = t.run_id);
CREATE VIEW living_companies AS SELECT * FROM hq.dx_company_entities_v1 WHERE deleted_at IS NULL;
CREATE TABLE damage (dataset text, key uuid, kind text);

CREATE PROCEDURE damage_rows(share double precision) LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  DELETE FROM damage;
  INSERT INTO damage SELECT 'runs', run_id, (ARRAY['altered', 'lost', 'all lost', 'tenant', 'time'])[1 + floor(random() * 5)::integer] FROM known_runs WHERE random() < share;
  INSERT INTO damage SELECT 'events', event_id, (ARRAY['altered', 'lost', 'all lost', 'tenant'])[1 + floor(random() * 4)::integer] FROM hq.dx_operation_events_v1 WHERE random() < share;
  INSERT INTO damage SELECT 'companies', entity_id, (ARRAY['altered', 'lost', 'ahead', 'behind', 'tenant'])[1 + floor(random() * 5)::integer] FROM hq.dx_company_entities_v1 WHERE random() < share AND deleted_at IS NULL;
  INSERT INTO damage SELECT 'extra runs', md5(random()::text)::uuid, 'extra' FROM generate_series(1, 3);
  UPDATE hq.dx_operation_runs_v1 t SET cost_usd = coalesce(cost_usd, 0) + 0.01, error_message = NULL FROM damage d WHERE d.dataset = 'runs' AND d.key = t.run_id AND d.kind = 'altered';
  DELETE FROM hq.dx_operation_runs_v1 t USING damage d WHERE d.dataset = 'runs' AND d.key = t.run_id AND d.kind IN ('lost', 'all lost');
  DELETE FROM hq.dx_operation_runs_v1_keys t USING damage d WHERE d.dataset = 'runs' AND d.key = t.run_id AND d.kind = 'all lost';
  UPDATE hq.dx_operation_runs_v1 t SET org_id = id(floor(random() * 9)::integer + 5) FROM damage d WHERE d.dataset = 'runs' AND d.key = t.run_id AND d.kind = 'tenant';
  UPDATE hq.dx_operation_runs_v1 t SET created_at = created_at + interval '1 hour' FROM damage d WHERE d.dataset = 'runs' AND d.key = t.run_id AND d.kind = 'time';
  UPDATE hq.dx_operation_events_v1 t SET metadata_json = '{}' FROM damage d WHERE d.dataset = 'events' AND d.key = t.event_id AND d.kind = 'altered';
  DELETE FROM hq.dx_operation_events_v1 t USING damage d WHERE d.dataset = 'events' AND d.key = t.event_id AND d.kind IN ('lost', 'all lost');
  DELETE FROM hq.dx_operation_events_v1_keys t USING damage d WHERE d.dataset = 'events' AND d.key = t.event_id AND d.kind = 'all lost';
  UPDATE hq.dx_operation_events_v1 t SET org_id = id(floor(random() * 9)::integer + 5) FROM damage d WHERE d.dataset = 'events' AND d.key = t.event_id AND d.kind = 'tenant';
  UPDATE hq.dx_company_entities_v1 t SET canonical_name = random()::text FROM damage d WHERE d.dataset = 'companies' AND d.key = t.entity_id AND d.kind = 'altered';
  DELETE FROM hq.dx_company_entities_v1 t USING damage d WHERE d.dataset = 'companies' AND d.key = t.entity_id AND t.deleted_at IS NULL AND d.kind = 'lost';
  UPDATE hq.dx_company_entities_v1 t SET record_version = record_version + 5, updated_at = '2025-08-01 00:00+00' FROM damage d WHERE d.dataset = 'companies' AND d.key = t.entity_id AND t.deleted_at IS NULL AND d.kind = 'ahead';
  UPDATE hq.dx_company_entities_v1 t SET record_version = record_version - 1, updated_at = '2025-01-01 00:00+00' FROM damage d WHERE d.dataset = 'companies' AND d.key = t.entity_id AND t.deleted_at IS NULL AND d.kind = 'behind';
  UPDATE hq.dx_company_entities_v1 t SET org_id = md5(random()::text)::uuid FROM damage d WHERE d.dataset = 'companies' AND d.key = t.entity_id AND t.deleted_at IS NULL AND d.kind = 'tenant';
  INSERT INTO hq.dx_operation_runs_v1 SELECT r.* FROM damage d
    CROSS JOIN LATERAL (SELECT to_jsonb(t) AS body FROM hq.dx_operation_runs_v1 t ORDER BY t.run_id LIMIT 1) o
    CROSS JOIN LATERAL jsonb_populate_record(NULL::hq.dx_operation_runs_v1, o.body || jsonb_build_object('run_id', d.key)) r WHERE d.kind = 'extra';
END $$;
CREATE FUNCTION expected() RETURNS text LANGUAGE sql AS $$
  SELECT format('runs %s sent %s overwritten %s extra; events %s sent %s overwritten; companies %s sent %s overwritten %s tombstones', count(*) FILTER (WHERE dataset = 'runs'), count(*) FILTER (WHERE dataset = 'runs' AND kind NOT LIKE '%lost'),
    (SELECT count(*) FROM hq.dx_operation_runs_v1 t WHERE NOT EXISTS (SELECT FROM lifecycle.operation_runs s WHERE s.run_id = t.run_id)),
    count(*) FILTER (WHERE dataset = 'events'), count(*) FILTER (WHERE dataset = 'events' AND kind NOT LIKE '%lost'), count(*) FILTER (WHERE dataset = 'companies'),
    count(*) FILTER (WHERE dataset = 'companies' AND kind IN ('altered', 'ahead')), count(*) FILTER (WHERE dataset = 'companies' AND kind = 'tenant')) FROM damage
$$;
CREATE FUNCTION found() RETURNS text LANGUAGE sql AS $$
  SELECT format('runs %s sent %s overwritten %s extra; events %s sent %s overwritten; companies %s sent %s overwritten %s tombstones', sum(resent) FILTER (WHERE dataset LIKE '%runs%'), sum(overwritten) FILTER (WHERE dataset LIKE '%runs%'),
    sum(target_only) FILTER (WHERE dataset LIKE '%runs%'), sum(resent) FILTER (WHERE dataset LIKE '%events%'), sum(overwritten) FILTER (WHERE dataset LIKE '%events%'),
    sum(resent) FILTER (WHERE dataset LIKE '%compan%'), sum(overwritten) FILTER (WHERE dataset LIKE '%compan%'), sum(tombstones) FILTER (WHERE dataset LIKE '%compan%'))
  FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL AND run_id > (SELECT coalesce(max(run_id), 0) FROM lifecycle.reconciliations WHERE detail = 'before')
$$;
CREATE PROCEDURE forget() LANGUAGE sql AS $$ UPDATE lifecycle.reconciliations SET detail = 'before' $$;
CREATE FUNCTION left_over() RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', differences('lifecycle.operation_runs', 'known_runs', columns_of('dx_operation_runs_v1')), differences('lifecycle.operation_events', 'hq.dx_operation_events_v1', columns_of('dx_operation_events_v1')),
    differences('lifecycle.company_entities', 'living_companies', columns_of('dx_company_entities_v1')))
$$;
\set damaged 'CALL forget(); CALL open_guards(); CALL damage_rows(:share); CALL close_guards(); SELECT expected() AS wanted \\gset \\\\ CALL lifecycle.reconcile();'
\set exactly 'SELECT is(found(), :''wanted'', format(''%s of the rows damaged: exactly these are found'', :share));'
\set after 'SELECT is(left_over(), ''0 0 0'', ''... and mended''); CALL forget(); CALL lifecycle.reconcile(); SELECT is(found(), format(''runs 0 sent 0 overwritten %s extra; events 0 sent 0 overwritten; companies 0 sent 0 overwritten 0 tombstones'', (SELECT count(*) FROM hq.dx_operation_runs_v1 t WHERE NOT EXISTS (SELECT FROM lifecycle.operation_runs s WHERE s.run_id = t.run_id))), ''... and nothing is left to send'');'
UPDATE lifecycle.quality_checks SET settings = settings || '{"leaf_rows": 10, "tombstone_share": 1}' WHERE check_name = 'parity';
\set share 0.002
:damaged :exactly :after
\set share 0.02
:damaged :exactly :after
UPDATE lifecycle.quality_checks SET settings = settings || '{"leaf_rows": 1}' WHERE check_name = 'parity';
:damaged :exactly :after
UPDATE lifecycle.quality_checks SET settings = settings || '{"leaf_rows": 300}' WHERE check_name = 'parity';
\set share 0.2
:damaged :exactly :after
\set share 0.9
:damaged :exactly :after
\set share 0
:damaged :exactly :after
-- In many steps, groups parted: a row that moved to another tenant is found at either end, maybe in two steps.
SET lifecycle_ledger.chunk_rows = 100;
UPDATE lifecycle.quality_checks SET settings = settings || '{"leaf_rows": 10}' WHERE check_name = 'parity';
\set share 0.01
:damaged :after
SET lifecycle_ledger.chunk_rows = 20;
\set share 0.003
:damaged :after
-- Everything gone
CALL forget();
CALL open_guards();
TRUNCATE hq.dx_operation_runs_v1, hq.dx_operation_runs_v1_keys, hq.dx_operation_events_v1, hq.dx_operation_events_v1_keys, hq.dx_company_entities_v1;
CALL close_guards();
SET lifecycle_ledger.chunk_rows = 500;
CALL lifecycle.reconcile();
SELECT is(left_over(), '0 0 0', 'a target that was emptied is filled again');
SELECT is((SELECT string_agg(DISTINCT verdict, ' ') FROM lifecycle.reconciliations WHERE detail IS DISTINCT FROM 'before' AND check_name = 'parity'), 'mended', '... which is mended, too');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 0::bigint, 'no dead letter in all this');
SELECT * FROM finish();
