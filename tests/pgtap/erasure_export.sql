-- Who was erased is erased at the destinations of datasets, too: warehouses, files; and does not come back by later exports.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq', '1 month');
\set directory `mktemp -d /tmp/erasure_export.XXXXXX`
\setenv DIRECTORY :directory
\! chmod 777 "$DIRECTORY"
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION everywhere(place text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; found text := ''; item record;
BEGIN
  FOR item IN SELECT b.file, b.dataset FROM lifecycle.export_batches b WHERE b.destination = place AND b.file IS NOT NULL ORDER BY b.dataset, b.sequence LOOP
    FOR line IN SELECT lifecycle._read_file((SELECT d.place FROM lifecycle.destinations d WHERE destination = everywhere.place) || '/' || item.file) LOOP
      found := found || line || E'\n';
    END LOOP;
  END LOOP;
  RETURN found;
END $$;
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT id(n), 'user' || n || '@example.com', 'Activation' FROM generate_series(1, 9) n;
-- The person's entity is known by its address alone; of another one the id is the user's.
INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name, work_email, title, linkedin_url, seniority) SELECT id(100), id(200 + n), E'Person, "' || n || E'"\nof Acme', 'User' || n || '@Example.com', 'CEO', 'https://l.example/' || n, 'senior' FROM generate_series(1, 9) n;
INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name) VALUES (id(100), id(1), 'Known by id');
UPDATE lifecycle.person_entities SET department = 'sales';
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, attempt_count, started_at, ended_at, created_at, error_message)
  SELECT id(300 + n), 'op', 'act', 'person', id(200 + n), id(100), 'failed', 1, '2025-07-01+00', '2025-07-01+00', '2025-07-01+00', 'no answer from Person ' || n FROM generate_series(1, 9) n;
INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id, metadata_json, error_message)
  SELECT id(400 + n), id(300 + n), 'error', 1, timestamptz '2025-07-01+00', id(100), 'person', id(200 + n), jsonb_build_object('name', 'Person ' || n), 'bounced' FROM generate_series(1, 9) n
  UNION ALL SELECT id(500), id(301), 'error', 2, '2025-07-01+00', id(100), 'company', id(600), '{"cc": "wrote to user1@example.com."}', NULL
  UNION ALL SELECT id(501), id(301), 'error', 3, '2025-07-01+00', id(100), 'company', id(600), '{"cc": "wrote to notuser1@example.com"}', NULL;
