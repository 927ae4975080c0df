-- Sources of datasets: registration refuses what is wrong with a mapping; a row that breaks the contract is told why and where, and never
-- stops the others.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();

CREATE SCHEMA upstream;
CREATE TABLE upstream.runs (id text, org uuid, operation text, "act/ion" text, kind text, entity text, state text, attempt text, began timestamp, took numeric,
  cost double precision, written timestamptz, pipeline uuid);
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION mapping(changed jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"run_id": "id", "org_id": "org", "operation_id": "operation", "action_id": "act/ion", "entity_type": "kind", "entity_id": "entity",
    "status": {"column": "state", "map": {"found": "succeeded", "not_found": "succeeded", "verified": "succeeded"}}, "attempt_count": "attempt",
    "started_at": "began", "time_zone": "UTC", "duration_ms": "took", "cost_usd": "cost", "created_at": "written", "pipeline_run_id": "pipeline",
    "change_column": "written"}'::jsonb || changed
$$;

-- Registration
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_runs', 'upstream.runs', mapping())$$, '42704', 'there is no dataset "dx_runs"', 'an unknown dataset');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', NULL)$$, '22004', NULL, 'no mapping');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"org_id": "organisation"}'))$$, '42703',
  'mapping of upstream.runs: column "organisation" does not exist', 'an unknown column');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping() - 'org_id')$$, '22023',
  'mapping of upstream.runs: it does not map org_id', 'a required column is not mapped');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"kost_usd": "cost"}'))$$, '22023',
  'mapping of upstream.runs: key "kost_usd" is not known', 'a column the contract has not');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"org_id": "took"}'))$$, '42804', NULL, 'a column of another type');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"status": {"constant": "ok"}}'))$$, '22023',
  'mapping of upstream.runs: status is never "ok"', 'a constant the contract never allows');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"status": {"column": "state", "map": {"found": "ok"}}}'))$$, '22023',
  'mapping of upstream.runs: status is never "ok"', 'a map to a value the contract never allows');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"look_back": "soon"}'))$$, '22023', NULL, 'a look_back that is none');
SELECT is((SELECT count(*) FROM lifecycle.dataset_sources), 0::bigint, 'nothing was registered so far');
SELECT alike(lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping()), 'Change column written (timestamp with time zone)%00:05:00 before%', 'registered');
SELECT alike(lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"look_back": "1 hour"}')), '%01:00:00 before%', 'registered anew');
SELECT is((SELECT count(*) FROM lifecycle.dataset_sources), 1::bigint, '... in its place');
SELECT throws_ok($$SELECT lifecycle._dataset_query('dx_operation_events_v1')$$, '55000', 'dataset "dx_operation_events_v1" has no source', 'a dataset without source');

-- Good rows
INSERT INTO upstream.runs VALUES (id(1)::text, id(100), 'company.enrich.profile', 'prospeo.v2', 'company', id(200)::text, 'found', '1', '2025-07-01 12:00', 1500, 0.25,
  '2025-07-01 12:00:02+02', NULL), (upper(id(2)::text), id(100), 'op', 'act', 'person', id(201)::text, 'failed', '+3', '2025-07-01', NULL, NULL, '2025-07-02+00', id(9));
CREATE FUNCTION rows_of(dataset text) RETURNS SETOF jsonb LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT to_jsonb(r) FROM (%s) r', lifecycle._dataset_query(dataset));
END $$;
SELECT is((SELECT jsonb_strip_nulls(r) FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'status' = 'succeeded'),
  jsonb_build_object('export_schema_version', 'v1', 'run_id', id(1), 'org_id', id(100), 'operation_id', 'company.enrich.profile', 'action_id', 'prospeo.v2', 'entity_type', 'company',
    'entity_id', id(200), 'status', 'succeeded', 'attempt_count', 1, 'started_at', '2025-07-01T12:00:00+00:00', 'duration_ms', 1500, 'cost_usd', 0.25,
    'created_at', '2025-07-01T10:00:02+00:00', 'change time', '2025-07-01T10:00:02+00:00', 'source relation', 'upstream.runs'), 'a row as the contract has it');
SELECT is((SELECT jsonb_build_array(r -> 'run_id', r -> 'attempt_count', r -> 'status', r -> 'pipeline_run_id', r -> 'reject code') FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'status' = 'failed'),
  jsonb_build_array(id(2), 3, 'failed', id(9), NULL), 'values read out of texts, and one that no map names');
