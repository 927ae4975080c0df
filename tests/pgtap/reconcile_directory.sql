-- reconcile() of a directory: files that are damaged or gone are written anew, and what no file has is sent.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CALL make_runs(1, 2000);
CALL make_companies(1, 600);
SELECT '/tmp/ledger-reconcile-' || pg_backend_pid() AS place \gset
CREATE FUNCTION shell(command text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'cat >/dev/null; ' || command); END $$;
SELECT shell('mkdir -p ' || :'place' || '/plain ' || :'place' || '/packed ' || :'place' || '/csv') \g /dev/null
SELECT lifecycle.register_destination('plain', 'directory', :'place' || '/plain', '{"batch_bytes": 65536}', '{dx_operation_runs_v1,dx_company_entities_v1}') \g /dev/null
SELECT lifecycle.register_destination('packed', 'directory', :'place' || '/packed', '{"compression": "zstd"}', '{dx_operation_runs_v1}') \g /dev/null
SELECT lifecycle.register_destination('csv', 'directory', :'place' || '/csv', '{"format": "csv"}', '{dx_operation_runs_v1}') \g /dev/null
CALL lifecycle.export();
CREATE FUNCTION files(name text, of text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s: %s/%s files, %s damaged, %s missing, %s rows', verdict, target_rows, source_rows, differing, source_only, resent) FROM lifecycle.reconciliations
  WHERE check_name = 'files' AND dataset = name AND destination = of ORDER BY reconciliation_id DESC LIMIT 1
$$;
CALL lifecycle.reconcile();
SELECT (SELECT count(*) FROM lifecycle.export_batches WHERE destination = 'plain' AND dataset = 'dx_operation_runs_v1') AS n \gset
SELECT cmp_ok(:n, '>', 5, 'several files');
SELECT is(files('dx_operation_runs_v1', 'plain'), format('ok: %s/%1$s files, 0 damaged, 0 missing, 0 rows', :n), 'all files are as they were written');
SELECT is(verdict('dx_operation_runs_v1', 'plain'), 'ok: 2000/2000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'and hold the rows of the source');
SELECT is(verdict('dx_operation_runs_v1', 'packed'), verdict('dx_operation_runs_v1', 'plain'), '... packed too');
SELECT is(verdict('dx_operation_runs_v1', 'csv'), verdict('dx_operation_runs_v1', 'plain'), '... and as CSV');

-- Damaged, cut off, gone; the manifest gone
SELECT checksum AS before FROM lifecycle.export_batches WHERE destination = 'packed' \gset
SELECT shell(format('rm %s/plain/dx_operation_runs_v1/00000002.ndjson; sed -i s/succeeded/suCceeded/ %1$s/plain/dx_operation_runs_v1/00000004.ndjson; truncate -s -1000 %1$s/packed/dx_operation_runs_v1/00000001.ndjson.zst; rm %1$s/csv/dx_operation_runs_v1/*; rm %1$s/plain/dx_operation_runs_v1/manifest.json', :'place')) \g /dev/null
CALL lifecycle.reconcile();
SELECT is(files('dx_operation_runs_v1', 'plain'), format('mended: %s/%s files, 1 damaged, 1 missing, %s rows', :n - 1, :n, (SELECT sum(rows_in) FROM lifecycle.export_batches WHERE destination = 'plain' AND sequence IN (2, 4) AND dataset = 'dx_operation_runs_v1')), 'a missing and a damaged file are written anew');
SELECT is(files('dx_operation_runs_v1', 'packed'), 'mended: 1/1 files, 1 damaged, 0 missing, 2000 rows', 'one that was cut off');
SELECT is(files('dx_operation_runs_v1', 'csv'), 'mended: 0/1 files, 0 damaged, 1 missing, 2000 rows', 'one that is gone');
SELECT is((SELECT checksum FROM lifecycle.export_batches WHERE destination = 'packed'), :'before', '... with the same rows');
CALL lifecycle.reconcile();
SELECT is(files('dx_operation_runs_v1', 'plain'), format('ok: %s/%1$s files, 0 damaged, 0 missing, 0 rows', :n), 'and are well again');
SELECT is(verdict('dx_operation_runs_v1', 'plain'), 'ok: 2000/2000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'every row once');
SELECT is((SELECT sum(f.rows) FROM pg_read_file(:'place' || '/plain/dx_operation_runs_v1/manifest.json') m, jsonb_to_recordset(m::jsonb -> 'files') f(rows bigint)), 2000::numeric, 'the manifest lists them');
SELECT is((SELECT bool_and(h.file_hash = b.file_hash) FROM lifecycle.export_batches b, lifecycle._hash_file(:'place' || '/' || b.destination || '/' || b.file) h), true, 'as export_batches does');

-- Rows that no file has, or has otherwise
UPDATE lifecycle.operation_runs SET cost_usd = 0 WHERE run_id = id(7);
UPDATE lifecycle.company_entities SET canonical_name = 'New' WHERE entity_id = id(8);
DELETE FROM lifecycle.company_entities WHERE entity_id = id(9);
CALL lifecycle.export();
CALL lifecycle.reconcile();
SELECT is(verdict('dx_company_entities_v1', 'plain'), 'mended: 599/600 rows, 0 differ, 0 source only, 1 target only; 0 sent, 0 overwritten, 1 tombstones, 0 held', 'a tombstone for an entity that is gone');
CALL lifecycle.reconcile();
SELECT is(verdict('dx_company_entities_v1', 'plain'), 'ok: 600/600 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... once');
SELECT is(verdict('dx_operation_runs_v1', 'plain'), 'ok: 2000/2000 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', 'of a key the last row counts');
SELECT shell('chmod 700 ' || :'place' || '; mv ' || :'place' || '/plain ' || :'place' || '/elsewhere') \g /dev/null
SELECT shell('rm -rf ' || :'place') \g /dev/null
SELECT * FROM finish();
