-- Rows that go straight into files are held against the contract by other means than those that go through a table: both must agree on every value.
\set ON_ERROR_STOP 1
\set QUIET 1
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
\ir ../lib/export_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(22);
CREATE SCHEMA upstream;
CREATE TABLE upstream.runs (id text, org uuid, operation text, action varchar(20), kind text, entity text, state text, attempt text, began timestamp, ended timestamptz, took numeric, tries bigint,
  cost double precision, exact numeric, written timestamptz, changed_xid xid8);
CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON upstream.runs FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
INSERT INTO upstream.runs VALUES (id(1)::text, id(100), 'company.enrich.profile', 'act', 'company', id(200)::text, 'found', '1', '2025-07-01 12:00', '2025-07-01 13:00+00', 1500, 2, 0.25, 0.125, '2025-07-01 12:00:02+02');
CREATE FUNCTION bad(changed jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO upstream.runs SELECT * FROM jsonb_populate_record((SELECT r FROM upstream.runs r WHERE operation = 'company.enrich.profile'), '{"operation": "odd"}' || changed)
$$;
SELECT count(bad(jsonb_build_object('id', id(300 + n)) || c::jsonb)) AS odd FROM unnest(ARRAY['{"id": null}', '{"id": "run_abc"}', '{"id": ""}', '{"org": null}', '{"kind": "job"}', '{"kind": ""}', '{"state": "exploded"}', '{"state": ""}', '{"state": "  "}', '{"attempt": "many"}',
  '{"attempt": "3000000000"}', '{"attempt": "99999999999999999999"}', '{"attempt": " 7"}', '{"began": "infinity"}', '{"began": "-infinity"}', '{"began": null}', '{"ended": "infinity"}', '{"ended": null}', '{"took": 1.5}', '{"took": 1e30}',
  '{"took": null}', '{"tries": 2147483648}', '{"tries": -2147483649}', '{"tries": 2147483647}', '{"cost": "NaN"}', '{"cost": "Infinity"}', '{"cost": 1e300}', '{"exact": "NaN"}', '{"exact": "Infinity"}', '{"exact": 0.000000000000000000000000001}',
  '{"written": "20000-01-01"}', '{"written": "0001-01-01 BC"}', '{"written": "0001-01-01+00"}', '{"written": "9999-12-31 23:59:59.999999+00"}', '{"written": "10000-01-01+00"}', '{"entity": "  "}', '{"action": ""}', '{"action": "\u00e4\u00f6\u00fc \"\\"}',
  '{"operation": ""}', '{"operation": "line\nbreak, comma"}', '{"operation": "xox' || 'b-17653672481-x"}', '{"operation": "xox' || 'b-17653672481-x"}', '{"action": "password=hunter2"}', '{"action": "passwords"}',
  '{"operation": "login failed: pass' || 'word=hunter2 for ada"}', '{"operation": "login failed for ada, because the password was not given"}']) WITH ORDINALITY AS x(c, n);
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"run_id": "id", "org_id": "org", "operation_id": "operation", "action_id": "action", "entity_type": "kind", "entity_id": "entity",
  "status": {"column": "state", "map": {"found": "succeeded", "not_found": "succeeded"}}, "attempt_count": "attempt", "started_at": "began", "ended_at": "ended", "time_zone": "Europe/Berlin", "duration_ms": "took", "cost_usd": "cost",
  "created_at": "written"}'::jsonb || extra $$;
DELETE FROM lifecycle.dataset_sources;
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{}')) IS NOT NULL AS registered;
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{"batch_bytes": 2048}', '{dx_operation_runs_v1}') IS NOT NULL AS registered;
CREATE VIEW counts AS SELECT (SELECT count(*) FROM lifecycle.dead_letters WHERE stage = 'export' AND resolved_at IS NULL) AS letters, (SELECT sum("rows") FROM lifecycle.check_dataset('dx_operation_runs_v1') WHERE reject_code IS NOT NULL) AS rejected,
  (SELECT dead FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1) AS dead;
CALL lifecycle.export();
SELECT is(in_files('dx_operation_runs_v1'), wanted('dx_operation_runs_v1'), 'texts, times without a zone, numbers of another type: what keeps the contract is in the files');
SELECT ok(files_are_sound('dx_operation_runs_v1'), '... each as the manifest says');
SELECT ok((SELECT count(*) > 3 AND count(*) = max(sequence) FROM lifecycle.export_batches), '... of bounded size');
SELECT is((SELECT dead FROM counts), (SELECT rejected FROM counts)::bigint, 'the others are dead letters');
SELECT is((SELECT count(DISTINCT code) FROM lifecycle.dead_letters), 5::bigint, '... of every kind');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE code = 'secret'), 4::bigint, '... secrets too, in short texts and long ones');

-- Columns of the contract's own types, straight; a constant, the first of several, values of a list.
DELETE FROM lifecycle.dead_letters;
DELETE FROM lifecycle.export_positions;
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"status": {"constant": "failed"}, "attempt_count": "tries", "started_at": "ended", "cost_usd": "exact", "action_id": ["action", "operation"], "entity_id": "org",
  "source_provider": "state"}')) IS NOT NULL AS registered;