CREATE FUNCTION types_of(dataset text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE types text;
BEGIN
  EXECUTE format('CREATE TEMP VIEW probe AS %s', lifecycle._dataset_query(dataset));
  SELECT string_agg(CASE WHEN a.atttypid <> t.oid THEN a.attname || ' ' || format_type(a.atttypid, a.atttypmod) END, ', ') INTO types
    FROM lifecycle._contract_columns((SELECT contract FROM lifecycle.datasets d WHERE d.dataset = types_of.dataset)) c
      LEFT JOIN pg_attribute a ON a.attrelid = 'probe'::regclass AND a.attname = c.name AND a.attnum = c.place
      JOIN pg_type t ON t.oid = c.type::regtype;
  DROP VIEW probe;
  RETURN coalesce(types, 'as the contract says');
END $$;
SELECT is(types_of('dx_operation_runs_v1'), 'as the contract says', 'columns in the order and of the types of the contract');

-- Each way to break the contract, beside the rows that keep it
CREATE FUNCTION bad(why text, changed jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO upstream.runs SELECT * FROM jsonb_populate_record((SELECT r FROM upstream.runs r WHERE operation = 'company.enrich.profile'), '{"operation": "bad"}' || changed)
$$;
SELECT bad('', '{"id": null}'), bad('', '{"id": "run_abc"}'), bad('', '{"org": null}'), bad('', '{"kind": "job"}'), bad('', '{"state": "exploded"}'), bad('', '{"state": ""}'),
  bad('', '{"attempt": "many"}'), bad('', '{"attempt": "3000000000"}'), bad('', '{"began": "infinity"}'), bad('', '{"began": null}'), bad('', '{"took": 1.5}'),
  bad('', '{"took": 1e30}'), bad('', '{"cost": "NaN"}'), bad('', '{"cost": "Infinity"}'), bad('', '{"written": "20000-01-01"}'), bad('', '{"entity": "  "}');
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'reject code', r ->> 'reject sqlstate', r ->> 'json pointer'), E'\n' ORDER BY n) FROM rows_of('dx_operation_runs_v1') WITH ORDINALITY AS x(r, n) WHERE r ->> 'operation_id' = 'bad'),
'missing_required 23502 /id
wrong_type 22P02 /id
missing_required 23502 /org
unknown_value 23514 /kind
unknown_value 23514 /state
missing_required 23502 /state
wrong_type 22P02 /attempt
out_of_range 22003 /attempt
wrong_type 22P02 /began
missing_required 23502 /began
wrong_type 22P02 /took
wrong_type 22P02 /took
out_of_range 22003 /cost
out_of_range 22003 /cost
out_of_range 22008 /written
wrong_type 22P02 /entity', 'every row that breaks the contract says how and where');
SELECT is((SELECT string_agg(r ->> 'reject detail', E'\n' ORDER BY n) FROM rows_of('dx_operation_runs_v1') WITH ORDINALITY AS x(r, n) WHERE r ->> 'operation_id' = 'bad' AND n < 12),
'run_id (column id) is missing.
run_id (column id): "run_abc" is not of type uuid.
org_id (column org) is missing.
entity_type (column kind): "job" is none of company, person.
status (column state): "exploded" is none of succeeded, failed, skipped, canceled.
status (column state) is missing.
attempt_count (column attempt): "many" is not of type integer.
attempt_count (column attempt): 3000000000 is out of the range of an integer.
started_at (column began): "infinity" is not of type timestamptz.', '... in a sentence');
SELECT is((SELECT count(*) FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NULL), 2::bigint, 'the others are not stopped');
SELECT is((SELECT r -> 'reject body' ->> 'kind' FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'json pointer' = '/kind'), 'job', 'a rejected row comes along as it is at its source');
SELECT is((SELECT count(*) FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NULL AND r -> 'reject body' <> 'null'), 0::bigint, '... the others need not');
SELECT is((SELECT r ->> 'reject key' FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'json pointer' = '/kind'), id(1)::text, '... with its key');

SELECT is((SELECT string_agg(concat_ws(' ', source, reject_code, json_pointer, rows), E'\n' ORDER BY reject_code NULLS FIRST) FROM lifecycle.check_dataset('dx_operation_runs_v1') WHERE reject_code IS NULL OR rows > 1),
'upstream.runs 2
upstream.runs out_of_range /cost 2
upstream.runs wrong_type /took 2', 'check_dataset() counts them by kind and place');
SELECT is((SELECT example FROM lifecycle.check_dataset('dx_operation_runs_v1') WHERE json_pointer = '/kind'), 'entity_type (column kind): "job" is none of company, person.', '... with an example');

-- Pointers are escaped; a value made of several columns points to none
TRUNCATE upstream.runs;
SELECT lives_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.runs', mapping('{"entity_id": ["entity", "id"]}'))$$, 'a value of the first of two columns');
INSERT INTO upstream.runs VALUES (id(1)::text, id(100), 'op', NULL, 'company', NULL, 'found', '1', '2025-07-01 12:00', 1500, 0.25, '2025-07-01 12:00:02+02', NULL);
SELECT is((SELECT r ->> 'json pointer' FROM rows_of('dx_operation_runs_v1') r), '/act~1ion', 'a slash in a column''s name');
UPDATE upstream.runs SET "act/ion" = 'act', entity = 'bad';
SELECT is((SELECT r ->> 'json pointer' || ' ' || (r ->> 'reject detail') FROM rows_of('dx_operation_runs_v1') r), ' entity_id: "bad" is not of type uuid.', 'the first value that is present decides, readable or not');
UPDATE upstream.runs SET entity = '';
SELECT is((SELECT r ->> 'entity_id' FROM rows_of('dx_operation_runs_v1') r), id(1)::text, '... an absent one does not');

-- Several sources of a dataset; a length
CREATE VIEW upstream.more AS SELECT id(50 + n) AS id, id(100) AS org FROM generate_series(1, 3) n;
SELECT lives_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'upstream.more', '{"run_id": "id", "org_id": "org", "operation_id": {"constant": "o"}, "action_id": {"constant": "a"},
  "entity_type": {"constant": "company"}, "entity_id": "id", "status": {"constant": "skipped"}, "attempt_count": {"constant": 0}, "started_at": {"constant": "2025-01-01T00:00:00Z"},
  "created_at": {"constant": "2025-01-01T00:00:00Z"}}')$$, 'a second source');
SELECT is((SELECT count(*) || ' ' || count(DISTINCT r ->> 'source relation') FROM rows_of('dx_operation_runs_v1') r), '4 2', 'the rows of both');
SELECT lives_ok($$SELECT lifecycle.unregister_dataset_source('dx_operation_runs_v1', 'upstream.more')$$, 'a source is unregistered');
SELECT throws_ok($$SELECT lifecycle.unregister_dataset_source('dx_operation_runs_v1', 'upstream.more')$$, '42704', 'upstream.more is no source of dataset "dx_operation_runs_v1"', '... once');
CREATE TABLE upstream.insight (id bigint, customer bigint, organization bigint, type text, at timestamptz);
SELECT lives_ok($$SELECT lifecycle.register_dataset_source('lifecycle_event_history', 'upstream.insight', '{"event_id": "id", "account_id": "customer", "organization_id": "organization",
  "event_type": "type", "event_date": "at"}')$$, 'columns that the export computes need no mapping');
INSERT INTO upstream.insight VALUES (NULL, 1, 2, repeat('x', 101), now()), (1, 2, 3, 'qbr', '2025-07-01 12:00+02');
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'reject code', r ->> 'reject detail', CASE WHEN r ->> 'reject code' IS NULL THEN r ->> 'event_date' END), ', ') FROM rows_of('lifecycle_event_history') r),
  'too_long event_type (column type): it has 101 characters, more than 100., 2025-07-01T10:00:00', 'a text that is too long; a time without zone is UTC');
