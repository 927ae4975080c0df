-- Files of a directory over time: written in another format, under an earlier contract; several damaged at once; what no source has any more; another database.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
SELECT '/tmp/ledger-files-' || pg_backend_pid() AS place \gset
CREATE FUNCTION shell(command text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'cat >/dev/null; ' || command); END $$;
SELECT shell('mkdir -p ' || :'place' || '/mixed ' || :'place' || '/plain') \g /dev/null
CREATE FUNCTION files(name text, of text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s: %s/%s files, %s damaged, %s missing, %s rows', verdict, target_rows, source_rows, differing, source_only, resent) FROM lifecycle.reconciliations
  WHERE check_name = 'files' AND dataset = name AND destination = of ORDER BY reconciliation_id DESC LIMIT 1
$$;
SELECT 'ok: 900/900 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held' AS sound \gset

-- Another format each time, and a column more
SELECT lifecycle.register_destination('mixed', 'directory', :'place' || '/mixed', '{}', '{dx_operation_runs_v1}') \g /dev/null
CALL make_runs(1, 300);
CALL lifecycle.export();
SELECT lifecycle.register_destination('mixed', 'directory', :'place' || '/mixed', '{"format": "csv"}', '{dx_operation_runs_v1}') \g /dev/null
CALL make_runs(301, 600);
CALL lifecycle.export();
SELECT lifecycle.publish_contract(jsonb_insert(contract, '{schema,0,properties,-1}', '{"name": "region", "logicalType": "string", "physicalType": "text", "required": false}', true) || '{"version": "1.1.0"}')
  FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1' \g /dev/null
CALL make_runs(601, 800);
CALL lifecycle.export();
SELECT lifecycle.register_destination('mixed', 'directory', :'place' || '/mixed', '{"compression": "gzip"}', '{dx_operation_runs_v1}') \g /dev/null
CALL make_runs(801, 900);
CALL lifecycle.export();
SELECT is((SELECT string_agg(regexp_replace(file, '^.*?\.', ''), ' ' ORDER BY sequence) FROM lifecycle.export_batches), 'ndjson csv csv ndjson.gz', 'files of several formats');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(verdict('dx_operation_runs_v1', 'mixed'), :'sound', '... are read each as it was written');
SELECT shell(format('rm %s/mixed/dx_operation_runs_v1/00000002.csv', :'place')) \g /dev/null
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(files('dx_operation_runs_v1', 'mixed'), 'mended: 3/4 files, 0 damaged, 1 missing, 300 rows', '... and mended');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(verdict('dx_operation_runs_v1', 'mixed'), :'sound', '... as the destination writes now');

-- Several at once, found by a reconciliation of another day
SELECT lifecycle.register_destination('plain', 'directory', :'place' || '/plain', '{"batch_bytes": 65536}', '{dx_operation_runs_v1}') \g /dev/null
CALL lifecycle.export();
SELECT string_agg(rows_in::text, ' ' ORDER BY sequence) AS before, count(*) AS n FROM lifecycle.export_batches WHERE destination = 'plain' \gset
SELECT cmp_ok(:n, '>', 4, 'several files');
SELECT shell(format('cd %s/plain/dx_operation_runs_v1; echo "{" >00000002.ndjson; rm 00000003.ndjson; sed -i s/succeeded/suCceeded/ 00000005.ndjson', :'place')) \g /dev/null
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-01');
SELECT is(files('dx_operation_runs_v1', 'plain'), format('mended: %s/%s files, 2 damaged, 1 missing, %s rows', :n - 1, :n, (SELECT sum(rows_in) FROM lifecycle.export_batches WHERE destination = 'plain' AND sequence IN (2, 3, 5))), 'a day is compared with all files whole');
SELECT is((SELECT string_agg(rows_in::text, ' ' ORDER BY sequence) FROM lifecycle.export_batches WHERE destination = 'plain'), :'before', 'each file has as many rows as it had');
SELECT ok((SELECT bool_and(latest < next) FROM (SELECT latest, lead(earliest) OVER (ORDER BY sequence) AS next FROM lifecycle.export_batches WHERE destination = 'plain') b WHERE next IS NOT NULL), '... of its times');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(verdict('dx_operation_runs_v1', 'plain'), :'sound', 'every row once');

-- What other files have, too, is not lost
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01', '2025-07-02');
SELECT shell(format('cd %s/plain/dx_operation_runs_v1; rm 00000001.ndjson', :'place')) \g /dev/null
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is((SELECT detail FROM lifecycle.reconciliations WHERE check_name = 'files' AND destination = 'plain' ORDER BY reconciliation_id DESC LIMIT 1), 'batches 1 were written anew', 'rows that a backfill has sent again are not told as gone');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, '... and are no alert');
SELECT is(verdict('dx_operation_runs_v1', 'plain'), :'sound', '... all are there');
SELECT count(*) AS n FROM lifecycle.export_batches WHERE destination = 'plain' \gset