SELECT lifecycle.register_destination('hq', 'schema', 'hq') \g /dev/null
\setenv PLACE :directory
\! mkdir "$PLACE/json" "$PLACE/csv" "$PLACE/off" && chmod 777 "$PLACE"/*
SELECT lifecycle.register_destination('json', 'directory', :'directory' || '/json') \g /dev/null
SELECT lifecycle.register_destination('csv', 'directory', :'directory' || '/csv', '{"format": "csv", "compression": "gzip"}') \g /dev/null
SELECT lifecycle.register_destination('off', 'directory', :'directory' || '/off') \g /dev/null
CALL lifecycle.export();
UPDATE lifecycle.destinations SET enabled = false WHERE destination = 'off';
CREATE TEMP VIEW hq AS SELECT 'person' AS what, entity_id AS id, to_jsonb(t.*) AS row FROM hq.dx_person_entities_v1 t UNION ALL SELECT 'version', entity_id, to_jsonb(t.*) FROM hq.dx_entity_snapshots_v1 t
  UNION ALL SELECT 'run', entity_id, to_jsonb(t.*) FROM hq.dx_operation_runs_v1 t UNION ALL SELECT 'event', entity_id, to_jsonb(t.*) FROM hq.dx_operation_events_v1 t;
CREATE TEMP TABLE before AS SELECT * FROM hq;
SELECT is((SELECT string_agg(what || ' ' || n, ', ' ORDER BY what) FROM (SELECT what, count(*) AS n FROM before GROUP BY 1) x), 'event 11, person 10, run 9, version 20', 'exported');
SELECT ok(everywhere(destination) LIKE '%user1@example.com%' AND everywhere(destination) ILIKE '%User1@Example.com%', 'in files, too: ' || destination) FROM lifecycle.destinations WHERE kind = 'directory';

INSERT INTO lifecycle.overwritten_rows (warehouse, dataset, key, org, body) VALUES ('hq', 'dx_person_entities_v1', '[1]', '1', '{"work_email": "User1@Example.com"}'), ('hq', 'dx_person_entities_v1', '[2]', '1', '{"work_email": "user11@example.com"}');
CALL lifecycle.erase_user(id(1));
SELECT is((SELECT string_agg(body::text, ' ' ORDER BY key) FROM lifecycle.overwritten_rows), '{} {"work_email": "user11@example.com"}', 'a row that a reconciliation replaced is not kept, another''s is');
SELECT is((SELECT string_agg(DISTINCT what, ', ' ORDER BY what) FROM hq h WHERE id IN (id(201), id(1)) AND row::text ~ 'Person|User1|CEO|l\.example|Known|bounced|answer'), NULL, 'nothing of the person is in the warehouse');
SELECT is((SELECT string_agg(what || ' ' || n, ', ' ORDER BY what) FROM (SELECT what, count(*) AS n FROM hq GROUP BY 1) x), 'event 11, person 10, run 9, version 20', '... but the rows');
SELECT is((SELECT jsonb_strip_nulls(row) - '{org_id,entity_id,updated_at,export_schema_version}'::text[] FROM hq WHERE what = 'person' AND id = id(201)), '{"seniority": "senior", "department": "sales", "record_version": 2}', 'what is not personal stays');
SELECT is((SELECT row -> 'canonical_payload_json' ->> 'seniority' || (row -> 'canonical_payload_json' ->> 'full_name') IS NULL FROM hq WHERE what = 'version' AND id = id(201) AND row ->> 'record_version' = '1'), true, '... of versions, too');
SELECT is((SELECT string_agg((row ->> 'metadata_json'), ' ' ORDER BY row ->> 'event_sequence') FROM hq WHERE what = 'event' AND id = id(600)), '{} {"cc": "wrote to notuser1@example.com"}', 'metadata that name the person by address; not those with a longer one');
SELECT results_eq($$SELECT * FROM hq WHERE id NOT IN (id(201), id(1), id(600)) ORDER BY what, id, row$$, $$SELECT * FROM before WHERE id NOT IN (id(201), id(1), id(600)) ORDER BY what, id, row$$, 'nobody else has changed');
SELECT is((SELECT count(*) FROM hq WHERE id IN (id(201), id(1)) AND what IN ('person', 'run')), 3::bigint, 'an entity known by address, and one by id');
SELECT ok(everywhere(destination) !~* '\muser1@example|Known by id|Person 1\M|l\.example/1', 'nothing of the person is in its files: ' || destination) FROM lifecycle.destinations WHERE destination IN ('json', 'csv');
SELECT ok(everywhere(destination) ~* 'user2@example.com', '... and others are: ' || destination) FROM lifecycle.destinations WHERE destination IN ('json', 'csv');
SELECT is((SELECT count(*) FROM lifecycle.export_batches b WHERE file LIKE '%.e1.%' AND destination = 'json'), 4::bigint, 'each file that had rows of the person has another name');
SELECT is_empty($$SELECT * FROM lifecycle.export_batches b JOIN lifecycle.destinations d USING (destination) WHERE b.file LIKE '%.e1.%' AND lifecycle._file_exists(d.place || '/' || replace(b.file, '.e1.', '.'))$$, '... and the old one is gone');
SELECT is_empty($$SELECT b.file FROM lifecycle.export_batches b JOIN lifecycle.destinations d USING (destination) CROSS JOIN LATERAL lifecycle._hash_file(d.place || '/' || b.file) h WHERE d.destination IN ('json', 'csv') AND (h.file_hash, h.bytes) IS DISTINCT FROM (b.file_hash, b.bytes)$$,
  'files are as the batches say');
SELECT is_empty($$SELECT b.file FROM lifecycle.export_batches b JOIN lifecycle.destinations d USING (destination) CROSS JOIN LATERAL (SELECT string_agg(l, '') AS manifest FROM lifecycle._read_file(d.place || '/' || b.dataset || '/manifest.json') l) m
  WHERE d.destination IN ('json', 'csv') AND b.file IS NOT NULL AND NOT (m.manifest LIKE '%' || regexp_replace(b.file, '^.*/', '') || '%' AND m.manifest LIKE '%' || b.file_hash || '%')$$, '... and the new manifests list them');
SELECT is((SELECT count(*) FROM lifecycle.export_batches WHERE reason = 'erasure' AND status = 'delivered'), 12::bigint, 'each erasure is a batch of its own');
SELECT is((SELECT string_agg(DISTINCT destination || ' ' || (delivered_at IS NOT NULL) || ' ' || (entities <> '{}'), ', ') FROM lifecycle.export_erasures), 'csv true false, hq true false, json true false, off false true', 'what was delivered is forgotten; what was not waits');
SELECT ok(everywhere('off') ILIKE '%User1@Example.com%', 'a destination that is disabled has it still');
SELECT unalike((SELECT string_agg(e::text, ' ') FROM lifecycle.export_erasures e), '%user1%', '... and what waits does not say the address');
-- Sources
SELECT is_empty($$SELECT FROM lifecycle.person_entities t WHERE t::text ~* 'user1@' UNION ALL SELECT FROM lifecycle.entity_snapshots t WHERE t::text ~* 'user1@|Person, "1"|Known' UNION ALL
  SELECT FROM lifecycle.operation_events t WHERE t::text ~ '\muser1@|Person 1' UNION ALL SELECT FROM lifecycle.operation_runs t WHERE t::text ~ 'Person 1'$$, 'the operational tables have nothing of the person');

