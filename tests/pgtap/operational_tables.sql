-- The operational tables for those who have none: what they hold goes out by their registration; entities count and keep their versions.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(25);
SELECT throws_ok('CALL lifecycle.install_operational_tables()', '55000', NULL, 'not before install()');
CALL lifecycle.install();
SELECT hasnt_table('lifecycle', 'operation_runs', 'install() alone makes none');
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_operational_tables();
SELECT is((SELECT count(*) FROM lifecycle.dataset_sources), 6::bigint, 'each dataset has its source, once');
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION rows_of(dataset text) RETURNS SETOF jsonb LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT to_jsonb(r) FROM (%s) r', lifecycle._dataset_query(dataset));
END $$;

INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status) VALUES (id(1), 'o', 'a', 'company', id(2), id(3), 'running'),
  (id(4), 'o', 'a', 'company', id(2), id(3), 'succeeded'), (id(5), 'o', 'a', 'job', id(2), id(3), 'succeeded');
SELECT is((SELECT count(*) FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NULL), 1::bigint, 'a run that has not ended is not exported');
UPDATE lifecycle.operation_runs SET status = 'failed', ended_at = now(), duration_ms = 5 WHERE run_id = id(1);
SELECT is((SELECT count(*) FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NULL), 2::bigint, '... and is when it has');
SELECT is((SELECT r ->> 'reject code' FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'run_id' = id(5)::text), 'unknown_value', 'a value beyond the contract is taken here and told at export');
INSERT INTO lifecycle.operation_events (run_id, event_type, event_sequence, org_id, entity_type, entity_id) VALUES (id(1), 'request_sent', 1, id(3), 'company', id(2));
SELECT throws_ok($$INSERT INTO lifecycle.operation_events (run_id, event_type, event_sequence, org_id, entity_type, entity_id) VALUES (id(1), 'error', 1, id(3), 'company', id(2))$$, '23505', NULL, 'a place within a run is taken once');
SELECT is((SELECT count(*) FROM rows_of('dx_operation_events_v1') r WHERE r ->> 'reject code' IS NULL), 1::bigint, 'events');

-- Versions
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name) VALUES (id(3), id(6), id(7), 'First');
UPDATE lifecycle.company_entities SET canonical_name = 'Second' WHERE entity_id = id(7);
SELECT is((SELECT record_version FROM lifecycle.company_entities), 2::bigint, 'a change is a version');
UPDATE lifecycle.company_entities SET canonical_name = 'Second' WHERE entity_id = id(7);
SELECT is((SELECT record_version FROM lifecycle.company_entities), 2::bigint, 'a change of nothing is none');
UPDATE lifecycle.company_entities SET canonical_name = 'Tenth', record_version = 10, updated_at = '2040-01-01' WHERE entity_id = id(7);
SELECT is((SELECT (record_version, updated_at)::text FROM lifecycle.company_entities), (10, timestamptz '2040-01-01')::text, 'a version and a time may be given');
SELECT throws_ok($$UPDATE lifecycle.company_entities SET record_version = 9$$, '23514', NULL, 'a lower one is refused');
UPDATE lifecycle.company_entities SET deleted_at = now() WHERE entity_id = id(7);
SELECT is((SELECT string_agg(record_version || ' ' || (canonical_payload_json ->> 'canonical_name') || coalesce(' gone' || left(canonical_payload_json ->> 'deleted_at', 0), ''), ', ' ORDER BY record_version) FROM lifecycle.entity_snapshots),
  '1 First, 2 Second, 10 Tenth, 11 Tenth gone', 'each version is kept');
SELECT is_empty($$SELECT FROM lifecycle.entity_snapshots WHERE snapshot_id <> lifecycle.fingerprint(jsonb_build_array(org_id, entity_type, entity_id, record_version))$$, '... under the id that a warehouse gives it');
SELECT is((SELECT count(*) FROM lifecycle.entity_snapshots WHERE canonical_payload_json ? 'changed_xid' OR entity_type <> 'company'), 0::bigint, '... as a row of the contract');
SET timezone = 'Asia/Tokyo';
INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name, updated_at) VALUES (id(3), id(8), 'Ann', '2025-07-01 12:00+00');
SELECT is((SELECT canonical_payload_json ->> 'updated_at' FROM lifecycle.entity_snapshots WHERE entity_type = 'person'), '2025-07-01T12:00:00+00:00', '... its times in UTC, whatever the session''s zone');
RESET timezone;
SELECT is((SELECT count(*) FROM rows_of('dx_entity_snapshots_v1') r WHERE r ->> 'reject code' IS NULL), 5::bigint, 'snapshots go out');
SELECT is((SELECT count(*) FROM rows_of('dx_company_entities_v1') r WHERE r ->> 'reject code' IS NULL AND r ->> 'deleted_at' IS NOT NULL), 1::bigint, 'a deleted entity goes out with its tombstone');
SELECT is((SELECT count(*) FROM rows_of('dx_person_entities_v1') r WHERE r ->> 'reject code' IS NULL), 1::bigint, 'people go out');
SELECT is((SELECT count(*) FROM lifecycle.company_entities WHERE changed_xid = pg_current_xact_id()) , 0::bigint, 'rows carry their transaction');
UPDATE lifecycle.company_entities SET changed_xid = '3';
SELECT isnt((SELECT changed_xid::text FROM lifecycle.company_entities), '3', '... whatever a writer gives');
INSERT INTO lifecycle.insight (type, data_ref, organization_id, details) VALUES ('qbr', 12, 1, '{"channel": "meeting"}');
SELECT is((SELECT concat_ws(' ', r ->> 'account_id', r ->> 'event_source') FROM rows_of('lifecycle_event_history') r), '12 meeting', 'insights go out');

-- A source of one's own is left alone
SELECT lifecycle.unregister_dataset_source('dx_person_entities_v1', 'lifecycle.person_entities') \gset
CREATE VIEW people AS SELECT * FROM lifecycle.person_entities;
SELECT alike(lifecycle.register_dataset_source('dx_person_entities_v1', 'people', (SELECT jsonb_object_agg(name, name) - 'export_schema_version' FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_person_entities_v1')))),
  'Transaction numbers (changed_xid)%', 'a source of one''s own');
CALL lifecycle.install_operational_tables();
SELECT is((SELECT relation::text FROM lifecycle.dataset_sources WHERE dataset = 'dx_person_entities_v1'), 'people', '... is left alone');
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA lifecycle TO stranger;
GRANT SELECT ON lifecycle.schema_version TO stranger;
SET ROLE stranger;
SELECT throws_ok('CALL lifecycle.install_operational_tables()', '42501', NULL, 'another role may not');
RESET ROLE;
DROP OWNED BY stranger;
DROP ROLE stranger;
SELECT * FROM finish();