-- Damaged, and the source has forgotten
SELECT rows_in AS lost, file AS damaged FROM lifecycle.export_batches WHERE destination = 'plain' AND sequence = 2 \gset
ALTER TABLE lifecycle.operation_runs DISABLE TRIGGER USER;
DELETE FROM lifecycle.operation_runs r USING lifecycle.export_batches b WHERE b.destination = 'plain' AND b.sequence = 2 AND r.created_at BETWEEN b.earliest AND b.latest;
ALTER TABLE lifecycle.operation_runs ENABLE TRIGGER USER;
UPDATE lifecycle.destinations SET enabled = false WHERE destination = 'mixed';
SELECT shell(format('cd %s/plain/dx_operation_runs_v1; sed -i s/succeeded/suCceeded/ 00000002.ndjson', :'place')) \g /dev/null
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is((SELECT file FROM lifecycle.export_batches WHERE destination = 'plain' AND sequence = 2), format('dx_operation_runs_v1/00000002.r%s.ndjson', (SELECT max(run_id) FROM lifecycle.reconciliations WHERE check_name = 'files')), 'the new file lies beside the damaged one');
SELECT is((SELECT count(*) FROM lifecycle._read_file(:'place' || '/plain/' || :'damaged')), :lost::bigint, '... which is left to whoever can read more out of it');
SELECT alike((SELECT detail FROM lifecycle.reconciliations WHERE check_name = 'files' ORDER BY reconciliation_id DESC LIMIT 1), format('batches 2 were written anew, with %s rows fewer, which no source has as they were; kept: %s', :lost, :'damaged'), '... and is told');
SELECT is((SELECT string_agg(concat_ws(' ', kind, subject, severity), ', ') FROM lifecycle.alerts WHERE resolved_at IS NULL AND kind = 'files'), 'files dx_operation_runs_v1@plain error', '... as an alert: these rows were the last');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(files('dx_operation_runs_v1', 'plain'), format('ok: %s/%1$s files, 0 damaged, 0 missing, 0 rows', :n), 'the others are sound');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL AND kind = 'files'), 1::bigint, 'no run resolves it');

-- Another database
SELECT is((SELECT string_agg(l, '')::jsonb - 'kind' FROM lifecycle._read_file(:'place' || '/plain/destination.json') l), jsonb_build_object('destination', 'plain', 'database', current_database(),
  'system_identifier', (SELECT system_identifier::text FROM pg_control_system())), 'a directory says whose it is');
