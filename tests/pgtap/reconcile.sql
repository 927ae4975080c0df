-- reconcile(): what differs between source and warehouse is found, row by row, sent again, and nothing else is.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT plan(48);
CALL make_runs(1, 3000);
CALL make_events(1, 1500);
CALL make_companies(1, 1200);
CALL lifecycle.reconcile();
SELECT is((SELECT count(*) FROM lifecycle.reconciliations WHERE check_name = 'parity'), 0::bigint, 'nothing to compare where there is no destination');
SELECT lifecycle.register_destination('hq', 'schema', 'hq') \g /dev/null
CALL lifecycle.reconcile();
SELECT is((SELECT count(*) FROM lifecycle.reconciliations WHERE check_name = 'parity'), 0::bigint, 'nor before the first export');
SELECT is((SELECT string_agg(status, ', ') FROM lifecycle.pipeline_runs WHERE procedure = 'reconcile' AND status <> 'succeeded'), NULL, '... which is no failure');
CALL lifecycle.export();
CALL lifecycle.reconcile();
SELECT is(verdict('dx_operation_runs_v1'), 'ok: 3000/3000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'runs agree');
SELECT is(verdict('dx_operation_events_v1'), 'ok: 1500/1500 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'events agree');
SELECT is(verdict('dx_company_entities_v1'), 'ok: 1200/1200 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'companies agree');
SELECT is(verdict('dx_entity_snapshots_v1'), 'ok: 1200/1200 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'snapshots are there');
SELECT is((SELECT source_checksum FROM lifecycle.reconciliations WHERE dataset = 'dx_operation_runs_v1' AND check_name = 'parity'),
  (SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM hq.dx_operation_runs_v1 r), 'the checksum is that of the documents');
SELECT is((SELECT count(*) FROM lifecycle.alerts), 0::bigint, 'no alert');

-- Tampered with, in every way
CALL open_guards();
UPDATE hq.dx_operation_runs_v1 SET cost_usd = -1 WHERE run_id = id(17);
DELETE FROM hq.dx_operation_runs_v1 WHERE run_id IN (id(18), id(19));
DELETE FROM hq.dx_operation_runs_v1_keys WHERE run_id = id(19);
UPDATE hq.dx_operation_runs_v1 SET org_id = id(77) WHERE run_id = id(20);
UPDATE hq.dx_operation_runs_v1_keys SET org_id = id(77) WHERE run_id = id(20);
UPDATE hq.dx_operation_runs_v1 SET org_id = id(78) WHERE run_id = id(21);
UPDATE hq.dx_operation_runs_v1 SET created_at = '2025-07-20 00:00+00' WHERE run_id = id(22);
UPDATE hq.dx_operation_events_v1 SET metadata_json = '{"n": 5, "x": 0.50}' WHERE event_id = id(1000005);
UPDATE hq.dx_operation_events_v1 SET metadata_json = '{"n": 6}' WHERE event_id = id(1000006);
UPDATE hq.dx_company_entities_v1 SET canonical_name = 'evil' WHERE entity_id = id(30);
UPDATE hq.dx_company_entities_v1 SET record_version = 7 WHERE entity_id = id(31);
UPDATE hq.dx_company_entities_v1 SET record_version = 0, canonical_name = 'old' WHERE entity_id = id(32);
DELETE FROM hq.dx_company_entities_v1 WHERE entity_id = id(33);
UPDATE hq.dx_company_entities_v1 SET org_id = id(77) WHERE entity_id = id(34);
DELETE FROM hq.dx_entity_snapshots_v1 WHERE entity_id IN (id(35), id(36));
CALL close_guards();
CALL lifecycle.reconcile();
SELECT is(verdict('dx_operation_runs_v1'), 'mended: 3000/2998 rows, 4 differ, 2 source only, 0 target only; 6 sent, 4 overwritten, 0 tombstones, 0 held', 'runs: altered, lost, lost but for their key, of another tenant, at another time');
SELECT is(verdict('dx_operation_events_v1'), 'mended: 1500/1500 rows, 1 differ, 0 source only, 0 target only; 1 sent, 1 overwritten, 0 tombstones, 0 held', 'events: altered; the same document written otherwise is the same');
SELECT is(verdict('dx_company_entities_v1'), 'mended: 1200/1199 rows, 3 differ, 2 source only, 1 target only; 5 sent, 2 overwritten, 1 tombstones, 0 held', 'companies: altered, a version too high, one too low, lost, of another tenant');
SELECT is(differences('lifecycle.operation_runs', 'hq.dx_operation_runs_v1', columns_of('dx_operation_runs_v1')), 0::bigint, 'runs are the same again');
SELECT is(differences('lifecycle.operation_events', 'hq.dx_operation_events_v1', columns_of('dx_operation_events_v1')), 0::bigint, 'events are the same again');
SELECT is(differences('lifecycle.company_entities', 'hq.dx_company_entities_v1', columns_of('dx_company_entities_v1')), 1::bigint, 'companies too, but for a tombstone');
SELECT is((SELECT (record_version, deleted_at IS NOT NULL, canonical_name, canonical_domain)::text FROM hq.dx_company_entities_v1 WHERE entity_id = id(34) AND org_id = id(77)), '(2,t,,)', '... a version higher, with nothing of what it was');
SELECT is((SELECT count(*) FROM hq.dx_entity_snapshots_v1 WHERE entity_id IN (id(35), id(36))), 2::bigint, 'lost snapshots are there again');
SELECT is((SELECT string_agg(format('%s %s', body ->> 'run_id', body ->> 'cost_usd'), ', ') FROM lifecycle.overwritten_rows WHERE key = jsonb_build_array(id(17))::text), id(17) || ' -1', 'what was overwritten is kept');
SELECT is((SELECT count(*) FROM lifecycle.overwritten_rows WHERE dataset LIKE '%entities%'), 0::bigint, '... of append-only datasets');
SELECT is((SELECT string_agg(window_start || ' ' || differing || ' ' || source_only, ', ' ORDER BY window_start, differing, source_only) FROM lifecycle.reconciliations WHERE dataset = 'dx_operation_events_v1' AND org IS NOT NULL), '2025-07-01 1 0', 'each day and tenant that differed is told');
SELECT is((SELECT string_agg(DISTINCT reason, ', ') FROM lifecycle.export_batches WHERE sequence > 1), 'reconcile', 'sent as batches of their own');
SELECT is((SELECT count(*) FROM lifecycle.alerts), 0::bigint, 'what is mended is no alert');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 0::bigint, 'no dead letters');
CALL lifecycle.reconcile();
SELECT is((SELECT string_agg(DISTINCT verdict || ' ' || resent || overwritten || tombstones, ', ') FROM lifecycle.reconciliations WHERE check_name = 'parity' AND run_id > (SELECT max(run_id) FROM lifecycle.export_batches)), 'ok 000', 'a second reconcile sends nothing');

-- Rows that only the target has
CALL open_guards();
INSERT INTO hq.dx_operation_runs_v1 SELECT r.* FROM hq.dx_operation_runs_v1 o, LATERAL (SELECT (jsonb_populate_record(o, jsonb_build_object('run_id', id(900001)))).*) r WHERE o.run_id = id(50);
CALL close_guards();
CALL lifecycle.reconcile('dx_operation_runs_v1');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is((SELECT string_agg(concat_ws(' ', kind, subject, times, message), ', ') FROM lifecycle.alerts WHERE resolved_at IS NULL), 'target_only dx_operation_runs_v1@hq 2 1 rows of dataset "dx_operation_runs_v1" are at destination "hq" and at no source', 'an extra row of an append-only dataset is an alert, once');
SELECT is((SELECT count(*) FROM hq.dx_operation_runs_v1 WHERE run_id = id(900001)), 1::bigint, '... and is left alone');
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-02');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 1::bigint, 'another day does not resolve it');
UPDATE lifecycle.quality_checks SET settings = settings || '{"source_keeps": "90 days"}' WHERE check_name = 'parity';
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(verdict('dx_operation_runs_v1'), 'ok: 0/0 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'days that the sources no longer keep are not compared');
UPDATE lifecycle.quality_checks SET settings = settings - 'source_keeps' WHERE check_name = 'parity';
CALL open_guards();
DELETE FROM hq.dx_operation_runs_v1 WHERE run_id = id(900001);
CALL close_guards();
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-01');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, 'gone, it is resolved');

-- Entities deleted at the source, and back again
DELETE FROM lifecycle.company_entities WHERE entity_id IN (id(40), id(41));
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1 WHERE deleted_at IS NOT NULL AND record_version = 2), 3::bigint, 'entities deleted at the source become tombstones');
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(verdict('dx_company_entities_v1'), 'ok: 1201/1201 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... once');
CALL make_companies(40, 40);
CALL lifecycle.export();
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is((SELECT (record_version, deleted_at, canonical_name)::text FROM hq.dx_company_entities_v1 WHERE entity_id = id(40)), '(1,,"company 40")', 'one that is back, from its first version on, is there as it is');
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is(verdict('dx_company_entities_v1'), 'ok: 1201/1201 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... and stays so');
BEGIN;
CREATE TABLE kept AS SELECT * FROM lifecycle.company_entities;
ALTER TABLE lifecycle.company_entities DISABLE TRIGGER USER;
DELETE FROM lifecycle.company_entities;
COMMIT;
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1 WHERE deleted_at IS NOT NULL), 2::bigint, 'a source that lost everything deletes nothing');
SELECT is((SELECT string_agg(detail, '; ') FROM lifecycle.alerts WHERE kind = 'target_only' AND resolved_at IS NULL), 'They are too many to be marked as deleted without a second look.', '... but is an alert');
INSERT INTO lifecycle.company_entities SELECT * FROM kept;
ALTER TABLE lifecycle.company_entities ENABLE TRIGGER USER;
ALTER TABLE lifecycle.company_entities ENABLE ALWAYS TRIGGER changed_xid;
CALL lifecycle.reconcile('dx_company_entities_v1');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, '... until it has them again');

