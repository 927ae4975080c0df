-- Columns of a contract may be called anything that a contract allows, also what our own statements call things.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
SELECT '/tmp/ledger-names-' || pg_backend_pid() AS place \gset
CREATE FUNCTION shell(command text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'cat >/dev/null; ' || command); END $$;
SELECT shell('mkdir ' || :'place') \g /dev/null
CREATE TABLE names AS SELECT DISTINCT name FROM string_to_table('source body detail json_pointer change_time reject_code reject_sqlstate reject_key is_known fingerprint key code org day bucket checksum version rows base line number sequence file first beyond '
  'part r q s m b t k x w u e f c a d p o h l n value row user order table primary group select dataset relation columns keys survivors batch applied fresh problem message copies weight run', ' ') name;
SELECT lifecycle.publish_contract(jsonb_set(contract, '{schema,0,properties}', contract #> '{schema,0,properties}'
  || (SELECT jsonb_agg(jsonb_build_object('name', name, 'logicalType', 'string', 'physicalType', 'text', 'customProperties', '[{"property": "personal", "value": "words"}]'::jsonb)) FROM names)) || '{"version": "1.9.0"}')
  FROM lifecycle.datasets WHERE dataset IN ('dx_operation_events_v1', 'dx_company_entities_v1') \g /dev/null
CALL lifecycle.install_warehouse('hq', '1 month');
SELECT format('ALTER TABLE lifecycle.%I %s', t, (SELECT string_agg(format('ADD COLUMN %I text DEFAULT %L', name, 'in ' || name), ', ') FROM names)) FROM unnest('{operation_events,company_entities}'::text[]) t \gexec
UPDATE lifecycle.dataset_sources SET mapping = mapping || (SELECT jsonb_object_agg(name, name) FROM names) WHERE dataset = 'dx_company_entities_v1';
-- One with a change column, too: rows that were sent are remembered, and looked for.
CREATE VIEW events AS SELECT event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id FROM lifecycle.operation_events;
SELECT format('CREATE OR REPLACE VIEW events AS SELECT event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id, %s FROM lifecycle.operation_events', (SELECT string_agg(quote_ident(name), ', ' ORDER BY name) FROM names)) \gexec
SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'lifecycle.operation_events') \g /dev/null
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'events', (SELECT jsonb_object_agg(a.attname, a.attname) FROM pg_attribute a WHERE a.attrelid = 'events'::regclass AND a.attnum > 0) || '{"change_column": "occurred_at"}') \g /dev/null
CALL make_events(1, 30);
CALL make_companies(1, 30);
INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id) VALUES (id(77), id(77), 'error', 1, '2025-07-01 00:00+00', id(1), 'robot', id(1));
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_operation_events_v1,dx_company_entities_v1}') \g /dev/null
SELECT lifecycle.register_destination('files', 'directory', :'place', '{}', '{dx_operation_events_v1,dx_company_entities_v1}') \g /dev/null
CALL lifecycle.export();
CALL lifecycle.export();
SELECT is((SELECT string_agg(concat_ws(' ', dataset, destination, status, rows_in), ', ' ORDER BY dataset, destination, sequence) FROM lifecycle.export_batches),
  'dx_company_entities_v1 files delivered 30, dx_company_entities_v1 hq delivered 30, dx_operation_events_v1 files delivered 30, dx_operation_events_v1 hq delivered 30', 'exported, once');
SELECT is((SELECT string_agg(concat_ws(' ', reject_code, json_pointer, rows), ', ' ORDER BY reject_code) FROM lifecycle.check_dataset('dx_operation_events_v1')), 'unknown_value /entity_type 1, 30', 'checked');
SELECT is((SELECT (source, body, b, r, change_time)::text FROM hq.dx_operation_events_v1 LIMIT 1), '("in source","in body","in b","in r","in change_time")', 'each value in its own column');
UPDATE lifecycle.operation_events SET entity_type = 'company' WHERE entity_type = 'robot';
CALL lifecycle.retry_dead_letters('export');
SELECT is((SELECT count(*) FROM hq.dx_operation_events_v1), 31::bigint, 'tried again');
CALL lifecycle.backfill('dx_operation_events_v1', '2025-06-30', '2025-07-03');
CALL open_guards();
UPDATE hq.dx_operation_events_v1 SET body = 'forged' WHERE event_id = id(1000005);
DELETE FROM hq.dx_operation_events_v1 WHERE event_id = id(1000006);
UPDATE hq.dx_company_entities_v1 SET source = 'forged' WHERE entity_id = id(5);
UPDATE hq.dx_company_entities_v1 SET record_version = 0 WHERE entity_id = id(6);
DELETE FROM hq.dx_company_entities_v1 WHERE entity_id = id(7);
CALL close_guards();
DELETE FROM lifecycle.company_entities WHERE entity_id = id(8);
SELECT shell(format('rm %s/dx_company_entities_v1/00000001.ndjson', :'place')) \g /dev/null
CALL lifecycle.reconcile();
SELECT is(verdict('dx_operation_events_v1'), 'mended: 31/30 rows, 1 differ, 1 source only, 0 target only; 2 sent, 1 overwritten, 0 tombstones, 0 held', 'reconciled: a source with a change column');
SELECT is(verdict('dx_company_entities_v1'), 'mended: 29/29 rows, 2 differ, 1 source only, 1 target only; 3 sent, 1 overwritten, 1 tombstones, 0 held', '... one with transaction numbers');
CALL lifecycle.reconcile();
SELECT is((SELECT string_agg(DISTINCT verdict, ' ') FROM lifecycle.reconciliations WHERE check_name IN ('parity', 'files') AND org IS NULL AND run_id > (SELECT max(run_id) FROM lifecycle.export_batches)), 'ok', '... and well');
SELECT is((SELECT concat_ws(' ', rows_in, unchanged, dead, refusals -> 0 ->> 'code', refusals -> 0 ->> 'detail') FROM lifecycle.receive_batch('dx_operation_events_v1', gen_random_uuid(), (SELECT (lifecycle.ndjson(x.*)::jsonb - 'metadata_json')::text FROM hq.dx_operation_events_v1 x WHERE x.event_id = id(1000009)), warehouse => 'hq')), '1 1 0', 'received');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com');
UPDATE lifecycle.company_entities SET body = 'of ann@example.com' WHERE entity_id = id(9);
CALL lifecycle.export();
CALL lifecycle.erase_contact('c1');
CALL lifecycle.export();
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1 WHERE body LIKE '%ann@%'), 0::bigint, 'erased');
SELECT is((SELECT string_agg(DISTINCT status, ' ') FROM lifecycle.export_batches), 'delivered', 'nothing was left behind');
SELECT shell('rm -rf ' || :'place') \g /dev/null
SELECT * FROM finish();