SELECT shell(format('sed -i s/%s/elsewhere/ %s/plain/destination.json', current_database(), :'place')) \g /dev/null
SELECT lifecycle.unregister_destination('mixed') \g /dev/null
SELECT lives_ok(format('SELECT lifecycle.register_destination(%L, %L, %L)', 'other', 'directory', :'place' || '/mixed/'), 'a directory of this database is taken up again');
SELECT lifecycle.unregister_destination('other') \g /dev/null
SELECT shell(format('cp %s/plain/destination.json %1$s/mixed/', :'place')) \g /dev/null
SELECT throws_ok(format('SELECT lifecycle.register_destination(%L, %L, %L)', 'other', 'directory', :'place' || '/mixed'), '55006', 'destination "other": directory "' || :'place' || '/mixed" belongs to another database', 'one of another database is refused');
SELECT shell(format('echo nonsense >%s/mixed/destination.json', :'place')) \g /dev/null
SELECT throws_ok(format('SELECT lifecycle.register_destination(%L, %L, %L)', 'other', 'directory', :'place' || '/mixed'), '55006', NULL, '... or of nobody knows whom');
CALL make_runs(901, 910);
SELECT max(sequence) AS last FROM lifecycle.export_batches WHERE destination = 'plain' \gset
\set ON_ERROR_STOP 0
CALL lifecycle.export();
\set ON_ERROR_STOP 1
SELECT is((SELECT sqlstate FROM lifecycle.export_batches WHERE destination = 'plain' AND status = 'failed'), '55006', 'nothing is written over what another database delivers');
SELECT is((SELECT count(*) FROM pg_ls_dir(:'place' || '/plain/dx_operation_runs_v1') f WHERE f LIKE '%' || (:last + 1) || '.%'), 0::bigint, '... not even begun');
SELECT shell(format('rm %s/plain/destination.json', :'place')) \g /dev/null
CALL lifecycle.retry_dead_letters('export');
CALL lifecycle.export();
SELECT is((SELECT max(sequence) FROM lifecycle.export_batches WHERE destination = 'plain' AND status = 'delivered'), :last + 1::bigint, 'without the file it goes on');

-- Compressed CSV is read like any other: what was never sent to it is found, and of a damaged file what no other has.
SELECT shell('mkdir -p ' || :'place' || '/tight') \g /dev/null
SELECT lifecycle.register_destination('tight', 'directory', :'place' || '/tight', '{"format": "csv", "compression": "gzip", "batch_bytes": 65536}', '{dx_operation_runs_v1,dx_operation_events_v1}') \g /dev/null
CALL make_events(1, 50);
UPDATE lifecycle.operation_events SET error_message = E'"two"\r\nlines, \\N \u2028', error_code = '\N', payload_hash = ' "" ', metadata_json = '{"a": ["x,\"y\"", null]}';
CALL lifecycle.export();
SELECT lifecycle.register_destination('tight', 'directory', :'place' || '/tight', '{"format": "csv", "compression": "zstd", "batch_bytes": 65536}', '{dx_operation_runs_v1,dx_operation_events_v1}') \g /dev/null
CALL make_runs(911, 920);
CALL lifecycle.export();
CALL lifecycle.reconcile();
SELECT is(verdict('dx_operation_runs_v1', 'tight'), 'ok: 802/802 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'compressed CSV of both kinds');
SELECT is(verdict('dx_operation_events_v1', 'tight'), 'ok: 50/50 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... with all that CSV has to quote');
SELECT shell(format('truncate -s -20 %s/tight/dx_operation_runs_v1/00000002.csv.gz', :'place')) \g /dev/null
UPDATE lifecycle.operation_runs SET cost_usd = 4711 WHERE run_id = id(915);
UPDATE lifecycle.export_positions SET seen = pg_current_snapshot() WHERE destination = 'tight';
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT alike(files('dx_operation_runs_v1', 'tight'), 'mended: % files, 1 damaged, 0 missing, % rows', 'a damaged one is written anew');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(verdict('dx_operation_runs_v1', 'tight'), 'ok: 802/802 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... and what a cut had missed was sent');
SELECT shell('rm -rf ' || :'place') \g /dev/null
SELECT * FROM finish();
