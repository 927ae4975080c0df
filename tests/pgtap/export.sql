-- Export to a schema and to a directory: what goes out, what stays dead, what is sent once; and how destinations are registered.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
SELECT throws_ok($$SELECT lifecycle.register_destination('hq', 'schema', 'hq')$$, '55000', NULL, 'not before install()');
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
SELECT set_config('test.directory', :'directory', false);
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;

-- Registration
SELECT throws_ok($$SELECT lifecycle.register_destination('hq', 'schema', 'hq')$$, '42704', 'destination "hq": schema "hq" is no warehouse', 'a schema without warehouse');
CALL lifecycle.install_warehouse('hq');
CREATE FUNCTION hint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text; message text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || ' ' || message || ' ' || hint;
END $$;
SELECT is(hint_of($$SELECT lifecycle.register_destination('hq', 'shema', 'hq')$$), '22023 destination "hq": there is no kind "shema" Did you mean schema?', 'an unknown kind, and the one meant');
SELECT is(hint_of($$SELECT lifecycle.register_destination('hq', NULL, 'hq')$$), '22004 register_destination() needs a destination, a kind and a place '
  || 'SELECT lifecycle.register_destination(''files'', ''directory'', ''/srv/export'', ''{"compression": "zstd"}'');', 'a null');