SELECT is(types_of('lifecycle_event_history'), 'as the contract says', 'types of lifecycle_event_history');

-- The source changes behind our back
ALTER TABLE upstream.runs RENAME COLUMN state TO status;
SELECT throws_ok($$SELECT lifecycle._dataset_query('dx_operation_runs_v1')$$, '42703', 'mapping of upstream.runs: column "state" does not exist', 'a column is renamed');
DROP TABLE upstream.runs;
SELECT throws_ok($$SELECT lifecycle._dataset_query('dx_operation_runs_v1')$$, '42P01', 'a source of dataset "dx_operation_runs_v1" no longer exists', 'the table is dropped');

-- Texts as numbers
SELECT is(lifecycle._integer_or_null('-17'), -17::bigint, 'an integer');
SELECT is(lifecycle._integer_or_null('17.0'), NULL, 'no integer');
SELECT is(lifecycle._number_or_null('-1.50e3'), -1500.0, 'a number');
SELECT is(lifecycle._number_or_null('NaN'), NULL, 'no number');
SELECT is(lifecycle._number_or_null('1e1000'), 1e1000::numeric, 'a large number');

-- Rights
CREATE ROLE dataset_reader;
GRANT USAGE ON SCHEMA lifecycle, upstream TO dataset_reader;
GRANT SELECT ON lifecycle.schema_version, lifecycle.datasets TO dataset_reader;
GRANT SELECT, INSERT, UPDATE ON lifecycle.dataset_sources TO dataset_reader;
GRANT SELECT (id, customer, organization, type) ON upstream.insight TO dataset_reader;
SET ROLE dataset_reader;
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('lifecycle_event_history', 'upstream.insight', '{"account_id": "customer", "organization_id": "organization", "event_type": "type", "event_date": "at"}')$$,
  '42501', NULL, 'a column the role may not read');