-- Later exports: nothing comes back, nothing differs.
CALL lifecycle.export();
SELECT is_empty('SELECT * FROM lifecycle.dead_letters', 'later exports find the rows as they were redacted');
SELECT is((SELECT count(*) FROM hq WHERE id IN (id(201), id(1)) AND row::text ~ 'Person|User1|Known'), 0::bigint, '... and bring nothing back');
UPDATE lifecycle.destinations SET enabled = true WHERE destination = 'off';
CALL lifecycle.export();
SELECT ok(everywhere('off') !~* '\muser1@example|Known by id', 'a destination gets it once it is enabled');
SELECT is_empty('SELECT FROM lifecycle.export_erasures WHERE delivered_at IS NULL OR obsolete <> ''{}''', '... and nothing is left to deliver');
-- A source of one's own, which nobody redacted.
CREATE TABLE own (id uuid PRIMARY KEY, org uuid, mail text, name text, version bigint, at timestamptz, changed_xid xid8);
CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON own FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
INSERT INTO own VALUES (id(700), id(100), ' USER1@example.com ', 'Person 1 again', 1, '2025-07-01+00'), (id(701), id(100), 'user2@example.com', 'Person 2 again', 1, '2025-07-01+00'), (id(201), id(100), NULL, 'Person 1 again', 9, '2025-07-01+00'),
  (id(702), id(100), 'user1@example.com', 'Person 1 again', NULL, '2025-07-01+00');
SELECT lifecycle.register_dataset_source('dx_person_entities_v1', 'own', '{"org_id": "org", "entity_id": "id", "full_name": "name", "work_email": "mail", "record_version": "version", "updated_at": "at"}') \g /dev/null
CALL lifecycle.export();
SELECT results_eq('SELECT entity_id, full_name, work_email FROM hq.dx_person_entities_v1 WHERE entity_id IN (id(700), id(701)) OR record_version = 9 ORDER BY entity_id = id(701), entity_id = id(201)',
  $$VALUES (id(700), NULL::text, NULL::text), (id(201), NULL, NULL), (id(701), 'Person 2 again', 'user2@example.com')$$, 'rows of the erased leave redacted: known by address or by entity');
SELECT is((SELECT string_agg(concat_ws(' ', code, detail, body), ';') FROM lifecycle.dead_letters), 'missing_required The person was erased. ' || jsonb_build_object('id', id(702), 'org', id(100))::text, 'a row of theirs that is refused leaves its key alone');
SELECT is((SELECT count(*) FROM hq.dx_entity_snapshots_v1 WHERE canonical_payload_json::text ~ 'Person 1 again'), 0::bigint, 'no version of it either');

-- A destination that cannot be reached.
\! rm -r "$PLACE/json"
CALL lifecycle.erase_user(id(2));
SELECT is((SELECT string_agg(DISTINCT destination || ' ' || status || ' ' || reason, ', ') FROM lifecycle.export_batches WHERE status <> 'delivered'), 'json failed erasure', 'it is tried again like any batch');
SELECT is((SELECT count(*) FROM hq WHERE id = id(202) AND row::text ~ 'User2|Person'), 0::bigint, '... and holds nobody else up');
SELECT is((SELECT e.finished_at IS NOT NULL FROM lifecycle.erasures e ORDER BY e.erasure_id DESC LIMIT 1), true, 'the erasure here is done');
\! mkdir -p "$PLACE/json" && chmod 777 "$PLACE/json"
UPDATE lifecycle.export_batches SET next_attempt_at = now() WHERE status = 'failed';
CALL lifecycle.export();
SELECT is_empty('SELECT FROM lifecycle.export_erasures WHERE delivered_at IS NULL', 'the next export delivers it');
SELECT is_empty('SELECT FROM lifecycle.export_batches WHERE status <> ''delivered''', '... and what waited behind it');
CALL lifecycle.erase_user(id(2));
SELECT is_empty('SELECT FROM lifecycle.export_erasures WHERE delivered_at IS NULL', 'once more: nothing waits');

-- The door is the receiver's own.
SELECT throws_ok($$SELECT lifecycle._receive_erasure('dx_operation_events_v1', 'hq', ARRAY[id(203)], '\x00', '{}')$$, '55000', NULL, 'append-only is opened by receive_erasure() alone');
SELECT is(lifecycle.receive_erasure('dx_operation_events_v1', 'hq', ARRAY[id(203)], '\x00', '{}'), 1::bigint, 'which may be called by itself');
SELECT is(lifecycle.receive_erasure('dx_operation_events_v1', 'hq', ARRAY[id(203)], '\x00', '{}'), 0::bigint, '... twice');
SELECT is(lifecycle.receive_erasure('dx_person_entities_v1', 'hq', '{}', '\x5a', ARRAY[sha256('\x5a'::bytea || 'user4@example.com'::bytea)]), 1::bigint, 'by the hash of an address');
SELECT is(lifecycle.receive_erasure('dx_company_entities_v1', 'hq', ARRAY[id(203)], '\x00', '{}'), 0::bigint, 'a dataset without personal columns');
SELECT throws_ok($$UPDATE hq.dx_operation_events_v1 SET metadata_json = '{}'$$, '55000', NULL, 'then it is shut again');
\! rm -r "$DIRECTORY"
SELECT * FROM finish();