TRUNCATE upstream.runs;
INSERT INTO upstream.runs SELECT id(n)::text, id(100), 'company.enrich.profile', 'act', 'company', id(200)::text, 'found', '1', '2025-07-01 12:00', '2025-07-01 13:00+00', 1500, 2, 0.25, 0.125, '2025-07-01 12:00:02+02' FROM generate_series(500, 500) n;
SELECT count(bad(c::jsonb || jsonb_build_object('id', id(600 + n)))) AS odd FROM unnest(ARRAY['{"org": null}', '{"kind": "job"}', '{"kind": "person"}', '{"state": ""}', '{"ended": "infinity"}', '{"ended": null}', '{"tries": 2147483648}', '{"tries": -2147483649}', '{"tries": 2147483647}', '{"tries": null}',
  '{"exact": "NaN"}', '{"exact": "Infinity"}', '{"exact": "-Infinity"}', '{"exact": null}', '{"written": "20000-01-01"}', '{"written": "0001-01-01+00"}', '{"written": "10000-01-01+00"}', '{"action": ""}', '{"action": "", "operation": ""}', '{"action": null, "operation": null}']) WITH ORDINALITY AS x(c, n);
SELECT lifecycle.unregister_destination('files') IS NULL AS gone;
\! rm -rf "$DIRECTORY"/*
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{"compression": "gzip"}', '{dx_operation_runs_v1}') IS NOT NULL AS registered;
CALL lifecycle.export();
SELECT is(in_files('dx_operation_runs_v1'), wanted('dx_operation_runs_v1'), 'columns of the contract''s own types: what keeps the contract is in the files');
SELECT ok(files_are_sound('dx_operation_runs_v1'), '... each as the manifest says');
SELECT is((SELECT dead FROM counts), (SELECT rejected FROM counts)::bigint, 'the others are dead letters');
SELECT ok((SELECT dead >= 12 FROM counts), '... and there are many');
-- With dead letters open, rows take the way through a table: the same rows.
CREATE TABLE before AS SELECT in_files('dx_operation_runs_v1') AS parity, (SELECT letters FROM counts) AS letters;
UPDATE lifecycle.destinations SET registered_at = now() WHERE destination = 'files';
DELETE FROM lifecycle.export_positions;
CALL lifecycle.export();
SELECT is((SELECT dead FROM counts), (SELECT rejected FROM counts)::bigint, 'through a table: the same rows are dead');
SELECT is((SELECT letters FROM counts), (SELECT letters FROM before), '... told once');
SELECT is(in_files('dx_operation_runs_v1'), (SELECT parity FROM before), '... and the same rows are in the files');
DELETE FROM upstream.runs WHERE operation = 'odd';
DELETE FROM lifecycle.dead_letters;
-- Should the two ever disagree, those in SQL are right: here a check that asks more than the contract does.
ALTER FUNCTION lifecycle._direct_rows(jsonb, regclass, jsonb, text) RENAME TO _true_direct_rows;
CREATE FUNCTION lifecycle._direct_rows(contract jsonb, relation regclass, mapping jsonb, condition text, OUT query text, OUT checks jsonb) LANGUAGE sql AS $$
  SELECT d.query, jsonb_set(d.checks, '{4,most_characters}', '1') FROM lifecycle._true_direct_rows(contract, relation, mapping, condition) d
$$;
INSERT INTO upstream.runs SELECT * FROM jsonb_populate_record((SELECT r FROM upstream.runs r LIMIT 1), jsonb_build_object('id', id(900), 'operation', 'another'));
SELECT lifecycle.unregister_destination('files') IS NULL AS gone;
\! rm -rf "$DIRECTORY"/*
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{}', '{dx_operation_runs_v1}') IS NOT NULL AS registered;
CALL lifecycle.export();
SELECT is(in_files('dx_operation_runs_v1'), wanted('dx_operation_runs_v1'), 'checks that disagree: the rows go through a table');
SELECT is((SELECT (status, rows_in, written, dead)::text FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '(succeeded,4,2,2)', '... and are as SQL has them');
SELECT ok(files_are_sound('dx_operation_runs_v1'), '... each file as the manifest says');
DROP FUNCTION lifecycle._direct_rows(jsonb, regclass, jsonb, text);
ALTER FUNCTION lifecycle._true_direct_rows(jsonb, regclass, jsonb, text) RENAME TO _direct_rows;

-- A length of several digits.
SELECT is((SELECT d.checks -> (c.place - 1) ->> 'most_characters' FROM lifecycle._dataset_contract('dx_operation_runs_v1') k, lifecycle._contract_columns(k) c,
    lifecycle._direct_rows(jsonb_set(k, ARRAY['schema', '0', 'properties', (c.place - 1)::text, 'physicalType'], '"varchar(120)"'), 'upstream.runs', mapping('{}'), 'true') d WHERE c.name = 'operation_id'),
  '120', 'as many characters as the contract says');

\set ON_ERROR_STOP 0
SELECT lifecycle._hold_position(0);
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '55000', 'a position that was deleted takes no rows past its foreign key');
SELECT jsonb_build_object('columns', '[{"name": "a"}]'::jsonb, 'time_column', 1, 'directory', :'directory', 'first', 1, 'suffix', '.x', 'format', 'ndjson', 'compression', 'none', 'most_bytes', 1000) AS "order" \gset
SELECT lifecycle._export_files('SELECT now()', 'SELECT 1', :'order');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42P10', 'a query that does not fit its checks');
SELECT lifecycle._export_files('SELECT 1, true', 'SELECT 1', :'order');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42804', 'a time that is none');
SELECT lifecycle._export_files('SELECT 1, true', 'SELECT 1', '{');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22023', 'an order that is none');
SELECT lifecycle._export_rows(:'order', 1, false, now());
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '55000', 'rows of no export');
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
