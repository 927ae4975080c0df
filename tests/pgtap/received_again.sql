-- What receive_batch() remembers is deleted by its retention; a batch that comes again after that is applied anew, which changes nothing, whatever
-- has become of its rows since: later versions, other contents, erasures, a warehouse that dropped old partitions. And whose the dead letters are.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('HQ', '1 month');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION run(n bigint, changes jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
  SELECT (jsonb_build_object('export_schema_version', 'v1', 'run_id', id(n), 'operation_id', 'op', 'action_id', 'act', 'entity_type', 'person', 'entity_id', id(100 + n), 'org_id', id(1), 'status', 'failed',
    'attempt_count', 1, 'started_at', '2025-07-01T00:00:00Z', 'created_at', '2025-07-01T00:00:00Z', 'error_message', 'no Person ' || n) || changes)::text
$$;
CREATE FUNCTION person(n bigint, version bigint) RETURNS text LANGUAGE sql AS $$
  SELECT jsonb_build_object('export_schema_version', 'v1', 'org_id', id(1), 'entity_id', id(100 + n), 'full_name', 'Person ' || n, 'work_email', 'user' || n || '@example.com', 'seniority', 'level ' || version,
    'record_version', version, 'updated_at', timestamptz '2025-07-01+00' + version * interval '1 day')::text
$$;
CREATE FUNCTION lines(function text, first bigint, last bigint, version text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT string_agg(%s(n%s), E''\n'') FROM generate_series(%s, %s) n', function, version, first, last) INTO result;
  RETURN result;
END $$;
CREATE FUNCTION received(dataset text, batch bigint, lines text) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s written, %s unchanged, %s dead, %s snapshots%s', written, unchanged, dead, snapshots, CASE WHEN repeated THEN ', repeated' END)
  FROM lifecycle.receive_batch(dataset, id(batch), lines, warehouse => 'HQ')
$$;
CREATE FUNCTION content() RETURNS TABLE (line text) LANGUAGE sql AS $$
  SELECT t::text FROM "HQ".dx_operation_runs_v1 t UNION ALL SELECT t::text FROM "HQ".dx_person_entities_v1 t UNION ALL SELECT t::text FROM "HQ".dx_entity_snapshots_v1 t
$$;

SELECT is((SELECT keep::text FROM lifecycle.retention_policies WHERE relation = 'lifecycle.received_batches'::regclass), '90 days', 'batches are remembered for 90 days');
SELECT is(received('dx_operation_runs_v1', 1, lines('run', 1, 20)), '20 written, 0 unchanged, 0 dead, 0 snapshots', 'runs');
SELECT is(received('dx_person_entities_v1', 2, lines('person', 1, 20, ', 1')), '20 written, 0 unchanged, 0 dead, 20 snapshots', 'persons');
SELECT is(received('dx_person_entities_v1', 3, lines('person', 1, 10, ', 2')), '10 written, 0 unchanged, 0 dead, 10 snapshots', '... and later versions of some');
SELECT is(received('dx_person_entities_v1', 4, lines('person', 1, 3, ', 3') || E'\n{"org_id": 1}'), '3 written, 0 unchanged, 1 dead, 3 snapshots', '... and of a few, with a line that is refused');
CALL lifecycle.apply_retention();
SELECT is((SELECT count(*) FROM lifecycle.received_batches), 4::bigint, 'young batches stay');
UPDATE lifecycle.received_batches SET received_at = now() - interval '91 days' WHERE batch_id <> id(4);
CALL lifecycle.apply_retention();
SELECT is((SELECT array_agg(batch_id) FROM lifecycle.received_batches), ARRAY[id(4)], 'old ones go');
CREATE TEMP TABLE before AS SELECT * FROM content();
SELECT is(received('dx_person_entities_v1', 4, lines('person', 1, 3, ', 3') || E'\n{"org_id": 1}'), '3 written, 0 unchanged, 1 dead, 3 snapshots, repeated', 'a repeat of one that is remembered is answered from memory');
SELECT is(received('dx_operation_runs_v1', 1, lines('run', 1, 20)), '0 written, 20 unchanged, 0 dead, 0 snapshots', 'a repeat of one that is not finds its rows there');
SELECT is(received('dx_person_entities_v1', 2, lines('person', 1, 20, ', 1')), '0 written, 20 unchanged, 0 dead, 0 snapshots', '... or later versions');
SELECT is(received('dx_person_entities_v1', 3, lines('person', 1, 10, ', 2')), '0 written, 10 unchanged, 0 dead, 0 snapshots', '... of some, the same');
SELECT bag_eq('SELECT * FROM content()', 'SELECT * FROM before', 'nothing has changed by all that');
DELETE FROM lifecycle.received_batches;
SELECT is(received('dx_operation_runs_v1', 3, lines('run', 1, 20)), '0 written, 20 unchanged, 0 dead, 0 snapshots', 'its number may be another batch''s by then');
SELECT bag_eq('SELECT * FROM content()', 'SELECT * FROM before', '... which is applied for what it is');

-- Where nobody calls apply_retention(): each batch that comes takes some with it, by the same policy.
INSERT INTO lifecycle.received_batches SELECT (jsonb_populate_record(b, jsonb_build_object('batch_id', id(1000 + n), 'received_at', now() - interval '91 days' - n * interval '1 minute'))).* FROM lifecycle.received_batches b, generate_series(1, 45) n WHERE batch_id = id(3);
INSERT INTO lifecycle.received_batches SELECT (jsonb_populate_record(b, jsonb_build_object('batch_id', id(2000 + n), 'received_at', now() - interval '89 days'))).* FROM lifecycle.received_batches b, generate_series(1, 5) n WHERE batch_id = id(3);
CREATE FUNCTION remembered() RETURNS text LANGUAGE sql AS $$ SELECT format('%s old, %s young, oldest %s', count(*) FILTER (WHERE received_at < now() - interval '90 days'), count(*) FILTER (WHERE received_at >= now() - interval '90 days'),
  (SELECT n FROM generate_series(1, 45) n WHERE EXISTS (SELECT FROM lifecycle.received_batches b WHERE b.batch_id = id(1000 + n)) ORDER BY n DESC LIMIT 1)) FROM lifecycle.received_batches $$;
SELECT is(received('dx_person_entities_v1', 20, lines('person', 1, 3, ', 3')), '0 written, 3 unchanged, 0 dead, 0 snapshots', 'a batch');
SELECT is(remembered(), '25 old, 7 young, oldest 25', '... takes the twenty oldest with it');
SELECT is(received('dx_person_entities_v1', 20, lines('person', 1, 3, ', 3')), '0 written, 3 unchanged, 0 dead, 0 snapshots, repeated', 'a repeat');
SELECT is(remembered(), '25 old, 7 young, oldest 25', '... none');
UPDATE lifecycle.retention_policies SET keep = NULL WHERE relation = 'lifecycle.received_batches'::regclass;
SELECT is(received('dx_person_entities_v1', 21, lines('person', 1, 3, ', 3')) || remembered(), '0 written, 3 unchanged, 0 dead, 0 snapshots25 old, 8 young, oldest 25', 'kept for ever, none go');
UPDATE lifecycle.retention_policies SET keep = '90 days' WHERE relation = 'lifecycle.received_batches'::regclass;
SELECT lifecycle._forget_batches(1000) \g /dev/null
SELECT is(remembered(), '0 old, 8 young, oldest ', 'one that is forgotten');
SELECT is(received('dx_person_entities_v1', 1001, lines('person', 1, 20, ', 1')), '0 written, 20 unchanged, 0 dead, 0 snapshots', '... comes again, with versions that others have passed');
SELECT bag_eq('SELECT * FROM content()', 'SELECT * FROM before', 'nothing has changed by all that');

-- A receiver, who is not the owner, forgets what is due in its warehouse, and nothing else.
CALL lifecycle.install_warehouse('other', '1 month');
CREATE ROLE lifecycle_receiver;
CREATE FUNCTION as_receiver(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  value text;
BEGIN
  SET LOCAL ROLE lifecycle_receiver;
  EXECUTE query INTO value;
  RESET ROLE;
  RETURN value;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SELECT lifecycle.grant_warehouse('lifecycle_receiver', 'receiver', 'HQ');
GRANT USAGE ON SCHEMA public TO lifecycle_receiver;
UPDATE lifecycle.received_batches SET received_at = now() - interval '1 day';
INSERT INTO lifecycle.received_batches SELECT (jsonb_populate_record(b, jsonb_build_object('batch_id', id(3000 + n), 'warehouse', 'HQ', 'received_at', now() - interval '91 days', 'refusals', '[]'::jsonb))).*
  FROM lifecycle.received_batches b, generate_series(1, 25) n WHERE batch_id = id(3);
INSERT INTO lifecycle.received_batches SELECT (jsonb_populate_record(b, jsonb_build_object('batch_id', id(3100 + n), 'received_at', now() - interval '89 days'))).* FROM lifecycle.received_batches b, generate_series(1, 5) n WHERE batch_id = id(3001);
INSERT INTO lifecycle.received_batches SELECT (jsonb_populate_record(b, jsonb_build_object('batch_id', id(3200 + n), 'warehouse', 'other'))).* FROM lifecycle.received_batches b, generate_series(1, 5) n WHERE batch_id = id(3001);
CREATE FUNCTION remembered_by_warehouse() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', warehouse, old, n), ', ' ORDER BY warehouse, old DESC) FROM (SELECT warehouse, received_at < now() - interval '90 days' AS old, count(*) AS n
  FROM lifecycle.received_batches WHERE batch_id IN (SELECT id(n) FROM generate_series(3001, 3300) n) GROUP BY 1, 2) r $$;
SELECT is(remembered_by_warehouse(), 'HQ t 25, HQ f 5, other t 5', 'old batches and young ones of two warehouses');
SELECT is(as_receiver($$UPDATE lifecycle.received_batches SET received_at = received_at$$), '42501', 'a receiver alters none, not even those that are due');
SELECT is(as_receiver($$UPDATE lifecycle.received_batches SET refusals = NULL$$), '42501', '... in no column');
SELECT is(as_receiver('TRUNCATE lifecycle.received_batches'), '42501', '... nor all at once');
SELECT is(as_receiver(format($$SELECT concat_ws(' ', written, unchanged) FROM lifecycle.receive_batch('dx_person_entities_v1', %L, %L, warehouse => 'HQ')$$, id(3500), lines('person', 1, 3, ', 3'))), '0 3', 'a batch that it receives');
SELECT is(remembered_by_warehouse(), 'HQ t 5, HQ f 5, other t 5', '... takes twenty of those that are due in its warehouse along');
SELECT is(as_receiver('WITH gone AS (DELETE FROM lifecycle.received_batches RETURNING 1) SELECT count(*) FROM gone'), '5', 'by itself it may delete the rest of these');
SELECT is(remembered_by_warehouse(), 'HQ f 5, other t 5', '... and no other');
SELECT is(as_receiver(format($$SELECT concat_ws(' ', repeated, unchanged) FROM lifecycle.receive_batch('dx_person_entities_v1', %L, %L, warehouse => 'HQ')$$, id(3500), lines('person', 1, 3, ', 3'))), 't 3', 'what it received is remembered');
UPDATE lifecycle.received_batches SET received_at = now() - interval '91 days' WHERE batch_id = id(3101);
SELECT lifecycle.revoke_warehouse('lifecycle_receiver', 'receiver', 'HQ');
SELECT is(as_receiver('WITH gone AS (DELETE FROM lifecycle.received_batches RETURNING 1) SELECT count(*) FROM gone'), '42501', 'the right goes with the duty');
SELECT is_empty($$SELECT FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) x WHERE x.grantee = 'lifecycle_receiver'::regrole$$, '... that of columns, too');
GRANT SELECT, INSERT, UPDATE, DELETE ON lifecycle.received_batches TO lifecycle_receiver;
GRANT USAGE ON SCHEMA lifecycle TO lifecycle_receiver;
GRANT SELECT ON lifecycle.retention_policies, lifecycle.warehouse_roles TO lifecycle_receiver;
SELECT is(as_receiver('WITH gone AS (DELETE FROM lifecycle.received_batches RETURNING 1) SELECT count(*) FROM gone'), '0', 'who is no receiver deletes none');
DROP OWNED BY lifecycle_receiver;
DROP ROLE lifecycle_receiver;
DELETE FROM lifecycle.received_batches WHERE batch_id IN (SELECT id(n) FROM generate_series(3001, 3500) n);

-- Somebody who was erased since.
CREATE FUNCTION erase(n bigint) RETURNS bigint LANGUAGE sql AS $$
  SELECT sum(lifecycle.receive_erasure(d, 'HQ', ARRAY[id(100 + n)], '\x00', ARRAY[lifecycle._hashed_address('user' || n || '@example.com', '\x00')])) FROM unnest('{dx_operation_runs_v1,dx_person_entities_v1,dx_entity_snapshots_v1}'::text[]) d
$$;
SELECT is(erase(1), 5::bigint, 'somebody is erased: a run, the entity, its versions');
DELETE FROM lifecycle.received_batches;
TRUNCATE before;
INSERT INTO before SELECT * FROM content();
SELECT is(received('dx_operation_runs_v1', 1, lines('run', 1, 20)), '0 written, 19 unchanged, 1 dead, 0 snapshots', 'a batch from before: the run there is another one now');
SELECT is(received('dx_person_entities_v1', 2, lines('person', 1, 20, ', 1')), '0 written, 20 unchanged, 0 dead, 0 snapshots', '... the entity is not older there');
SELECT is(received('dx_person_entities_v1', 5, lines('person', 1, 3, ', 3')), '0 written, 3 unchanged, 0 dead, 0 snapshots', '... its last version neither');
SELECT bag_eq('SELECT * FROM content()', 'SELECT * FROM before', 'nothing comes back');
SELECT is_empty($$SELECT FROM lifecycle.dead_letters l WHERE l::text ~ 'Person 1\M'$$, '... into a dead letter neither');
SELECT is_empty($$SELECT FROM lifecycle.received_batches b WHERE b::text ~ 'Person 1\M'$$, '... nor into what is remembered');
SELECT is((SELECT concat_ws(' ', code, key, body::jsonb ->> 'run_id', body::jsonb ? 'error_message') FROM lifecycle.dead_letters WHERE code = 'content_differs'), concat_ws(' ', 'content_differs', id(1), id(1), false), '... which has the row''s key');
SELECT is(received('dx_operation_runs_v1', 6, run(2, '{"error_message": "other words"}')), '0 written, 0 unchanged, 1 dead, 0 snapshots', 'another row of somebody who was not');
SELECT is((SELECT body::jsonb ->> 'error_message' FROM lifecycle.dead_letters WHERE key = id(2)::text), 'other words', '... is kept as it came');

-- What the erasure has to look at besides.
INSERT INTO lifecycle.overwritten_rows (warehouse, dataset, key, org, body) VALUES ('HQ', 'dx_operation_runs_v1', '[1]', '1', format('{"entity_id": "%s"}', id(102))::jsonb), ('HQ', 'dx_operation_runs_v1', '[2]', '1', '{"error_message": "to USER2@example.com."}'),
  ('HQ', 'dx_operation_runs_v1', '[3]', '1', '{"error_message": "user22@example.com"}'), ('other', 'dx_operation_runs_v1', '[4]', '1', '{"error_message": "user2@example.com"}'), ('HQ', 'dx_operation_events_v1', '[5]', '1', '{"metadata_json": "user2@example.com"}');
SELECT ok(erase(2) > 0, 'another erasure');
SELECT is((SELECT string_agg(key, ' ' ORDER BY key) FROM lifecycle.overwritten_rows WHERE body = '{}'), '[1] [2]', 'rows that reconciliations replaced are redacted: of this dataset and warehouse, by entity and address');
SELECT is(erase(2), 0::bigint, 'once more: nothing is left to do');

-- Whose a dead letter is.
CREATE ROLE lifecycle_acme;
SELECT lifecycle.grant_tenant('lifecycle_acme', id(71), 'HQ');
SELECT is(received('dx_operation_runs_v1', 10, concat_ws(E'\n', run(501, format('{"org_id": "%s", "status": "odd"}', id(71))::jsonb), run(502, format('{"org_id": "%s", "colour": "red"}', upper(id(71)::text))::jsonb), run(503, format('{"org_id": "%s", "status": "odd"}', id(72))::jsonb),
    replace(run(504, format('{"org_id": "%s"}', id(72))::jsonb), '{"', format('{"org_id": "%s", "', id(71))), left(run(505, format('{"org_id": "%s"}', id(71))::jsonb), 100), run(506, '{"org_id": 71}'), run(507, '{"org_id": null}'),
    run(508, format('{"org_id": "%s", "operation_id": "\u0041\u0042"}', id(71))::jsonb) || ' ', '[]', 'x')), '1 written, 0 unchanged, 9 dead, 0 snapshots', 'lines that are refused');
SELECT results_eq($$SELECT left(key, 4), org_id FROM lifecycle.dead_letters WHERE org_id IN (id(71)::text, id(72)::text) ORDER BY id$$, $$VALUES (left(id(501)::text, 4), id(71)::text), (left(id(502)::text, 4), id(71)::text), (left(id(503)::text, 4), id(72)::text)$$,
  'they belong to the tenant they name, in whatever case');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE org_id IS NULL AND body IS NOT NULL AND stage = 'apply'), 7::bigint, 'one that names two, none, or is no JSON, to nobody');