SELECT throws_ok($$SELECT lifecycle.register_destination('a/../b', 'schema', 'hq')$$, '42602', NULL, 'a name that would not do');
SELECT is(hint_of($$SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{"format": "csv"}')$$), '22023 destination "hq": option "format" is not known Leave it out.', 'an option where there is none');
SELECT is(hint_of($$SELECT lifecycle.register_destination('f', 'directory', '/tmp', '{"compresion": "gzip"}')$$), '22023 destination "f": option "compresion" is not known Did you mean compression?', 'an unknown option');
SELECT is(hint_of($$SELECT lifecycle.register_destination('f', 'directory', '/tmp', '{"compression": "gz"}')$$), '22023 destination "f": option "compression" is not "gz" Leave it out for what is usual.', 'an unknown value');
SELECT is(hint_of($$SELECT lifecycle.register_destination('f', 'directory', '/tmp', '{"batch_bytes": "8MB"}')$$), '22023 destination "f": option "batch_bytes" is not "8MB" Leave it out for what is usual.', 'a number that is none');
SELECT is(hint_of($$SELECT lifecycle.register_destination('f', 'directory', '/tmp', '[]')$$), '22023 destination "f": options are not a JSON object Such as {"format": "csv", "compression": "zstd"}.', 'options that are no object');
SELECT is(hint_of($$SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_run_v1}')$$),
  '42704 destination "hq": there is no dataset "dx_operation_run_v1" Did you mean dx_operation_runs_v1?', 'an unknown dataset');
SELECT throws_ok($$SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{}')$$, '22023', NULL, 'no dataset');
SELECT throws_ok($$SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{lifecycle_event_history}')$$, '0A000', NULL, 'a dataset that leaves in bulk');
SELECT throws_ok($$SELECT lifecycle.register_destination('s', 'server', 'nowhere')$$, '42704', 'destination "s": there is no foreign server "nowhere"', 'an unknown server');
SELECT throws_ok($$SELECT lifecycle.register_destination('f', 'directory', 'tmp')$$, '42602', NULL, 'a relative directory');
SELECT throws_ok($$SELECT lifecycle.register_destination('f', 'directory', '/nonexistent/x')$$, '58P01', NULL, 'a directory that is missing');
SELECT throws_ok($$SELECT lifecycle.register_destination('f', 'directory', '/etc/passwd')$$, '42809', NULL, 'a file');
SELECT throws_ok(format($$SELECT lifecycle.register_destination('f', 'directory', %L)$$, current_setting('data_directory') || '/base'), '42501', NULL, 'the data directory');
SELECT throws_ok($$SELECT lifecycle.register_destination('f', 'directory', '/proc/self')$$, '42809', NULL, 'a symbolic link');
SELECT is((SELECT count(*) FROM lifecycle.destinations), 0::bigint, 'nothing was registered so far');
CREATE ROLE export_reader;
GRANT USAGE ON SCHEMA lifecycle TO export_reader;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA lifecycle TO export_reader;
SET ROLE export_reader;
SELECT throws_ok($$SELECT lifecycle.register_destination('f', 'directory', '/tmp')$$, '42501', NULL, 'a role that may not write files');
RESET ROLE;
SELECT is(lifecycle.register_destination('hq', 'schema', 'hq'), 'Schema "hq" gets dx_company_entities_v1, dx_entity_snapshots_v1, dx_operation_events_v1, dx_operation_runs_v1, dx_person_entities_v1 with the next export.', 'a schema');
SELECT is(lifecycle.register_destination('files', 'directory', :'directory' || '/', '{"compression": "gzip"}', '{dx_operation_runs_v1,dx_company_entities_v1}'),
  'Directory "' || :'directory' || '" gets dx_company_entities_v1, dx_operation_runs_v1 with the next export.', 'a directory');
SELECT throws_ok(format($$SELECT lifecycle.register_destination('other', 'directory', %L)$$, :'directory'), '55006', NULL, 'another one at the same place');
SELECT throws_ok($$SELECT lifecycle.register_destination('hq', 'directory', '/var/tmp')$$, '42710', NULL, 'a name that stands for another place');
SELECT is(hint_of($$SELECT lifecycle.unregister_destination('fils')$$), '42704 there is no destination "fils" Did you mean files?', 'ending what is not there');

-- Export
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at)
  SELECT id(n), 'company.enrich.profile', 'act', CASE WHEN n <= 2 THEN 'job' ELSE 'company' END, id(n), id(n % 3), CASE WHEN n > 90 THEN 'running' ELSE 'succeeded' END,
    '2025-07-01 12:00+00'::timestamptz + n * interval '1 hour', '2025-07-01+00' FROM generate_series(1, 100) n;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name) SELECT id(n % 3), id(n), id(n), 'Company ' || n FROM generate_series(1, 50) n;
CREATE FUNCTION parity(relation text) RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM %s r', relation) INTO result;
  RETURN result;
END $$;
CREATE FUNCTION source_of(dataset text) RETURNS text LANGUAGE sql AS $$
  SELECT format('(SELECT %s FROM (%s) q WHERE "reject code" IS NULL)', (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM lifecycle._contract_columns(lifecycle._dataset_contract(dataset))),
    lifecycle._dataset_query(dataset))
$$;
CREATE VIEW last_runs AS SELECT source_system, concat_ws(' ', rows_in, '=', written, '+', unchanged, '+', dead) AS counts FROM lifecycle.pipeline_runs r
  WHERE procedure = 'export' AND run_id = (SELECT max(run_id) FROM lifecycle.pipeline_runs o WHERE o.source_system = r.source_system);
CALL lifecycle.export();
SELECT is((SELECT string_agg(concat_ws(': ', source_system, counts), E'\n' ORDER BY source_system) FROM last_runs),
'dx_company_entities_v1@files: 50 = 50 + 0 + 0
dx_company_entities_v1@hq: 50 = 50 + 0 + 0
dx_entity_snapshots_v1@hq: 50 = 0 + 50 + 0
dx_operation_events_v1@hq: 0 = 0 + 0 + 0
dx_operation_runs_v1@files: 90 = 88 + 0 + 2
dx_operation_runs_v1@hq: 90 = 88 + 0 + 2
dx_person_entities_v1@hq: 0 = 0 + 0 + 0', 'each destination gets its datasets, and the rows add up; runs that have not ended stay');
SELECT is(parity('hq.dx_operation_runs_v1'), parity(source_of('dx_operation_runs_v1')), 'the warehouse has what the source has');
SELECT is(parity('hq.dx_company_entities_v1'), parity(source_of('dx_company_entities_v1')), '... of entities too');
SELECT is((SELECT checksum FROM lifecycle.export_batches WHERE destination = 'files' AND dataset = 'dx_operation_runs_v1'), parity('hq.dx_operation_runs_v1'), 'the batch''s checksum is that of its rows');
SELECT is((SELECT concat_ws(' ', sequence, status, reason, contract_version, rows_in, file, attempts) FROM lifecycle.export_batches WHERE destination = 'files' AND dataset = 'dx_operation_runs_v1'),
  (SELECT '1 delivered export ' || version || ' 88 dx_operation_runs_v1/00000001.ndjson.gz 1' FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'), 'a batch on record');
CREATE FUNCTION file_rows(dataset text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM lifecycle.export_batches b, lifecycle._read_file(current_setting('test.directory') || '/' || b.file) line WHERE b.destination = 'files' AND b.dataset = file_rows.dataset
$$;
SELECT is(file_rows('dx_operation_runs_v1'), 88::bigint, 'the file has the rows');
CREATE FUNCTION manifest(dataset text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT string_agg(line, E'\n')::jsonb FROM lifecycle._read_file(current_setting('test.directory') || '/' || dataset || '/manifest.json') line
$$;
SELECT is((SELECT jsonb_build_array(m -> 'dataset', m -> 'rows', m -> 'compression', m #> '{files,0,file}', m #> '{files,0,rows}', m #> '{files,0,earliest}', m #> '{files,0,latest}') FROM manifest('dx_operation_runs_v1') m),
  '["dx_operation_runs_v1", 88, "gzip", "00000001.ndjson.gz", 88, "2025-07-01T15:00:00+00:00", "2025-07-05T06:00:00+00:00"]', 'the manifest lists it');
SELECT is((SELECT m #>> '{files,0,file_hash}' FROM manifest('dx_operation_runs_v1') m),
  (SELECT 'xxh3-128:' || file_hash FROM lifecycle._hash_file(:'directory' || '/dx_operation_runs_v1/00000001.ndjson.gz')), '... with its hash');

-- Dead letters
SELECT is((SELECT string_agg(concat_ws(' ', stage, source, key = id(CASE WHEN key = id(1)::text THEN 1 ELSE 2 END)::text, sqlstate, code, json_pointer, detail, attempts), E'\n') FROM lifecycle.dead_letters),
'export dx_operation_runs_v1 t 23514 unknown_value /entity_type entity_type (column entity_type): "job" is none of company, person. 1
export dx_operation_runs_v1 t 23514 unknown_value /entity_type entity_type (column entity_type): "job" is none of company, person. 1', 'what breaks the contract is dead, told once, whatever the destinations');
SELECT is((SELECT body::jsonb ->> 'run_id' FROM lifecycle.dead_letters WHERE key = id(1)::text), id(1)::text, '... with the row itself');
CALL lifecycle.export();
SELECT is((SELECT string_agg(DISTINCT counts, ', ') FROM last_runs), '0 = 0 + 0 + 0', 'nothing new: nothing is sent');
SELECT is((SELECT count(*) FROM lifecycle.export_batches), 5::bigint, '... nor recorded');
UPDATE lifecycle.operation_runs SET entity_type = 'person' WHERE run_id = id(1);
UPDATE lifecycle.operation_runs SET entity_type = 'work' WHERE run_id = id(2);
UPDATE lifecycle.operation_runs SET status = 'failed' WHERE status = 'running';
UPDATE lifecycle.company_entities SET canonical_name = 'New', deleted_at = now() WHERE entity_id = id(1);
CALL lifecycle.export();
SELECT is((SELECT string_agg(counts, ', ' ORDER BY source_system) FROM last_runs WHERE source_system LIKE '%runs%'), '12 = 11 + 0 + 1, 12 = 11 + 0 + 1', 'what changed goes out');
SELECT is((SELECT string_agg(concat_ws(' ', CASE key WHEN id(1)::text THEN 1 ELSE 2 END, detail, attempts, resolved_at IS NOT NULL), E'\n' ORDER BY resolved_at) FROM lifecycle.dead_letters),
'1 entity_type (column entity_type): "job" is none of company, person. 1 t
2 entity_type (column entity_type): "work" is none of company, person. 2 f', 'a mended row resolves its dead letter, one still broken is told anew in its place');
SELECT is(parity('hq.dx_operation_runs_v1'), parity(source_of('dx_operation_runs_v1')), 'the warehouse has what the source has');
SELECT is(parity('hq.dx_company_entities_v1'), parity(source_of('dx_company_entities_v1')), '... deleted entities too');
SELECT is(file_rows('dx_company_entities_v1'), 51::bigint, 'files have each version once');
SELECT is((SELECT jsonb_array_length(m -> 'files') FROM manifest('dx_company_entities_v1') m), 2, '... and the manifest both files');

SELECT lifecycle.unregister_destination('files');
SELECT is((SELECT count(*) FROM lifecycle.export_positions WHERE destination = 'files'), 0::bigint, 'unregistered: its positions are forgotten');
\set ON_ERROR_STOP 0
CALL lifecycle.export('dx_runs');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42704', 'an unknown dataset');
BEGIN;
CALL lifecycle.export();
ROLLBACK;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'inside a transaction block');
\set ON_ERROR_STOP 1
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