-- What is under way, or cannot come
CALL make_runs(3001, 3010);
UPDATE lifecycle.company_entities SET canonical_name = 'changed' WHERE entity_id IN (id(60), id(61));
CALL lifecycle.reconcile();
SELECT is(verdict('dx_operation_runs_v1'), 'ok: 3000/3000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'rows that no export has seen are not missed');
SELECT is(verdict('dx_company_entities_v1'), 'ok: 1199/1201 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 2 held', 'nor changes that it has not');
SELECT is((SELECT count(*) FROM lifecycle.alerts), 2::bigint, '... and are no alert');
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status) VALUES (id(4000), 'op', 'act', 'robot', id(1), id(1), 'succeeded');
CALL lifecycle.export();
CALL lifecycle.reconcile();
SELECT is(verdict('dx_operation_runs_v1'), 'ok: 3010/3010 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'a row that breaks the contract is a dead letter and no difference');
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at) VALUES (id(4001), 'op', 'act', 'company', id(1), id(1), 'succeeded', '2025-07-05 00:00+00');
CALL lifecycle.export();
UPDATE lifecycle.operation_runs SET status = 'failed', error_code = 'E' WHERE run_id = id(4001);
CALL lifecycle.export();
SELECT is((SELECT code FROM lifecycle.dead_letters WHERE stage = 'apply' AND resolved_at IS NULL), 'content_differs', 'a finished run that changes is refused by the warehouse');
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-05');
SELECT is((SELECT status FROM hq.dx_operation_runs_v1 WHERE run_id = id(4001)), 'failed', '... and brought over by reconcile');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE stage = 'apply' AND resolved_at IS NULL), 0::bigint, '... which resolves the dead letter');
SELECT is(verdict('dx_operation_runs_v1'), 'mended: 207/207 rows, 1 differ, 0 source only, 0 target only; 1 sent, 1 overwritten, 0 tombstones, 0 held', '... of one day');

-- The wrong way
CREATE FUNCTION error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dblink_exec(format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user), command);
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SELECT is(error_of('BEGIN; CALL lifecycle.reconcile()'), '25001', 'not inside a transaction');
SELECT is(error_of($$CALL lifecycle.reconcile('dx_nothing')$$), '42704', 'an unknown dataset');
SELECT is(error_of($$CALL lifecycle.reconcile(day => 'infinity')$$), '22023', 'a day that is none');
SELECT throws_ok($$SELECT lifecycle._replace_rows_lawfully('dx_operation_runs_v1', 'hq.dx_operation_runs_v1', 'hq', '{}')$$, '55000', NULL, 'append-only opens to nobody else');
SELECT * FROM finish();