RESET ROLE;
DROP OWNED BY dataset_reader;
DROP ROLE dataset_reader;
-- Transaction numbers
CREATE TABLE numbered (run_id uuid, org_id uuid, kind text, what text, state text, at timestamptz, changed_xid xid8);
CREATE FUNCTION cut_of() RETURNS text LANGUAGE sql AS $$ SELECT substring(lifecycle.register_dataset_source('dx_operation_runs_v1', 'numbered', '{"run_id": "run_id", "org_id": "org_id", "entity_type": "kind", "entity_id": "run_id",
  "operation_id": "what", "action_id": "what", "status": "state", "attempt_count": {"constant": 1}, "started_at": "at", "created_at": "at"}') FROM '^[^:]*') $$;
SELECT is(cut_of(), 'Transaction numbers (changed_xid), which nothing sets', 'a column that no trigger sets has no numbers');
CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON numbered FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
SELECT is(cut_of(), 'Transaction numbers (changed_xid)', 'with it they are in force');
ALTER TABLE numbered DISABLE TRIGGER changed_xid;
SELECT is(cut_of(), 'Transaction numbers (changed_xid), which nothing sets', 'nor has one whose trigger is disabled');

-- Code of roles with fewer rights: told, and a materialized view of theirs runs nothing of it.
CREATE SCHEMA theirs;
CREATE ROLE dataset_app;
GRANT CREATE, USAGE ON SCHEMA theirs TO dataset_app;
GRANT SELECT ON numbered TO dataset_app;
SET ROLE dataset_app;
CREATE FUNCTION theirs.who() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN current_user; END $$;
CREATE VIEW theirs.runs AS SELECT n.*, theirs.who() AS who FROM public.numbered n;
CREATE MATERIALIZED VIEW theirs.kept AS SELECT * FROM theirs.runs;
RESET ROLE;
CREATE VIEW mine AS SELECT * FROM theirs.runs;
CREATE VIEW of_kept AS SELECT * FROM theirs.kept;
CREATE VIEW calling AS SELECT n.*, theirs.who() AS who FROM numbered n;
SELECT is((SELECT string_agg(code || ' ' || owner, ', ') FROM lifecycle._others_code(r)), told, 'code that is run with a source: ' || r) FROM (VALUES ('theirs.runs'::regclass, 'view theirs.runs dataset_app, function theirs.who() dataset_app'),
  ('mine', 'view theirs.runs dataset_app, function theirs.who() dataset_app'), ('calling', 'function theirs.who() dataset_app'), ('theirs.kept', NULL), ('of_kept', NULL), ('numbered', NULL)) v (r, told);
INSERT INTO numbered (kind) VALUES ('x');
REFRESH MATERIALIZED VIEW theirs.kept;
SELECT isnt_empty($$SELECT FROM theirs.kept$$, 'refreshed, it has rows');
SELECT is_empty($$SELECT FROM theirs.kept WHERE who <> 'dataset_app'$$, 'whoever refreshes it, a materialized view runs as its owner');
RESET ROLE;
DROP SCHEMA theirs CASCADE;
REVOKE ALL ON numbered FROM dataset_app;
DROP ROLE dataset_app;
SELECT * FROM finish();
