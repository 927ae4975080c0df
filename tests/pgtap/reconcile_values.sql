-- Values at the edges are the same on both sides, wherever they went.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
SELECT '/tmp/ledger-values-' || pg_backend_pid() AS place \gset
CREATE FUNCTION shell(command text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'cat >/dev/null; ' || command); END $$;
SELECT shell('mkdir -p ' || :'place' || '/ndjson ' || :'place' || '/csv') \g /dev/null
INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id, metadata_json, error_message)
  SELECT id(n), id(n), 'error', 1, '2025-07-01 00:00+00', id(1), 'company', id(n), document::jsonb, message
  FROM (VALUES (1, 'null', NULL), (2, NULL, NULL), (3, '{"a": 1.0}', 'x'), (4, '{"a": 1e400}', ''), (5, '"s"', ' '), (6, '{"b": null}', E'a\nb\r\n"c",\\.'), (7, '[]', E'\\N'), (8, '0', 'NULL'), (9, '{"a": 12345678901234567890.123456789}', E'\u2028'),
    (10, '"\\."', '\.')) x (n, document, message);
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, enrichment_confidence, updated_at) SELECT id(1), id(1), id(n), name, number, at::timestamptz
  FROM (VALUES (1, '', 0.10, '0001-01-01 00:00+00'), (2, ' ', 1e-20, '9999-12-31 23:59:59.999999+00'), (3, '"', 1e30, '2025-03-30 02:30+01'), (4, E'\r', -0.0, '1969-12-31 23:59:59.5+00')) x (n, name, number, at);
SELECT lifecycle.register_destination('hq', 'schema', 'hq'), lifecycle.register_destination('ndjson', 'directory', :'place' || '/ndjson'), lifecycle.register_destination('csv', 'directory', :'place' || '/csv', '{"format": "csv"}') \g /dev/null
CALL lifecycle.export();
CALL lifecycle.reconcile();
SELECT is((SELECT string_agg(concat_ws(' ', dataset, destination, verdict, target_rows), ', ' ORDER BY dataset, destination) FROM lifecycle.reconciliations WHERE check_name = 'parity' AND dataset NOT LIKE '%snapshots%'),
  'dx_company_entities_v1 csv ok 4, dx_company_entities_v1 hq ok 4, dx_company_entities_v1 ndjson ok 4, dx_operation_events_v1 csv ok 10, dx_operation_events_v1 hq ok 10, dx_operation_events_v1 ndjson ok 10', 'both sides hold the same');
SELECT is((SELECT count(*) FROM lifecycle.alerts), 0::bigint, '... without an alert');
SELECT shell(format('rm %1$s/ndjson/dx_operation_events_v1/00000001.ndjson %1$s/csv/dx_operation_events_v1/00000001.csv', :'place')) \g /dev/null
CALL lifecycle.reconcile('dx_operation_events_v1');
CALL lifecycle.reconcile('dx_operation_events_v1');
SELECT is(verdict('dx_operation_events_v1', 'ndjson') || '; ' || verdict('dx_operation_events_v1', 'csv'), 'ok: 10/10 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held; ok: 10/10 rows, 0 differ, 0 source only, 0 target only; 0 sent, 0 overwritten, 0 tombstones, 0 held', '... and when files were written anew');
SELECT shell('rm -rf ' || :'place') \g /dev/null
SELECT * FROM finish();
