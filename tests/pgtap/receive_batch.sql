-- The receiving side: a batch is applied once, whatever is sent again; each line that breaks the contract is a dead letter that says where
-- and how, and the others go on; an error leaves nothing behind.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
SELECT throws_ok($$SELECT lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '')$$, '55000', NULL, 'not before install()');
CALL lifecycle.install();
SELECT throws_ok($$SELECT lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '')$$, '42P01', NULL, 'not without a warehouse');
CALL lifecycle.install_warehouse('HQ', '1 month');

CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE TABLE runs AS SELECT * FROM "HQ".dx_operation_runs_v1;
CREATE FUNCTION run(n bigint, at timestamptz DEFAULT '2025-07-01 12:00:00.000001+00', cost numeric DEFAULT 12.50) RETURNS runs LANGUAGE sql AS $$
  SELECT ROW('v1', id(n), NULL, NULL, 'op "' || n || '" é', 'act', 'company', id(n), id(1), NULL, NULL, 'succeeded', 1, at, at, 1, cost, NULL, E'two\nlines', at)::runs
$$;
-- A line of a run, with members of its own put over the others; null takes one away.
CREATE FUNCTION line(n bigint, changes jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(jsonb_strip_nulls(to_jsonb(run(n))) || changes) WHERE value <> '"gone"')::text
$$;
CREATE FUNCTION received(dataset text, batch bigint, lines text, version text DEFAULT NULL, checksum text DEFAULT NULL, columns text[] DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s in: %s written, %s unchanged, %s dead, %s snapshots%s', rows_in, written, unchanged, dead, snapshots, CASE WHEN repeated THEN ', repeated' END)
  FROM lifecycle.receive_batch(dataset, id(batch), lines, version, checksum, 'HQ', columns)
$$;

-- A batch, and the same again.
INSERT INTO runs SELECT (run(n)).* FROM generate_series(1, 100) n;
SELECT string_agg(lifecycle.ndjson(r), E'\n' ORDER BY operation_id) AS lines, lifecycle.parity_checksum(lifecycle.parity_text(r)) AS checksum FROM runs r \gset
SELECT is(received('dx_operation_runs_v1', 1, :'lines', '1.0.0', :'checksum'), '100 in: 100 written, 0 unchanged, 0 dead, 0 snapshots', 'a batch is applied');
SELECT set_eq('SELECT * FROM "HQ".dx_operation_runs_v1', 'SELECT * FROM runs', '... as it was sent');
SELECT is((SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM "HQ".dx_operation_runs_v1 t), :'checksum', '... by the checksum too');
SELECT is((SELECT checksum FROM lifecycle.received_batches), :'checksum', '... which is remembered');
VACUUM "HQ".dx_operation_runs_v1, lifecycle.received_batches;
SELECT is(received('dx_operation_runs_v1', 1, :'lines', '1.0.0', :'checksum'), '100 in: 100 written, 0 unchanged, 0 dead, 0 snapshots, repeated', 'the same batch again is answered from memory');
SELECT is(received('dx_operation_runs_v1', 2, :'lines'), '100 in: 0 written, 100 unchanged, 0 dead, 0 snapshots', 'the same rows in another batch change nothing');
SELECT is(received('dx_operation_runs_v1', 3, E'\n\n  \r\n'), '0 in: 0 written, 0 unchanged, 0 dead, 0 snapshots', 'a batch of nothing');
SELECT is(received('dx_operation_runs_v1', 4, line(500) || E'\r\n' || line(500) || E'\n'), '2 in: 1 written, 1 unchanged, 0 dead, 0 snapshots', 'fields in another order; a row twice in a batch');

-- What is refused as a whole leaves nothing behind.
SELECT throws_ok(format('SELECT received(%L, 1, %L)', 'dx_operation_runs_v1', line(101)), '23505', NULL, 'the same batch_id with other content');
SELECT throws_ok(format('SELECT lifecycle.receive_batch(%L, id(1), %L, warehouse => %L)', 'dx_operation_events_v1', :'lines', 'HQ'), '23505', NULL, '... or for another dataset');
SELECT throws_ok(format('SELECT received(%L, 5, %L, NULL, %L)', 'dx_operation_runs_v1', line(101), '1:0000000000000000'), 'XX001', NULL, 'another checksum');
SELECT throws_ok(format('SELECT received(%L, 5, %L, NULL, %L)', 'dx_operation_runs_v1', line(101) || E'\nx', '1:0000000000000000'), 'XX001', NULL, 'another number of rows, where lines cannot be read');
SELECT throws_ok(format('SELECT received(%L, 5, %L, %L)', 'dx_operation_runs_v1', line(101), '1.1.0'), '55000', NULL, 'a batch of a later contract');
SELECT throws_ok(format('SELECT received(%L, 5, %L, %L)', 'dx_operation_runs_v1', line(101), '2.0.0'), '55000', NULL, '... of another major version');
SELECT throws_ok(format('SELECT received(%L, 5, %L, %L)', 'dx_operation_runs_v1', line(101), 'one'), '22023', NULL, '... of a version that is none');
SELECT throws_ok(format('SELECT received(%L, 5, %L, NULL, NULL, %L)', 'dx_operation_runs_v1', line(101), '{run_id,colour}'), '42703', NULL, 'columns that the contract has not');
SELECT throws_ok($$SELECT received('dx_runs', 5, '')$$, '42704', NULL, 'an unknown dataset');
SELECT throws_ok($$SELECT received('dx_operation_runs_v1', NULL, '')$$, '22004', NULL, 'no batch_id');
SELECT is((SELECT count(*) FROM "HQ".dx_operation_runs_v1 WHERE run_id = id(101)), 0::bigint, 'nothing of these was applied');
SELECT is((SELECT count(*) FROM lifecycle.received_batches), 4::bigint, '... or remembered');
SELECT is_empty('SELECT FROM lifecycle.dead_letters', '... and there is no dead letter');

-- Lines that break the contract.
SELECT is(received('dx_operation_runs_v1', 10, concat_ws(E'\n', line(201), line(202, '{"colour": "red"}'), line(203, '{"status": "gone"}'), line(204, '{"org_id": null}'),
    line(205, '{"attempt_count": "1"}'), line(206, '{"attempt_count": 1.5}'), line(207, '{"started_at": "yesterday"}'), line(208, '{"status": "found"}'),
    replace(line(209), '{', '{"run_id": 1, '), 'nonsense', '[1]', line(210, '{"duration_ms": 3000000000}'), left(line(211), 50), line(212))),
  '14 in: 2 written, 0 unchanged, 12 dead, 0 snapshots', 'the others are applied');
SELECT is((SELECT string_agg(concat_ws(' ', code, sqlstate, json_pointer), E'\n' ORDER BY id) FROM lifecycle.dead_letters WHERE id < (SELECT max(id) FROM lifecycle.dead_letters)),
'unknown_field 42703 /colour
missing_required 23502 /status
missing_required 23502 /org_id
wrong_type 22P02 /attempt_count
wrong_type 22P02 /attempt_count
wrong_type 22P02 /started_at
unknown_value 23514 /status
json.duplicate_key 22030 /run_id
json.malformed 22P02 
wrong_type 22P02 
out_of_range 22003 /duration_ms', 'each is a dead letter with its code and place');
SELECT is((SELECT detail FROM lifecycle.dead_letters WHERE code = 'unknown_value'), 'status: "found" is none of succeeded, failed, skipped, canceled.', '... and says what is wrong');
SELECT is((SELECT stage || ' ' || source || ' ' || key || ' ' || contract_version || ' ' || (body = line(208, '{"status": "found"}')) FROM lifecycle.dead_letters WHERE code = 'unknown_value'),
  'apply dx_operation_runs_v1 ' || id(208) || ' 1.0.0 true', '... with its key, the line itself and the contract');
SELECT is((SELECT jsonb_array_length(refusals) FROM lifecycle.received_batches WHERE batch_id = id(10)), 12, '... and is remembered with the batch');
SELECT is(received('dx_operation_runs_v1', 11, line(208, '{"status": "found"}')), '1 in: 0 written, 0 unchanged, 1 dead, 0 snapshots', 'it comes again');
SELECT is((SELECT array_agg(attempts) FROM lifecycle.dead_letters WHERE code = 'unknown_value'), '{2}', '... and is told once');
SELECT is(received('dx_operation_runs_v1', 12, line(1, '{"cost_usd": 1}')), '1 in: 0 written, 0 unchanged, 1 dead, 0 snapshots', 'other content under a key that is there');
SELECT is((SELECT concat_ws(' ', refusals -> 0 ->> 'code', refusals -> 0 ->> 'key') FROM lifecycle.received_batches WHERE batch_id = id(12)), 'content_differs ' || id(1), '... is refused and told too');
SELECT is(received('dx_operation_runs_v1', 13, line(1, '{"cost_usd": 1}')), '1 in: 0 written, 0 unchanged, 1 dead, 0 snapshots', '... and again');
SELECT is((SELECT refusals -> 0 ->> 'code' FROM lifecycle.received_batches WHERE batch_id = id(13)), 'content_differs', '... with the same answer');

-- What a jsonb or a numeric can hold is taken, beyond a double too: a directory or a warehouse beside the source has it as well.
CREATE TABLE wide AS SELECT * FROM "HQ".dx_operation_events_v1;
INSERT INTO wide SELECT 'v1', id(n), id(n), 'e', 1, '2025-07-01', id(1), NULL, 'company', id(n), NULL, NULL, NULL, NULL, NULL, NULL, NULL, j::jsonb
FROM (VALUES (1, '{"a": [1e400, -1e400, 1e-400]}'), (2, '1e131071'), (3, '{"a": 1e-16383}'), (4, '[0e300]')) v (n, j);
SELECT is(received('dx_operation_events_v1', 18, (SELECT string_agg(lifecycle.ndjson(w), E'\n') FROM wide w), '1.0.0', (SELECT lifecycle.parity_checksum(lifecycle.parity_text(w)) FROM wide w)),
  '4 in: 4 written, 0 unchanged, 0 dead, 0 snapshots', 'documents with numbers beyond a double');
SELECT set_eq('SELECT event_id, metadata_json::text FROM "HQ".dx_operation_events_v1', 'SELECT event_id, metadata_json::text FROM wide', '... are there, to the digit');
SELECT is(received('dx_operation_runs_v1', 19, replace(line(302, '{"cost_usd": 7777}'), '7777', '1e400')), '1 in: 1 written, 0 unchanged, 0 dead, 0 snapshots', 'a numeric beyond a double');
SELECT is((SELECT cost_usd FROM "HQ".dx_operation_runs_v1 WHERE run_id = id(302)), 1e400, '... as it was sent');
SELECT is(received('dx_operation_runs_v1', 22, replace(line(303, '{"cost_usd": 7777}'), '7777', '1e131072')), '1 in: 0 written, 0 unchanged, 1 dead, 0 snapshots', 'one beyond a numeric is not');

-- A row that can be read, and breaks the contract, is part of the checksum.
CREATE TABLE odd AS SELECT (run(300)).*;
UPDATE odd SET status = 'strange';
SELECT is(received('dx_operation_runs_v1', 20, (SELECT lifecycle.ndjson(o) FROM odd o), '1.0.0', (SELECT lifecycle.parity_checksum(lifecycle.parity_text(o)) FROM odd o)),
  '1 in: 0 written, 0 unchanged, 1 dead, 0 snapshots', 'a refused row counts in the checksum');
SELECT is(received('dx_operation_runs_v1', 21, line(301), NULL, (SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (SELECT id(301) AS run_id, 1 AS attempt_count) r), '{run_id,attempt_count}'),
  '1 in: 1 written, 0 unchanged, 0 dead, 0 snapshots', 'the checksum is of the columns that its sender names');

-- Entities, versions and documents.
SELECT is(received('dx_company_entities_v1', 30, (SELECT string_agg(format('{"export_schema_version":"v1","org_id":"%s","company_id":"%s","entity_id":"%s","canonical_name":"v%s","record_version":%s,"updated_at":"2025-0%s-01T00:00:00Z"}',
    id(1), id(1), id(n), v, v, v), E'\n' ORDER BY random()) FROM generate_series(1, 5) n, generate_series(1, 3) v)), '15 in: 5 written, 10 unchanged, 0 dead, 15 snapshots', 'of versions the highest, and all of them beside');
SELECT is((SELECT string_agg(DISTINCT canonical_name || ' ' || record_version, ', ') FROM "HQ".dx_company_entities_v1), 'v3 3', '... is there');
SELECT is(received('dx_entity_snapshots_v1', 31, (SELECT string_agg(format('{"export_schema_version":"v1","snapshot_id":"%s","org_id":"%s","entity_type":"person","entity_id":"%s","record_version":1,"canonical_payload_json":%s,"captured_at":"2025-01-01T00:00:00Z"}',
    id(n), id(1), id(n), doc), E'\n') FROM (VALUES (1, '{"b": [1.50, null, "é\n"], "a": {}}'), (2, '"text"'), (3, '[]'), (4, 'null'), (5, '12.0'), (6, 'true')) d(n, doc))), '6 in: 6 written, 0 unchanged, 0 dead, 0 snapshots', 'documents of every kind');
SELECT results_eq($$SELECT canonical_payload_json::text FROM "HQ".dx_entity_snapshots_v1 WHERE entity_type = 'person' ORDER BY array_position(ARRAY[id(1), id(2), id(3), id(4), id(5), id(6)], snapshot_id)$$,
  ARRAY['{"a": {}, "b": [1.50, null, "é\n"]}', '"text"', '[]', 'null', '12.0', 'true'], '... are kept as they were');
SELECT throws_ok($$SELECT received('lifecycle_event_history', 40, '')$$, '42P01', NULL, 'a dataset that has no table');

-- Every value of a run that the contract allows comes through: what ndjson() writes is read as it was.
CREATE TABLE many AS SELECT (run(1000 + n, timestamptz '2025-01-01 00:00+00' + n * interval '1 day 01:02:03.000456',
  CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN n::numeric WHEN 2 THEN n / 1000.0 WHEN 3 THEN (n || 'e20')::numeric WHEN 4 THEN -n * 1.10 WHEN 5 THEN 0.00 ELSE (n || 'e-30')::numeric END)).* FROM generate_series(1, 300) n;
UPDATE many SET operation_id = translate(md5(operation_id), 'abcdef', E'"\\\n\téβ') || chr(1 + length(operation_id)), error_message = '';
SELECT is(received('dx_operation_runs_v1', 50, (SELECT string_agg(lifecycle.ndjson(m), E'\n') FROM many m), '1.0.0', (SELECT lifecycle.parity_checksum(lifecycle.parity_text(m)) FROM many m)),
  '300 in: 300 written, 0 unchanged, 0 dead, 0 snapshots', 'numbers, times and texts of all kinds');
SELECT is_empty('SELECT * FROM many EXCEPT SELECT * FROM "HQ".dx_operation_runs_v1', '... are as they were');

-- Two batches in one transaction; a table of somebody else in the stage's place.
BEGIN;
SELECT is(received('dx_operation_runs_v1', 60, line(2001)), '1 in: 1 written, 0 unchanged, 0 dead, 0 snapshots', 'a first batch of a transaction');
SELECT is(received('dx_operation_runs_v1', 61, line(2002)), '1 in: 1 written, 0 unchanged, 0 dead, 0 snapshots', '... and a second');
COMMIT;
SELECT c.relname AS stage FROM pg_class c WHERE c.relname LIKE 'lifecycle\_batch\_%' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'attempt_count') \gset
CREATE ROLE lifecycle_planter;
ALTER TABLE pg_temp.:"stage" OWNER TO lifecycle_planter;
SELECT throws_ok(format('SELECT received(%L, 62, %L)', 'dx_operation_runs_v1', line(2003)), '42501', NULL, 'a planted table is not written to');
DROP OWNED BY lifecycle_planter;
DROP ROLE lifecycle_planter;

-- Least rights: a receiver, and a role that has nothing but a door.
CREATE ROLE lifecycle_receiver;
SELECT lifecycle.grant_warehouse('lifecycle_receiver', 'receiver', 'HQ');
SELECT line(3001) AS one, line(3002) AS two \gset
SET ROLE lifecycle_receiver;
SELECT is((SELECT written FROM lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), :'one' || E'\nx', warehouse => 'HQ')), 1::bigint, 'a receiver receives');
SELECT throws_ok('UPDATE lifecycle.received_batches SET written = 0', '42501', NULL, '... and cannot change what is remembered');
RESET ROLE;
SELECT lifecycle.revoke_warehouse('lifecycle_receiver', 'receiver', 'HQ');
CREATE SCHEMA delivery;
CREATE FUNCTION delivery.receive_batch(dataset text, batch_id uuid, ndjson text, contract_version text DEFAULT NULL, INOUT checksum text DEFAULT NULL,
  warehouse name DEFAULT 'lifecycle', columns text[] DEFAULT NULL, OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint,
  OUT snapshots bigint, OUT repeated boolean, OUT refusals jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT * FROM lifecycle.receive_batch($1, $2, $3, $4, $5, $6, $7)';
REVOKE EXECUTE ON FUNCTION delivery.receive_batch FROM PUBLIC;
GRANT USAGE ON SCHEMA delivery, lifecycle TO lifecycle_receiver;
SET ROLE lifecycle_receiver;
SELECT throws_ok(format('SELECT delivery.receive_batch(%L, gen_random_uuid(), %L, warehouse => %L)', 'dx_operation_runs_v1', :'two', 'HQ'), '42501', NULL, 'no door without EXECUTE');
RESET ROLE;
GRANT EXECUTE ON FUNCTION delivery.receive_batch TO lifecycle_receiver;
SET ROLE lifecycle_receiver;
SELECT is((SELECT written FROM delivery.receive_batch('dx_operation_runs_v1', gen_random_uuid(), :'two', warehouse => 'HQ')), 1::bigint, 'through the door');
SELECT throws_ok('SELECT FROM "HQ".dx_operation_runs_v1', '42501', NULL, '... and nowhere else');
RESET ROLE;
DROP OWNED BY lifecycle_receiver;
DROP ROLE lifecycle_receiver;
SELECT * FROM finish();