SET ROLE lifecycle_acme;
SELECT is((SELECT string_agg(left(key, 4) || ' ' || code, ', ' ORDER BY id) FROM lifecycle.tenant_dead_letters), left(id(501)::text, 4) || ' unknown_value, ' || left(id(502)::text, 4) || ' unknown_field', 'a tenant sees its own');
RESET ROLE;
-- On the side of the sender it is the same function.
UPDATE lifecycle.dead_letters SET org_id = NULL WHERE key = id(501)::text;
SELECT lifecycle._bury_lines('dx_operation_runs_v1', '1.0.0', (SELECT jsonb_agg(jsonb_build_object('line', 1, 'key', key, 'sqlstate', sqlstate, 'code', code, 'json_pointer', json_pointer, 'detail', detail, 'body', body)) FROM lifecycle.dead_letters WHERE key = id(501)::text));
SELECT is((SELECT org_id || ' ' || attempts FROM lifecycle.dead_letters WHERE key = id(501)::text), id(71) || ' 2', 'one that is open gets its tenant when it comes again');
SELECT lifecycle.revoke_tenant('lifecycle_acme', NULL, 'HQ');
DROP ROLE lifecycle_acme;

-- A table here that alters rows is told in the same way as one on another server.
CREATE TABLE batch AS SELECT * FROM "HQ".dx_person_entities_v1 LIMIT 0;
INSERT INTO batch SELECT * FROM jsonb_populate_recordset(NULL::batch, (SELECT jsonb_agg(person(n, 9)::jsonb) FROM generate_series(601, 605) n));
INSERT INTO lifecycle.destinations (destination, kind, place) VALUES ('HQ', 'schema', 'HQ');
SELECT is((SELECT written FROM lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')), 5::bigint, 'a warehouse here');
UPDATE batch SET record_version = 10;
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := 'Dr'; RETURN NEW; END $$;
CREATE TRIGGER meddle BEFORE INSERT OR UPDATE ON "HQ".dx_person_entities_v1 FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT throws_like($$SELECT lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')$$, '%does not hold the rows that were written to it%', '... whose trigger alters rows');
DROP TRIGGER meddle ON "HQ".dx_person_entities_v1;
-- Two rows of one version, of which one is taken: nobody has altered anything.
INSERT INTO batch SELECT (jsonb_populate_record(b, '{"title": "the other"}')).* FROM batch b;
INSERT INTO batch SELECT (jsonb_populate_record(b, '{"record_version": 8, "title": "older"}')).* FROM batch b;
SELECT is((SELECT concat_ws(' ', written, unchanged) FROM lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')), '5 15', 'versions of all kinds in one batch are no alteration');
BEGIN;
SELECT is((SELECT concat_ws(' ', written, unchanged) FROM lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')), '0 20', '... nor is what is there already');
UPDATE batch SET record_version = record_version + 10;
SELECT is((SELECT concat_ws(' ', written, unchanged) FROM lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')), '5 15', '... nor what this transaction wrote');
UPDATE batch SET title = 'once more';
SELECT is((SELECT concat_ws(' ', written, unchanged) FROM lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')), '0 20', '... in an earlier batch');
COMMIT;

-- Many versions, and a trigger that makes them be looked at: by sets, not row by row, for which no minute would be enough.
CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER leave BEFORE INSERT OR UPDATE ON "HQ".dx_entity_snapshots_v1 FOR EACH ROW EXECUTE FUNCTION leave();
TRUNCATE batch;
INSERT INTO batch (export_schema_version, org_id, entity_id, full_name, record_version, updated_at) SELECT 'v1', id(1), id(n / 2), 'Person ' || n, n, '2025-07-01+00' FROM generate_series(10000, 50000) n;
SET statement_timeout = '60s';
SELECT is((SELECT concat_ws(' ', written, unchanged) FROM lifecycle._deliver_schema('HQ', 'dx_person_entities_v1', gen_random_uuid(), 1, 'batch')), '20001 20000', 'a large batch with several versions of each entity');
SELECT * FROM finish();
