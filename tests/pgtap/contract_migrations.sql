-- A successor: published with its predecessor, exported beside it, acknowledged by every consumer, and the predecessor retired no earlier than that and two release cycles.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();
CALL lifecycle.install_warehouse('hq');

SELECT is((SELECT array_agg(format('%s %s %s', v.dataset, v.version, v.published_by) ORDER BY v.dataset) FROM lifecycle.contract_versions v JOIN lifecycle.datasets d ON (v.dataset, v.version, v.contract) = (d.dataset, d.version, d.contract)),
  (SELECT array_agg(format('%s %s %s', dataset, version, session_user) ORDER BY dataset) FROM lifecycle.datasets), 'the versions that ship are remembered');
SELECT throws_ok('UPDATE lifecycle.contract_versions SET published_at = now()', '55000', NULL, '... for good');
SELECT throws_ok($$DELETE FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'$$, '55000', NULL, 'a dataset that was published is not deleted');
SELECT throws_ok($$UPDATE lifecycle.datasets SET contract = contract #- '{schema,0,properties,3}' WHERE dataset = 'dx_operation_runs_v1'$$, '42710', NULL, 'nor changed by hand within its version');
SELECT throws_ok($$UPDATE lifecycle.datasets SET version = '1.1.0', contract = jsonb_set(contract, '{version}', '"1.1.0"') #- '{schema,0,properties,3}' WHERE dataset = 'dx_operation_runs_v1'$$, '55000', NULL, '... nor broken under another');

-- The document of the next major version: one column fewer, one value more.
CREATE FUNCTION next_version(dataset text, predecessor text DEFAULT 'the one before', major integer DEFAULT 2, drops text DEFAULT '3') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_set(jsonb_set(jsonb_set(jsonb_set(CASE WHEN predecessor IS NULL THEN d.c ELSE d.c || jsonb_build_object('customProperties', jsonb_build_array(jsonb_build_object('property', 'predecessor', 'value', replace(predecessor, 'the one before', dataset)))) END,
      '{version}', to_jsonb(major || '.0.0')), '{id}', to_jsonb(d.name)), '{schema,0,name}', to_jsonb(d.name)), '{schema,0,properties,0,quality,0,arguments,validValues}', to_jsonb(ARRAY['v' || major]))
    || jsonb_build_object('name', d.name, 'status', 'active')
  FROM (SELECT v.contract #- ARRAY['schema', '0', 'properties', drops] AS c, regexp_replace(v.dataset, '_v\d+$', '_v' || major) AS name
    FROM lifecycle.contract_versions v WHERE v.dataset = next_version.dataset ORDER BY lifecycle._version_number(v.version) DESC LIMIT 1) d
$$;
SELECT is(lifecycle._contract_problems(next_version('dx_operation_runs_v1')), '{}', 'the document is sound');
SELECT throws_ok($$SELECT lifecycle.publish_contract(NULL)$$, '22004', 'there is no contract document', 'no document');
SELECT throws_ok($$SELECT lifecycle.publish_contract('[1]')$$, '22023', 'the contract document is not sound', 'a document that is none');
SELECT throws_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v1') - 'kind')$$, '22023', 'the contract document of "dx_operation_runs_v2" is not sound', 'one with a mistake');
SELECT throws_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v1', NULL))$$, '22023', 'dx_operation_runs_v2 does not say what it succeeds', 'no predecessor');
SELECT throws_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v1', 'dx_operation_runs'))$$, '42704', NULL, 'one that does not exist');
SELECT throws_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v1', 'the one before', 1) || '{"name": "dx_things_v1"}')$$, '22023', NULL, 'a name that its table has not');
SELECT throws_ok($$SELECT lifecycle.publish_contract(jsonb_set(next_version('dx_operation_runs_v1', 'the one before', 1) || '{"name": "dx_things_v1"}', '{schema,0,name}', '"dx_things_v1"'))$$, '22023', 'version 1.0.0 of "dx_things_v1" cannot succeed 1.0.0 of "dx_operation_runs_v1"', 'no higher major version');
SELECT throws_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v1') || '{"status": "draft"}')$$, '22023', 'a contract with status "draft" is not published', 'a draft');
SELECT throws_ok($$SELECT lifecycle.publish_contract(jsonb_set(contract, '{schema,0,customProperties,7,value}', '"dx_operation_runs_v1"') || '{"version": "1.2.0"}') FROM lifecycle.datasets WHERE dataset = 'dx_company_entities_v1'$$, '22023', NULL, 'versions that would be kept where none can be');
SELECT is((SELECT count(*) FROM lifecycle.datasets), 6::bigint, 'nothing of that was published');
SELECT results_eq($$SELECT class, needs, change FROM lifecycle.contract_changes(next_version('dx_operation_runs_v1')) WHERE class <> 'neutral'$$,
  $$VALUES ('breaking', 'major', 'column_removed')$$, 'a rehearsal shows what consumers will meet');
SELECT results_eq($$SELECT change FROM lifecycle.contract_changes((SELECT jsonb_set(contract || '{"name": "brand_new", "id": "brand_new"}', '{schema,0,name}', '"brand_new"') FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'))$$, $$VALUES ('dataset_added')$$, '... of a dataset of its own');

-- Consumers
SELECT throws_ok($$SELECT lifecycle.register_consumer('hq', 'dx_nothing')$$, '42704', NULL, 'a consumer of nothing');
SELECT throws_ok($$SELECT lifecycle.register_consumer('', 'dx_operation_runs_v1')$$, '22004', NULL, 'a consumer without a name');
SELECT throws_ok($$SELECT lifecycle.register_consumer(NULL, 'dx_operation_runs_v1')$$, '22004', NULL, '... null');
SELECT is(lifecycle.register_consumer('hq', 'dx_operation_runs_v1', 'data@hq.example'), 'hq reads dx_operation_runs_v1.', 'a consumer');
SELECT is(lifecycle.register_consumer('O''Brien''s "BI"', 'dx_operation_runs_v1'), 'O''Brien''s "BI" reads dx_operation_runs_v1.', 'another');
SELECT throws_ok($$SELECT lifecycle.retire_dataset('dx_operation_runs_v1')$$, '55000', 'dataset "dx_operation_runs_v1" is not deprecated', 'nothing to retire for');
SELECT throws_ok($$SELECT lifecycle.acknowledge_migration('hq', 'v2')$$, '42704', 'consumer "hq" has nothing to migrate to "v2"', 'nothing to acknowledge');

-- The window
SELECT is(lifecycle.publish_contract(next_version('dx_operation_runs_v1')),
  format('dx_operation_runs_v2 2.0.0 is published and succeeds dx_operation_runs_v1, which is deprecated: both are exported until %s at least, and until all its consumers have acknowledged (O''Brien''s "BI", hq). Register sources for dx_operation_runs_v2.',
    to_char((now() + 2 * interval '1 month') AT TIME ZONE 'UTC', 'YYYY-MM-DD')), 'a successor is published');
SELECT alike(lifecycle.publish_contract(next_version('dx_operation_runs_v1')), 'dx_operation_runs_v2 2.0.0 is published, since %.', '... once');
SELECT is((SELECT string_agg(concat_ws(' ', dataset, status, contract ->> 'status'), '; ' ORDER BY dataset) FROM lifecycle.datasets WHERE dataset LIKE 'dx_operation_runs%'),
  'dx_operation_runs_v1 deprecated deprecated; dx_operation_runs_v2 active active', 'both are there');
SELECT is((SELECT contract ->> 'status' FROM lifecycle.contract_versions WHERE dataset = 'dx_operation_runs_v1'), 'active', 'what was published stays as it was');
SELECT throws_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v1', 'the one before', 3))$$, '55000', '"dx_operation_runs_v1" cannot be succeeded by "dx_operation_runs_v3"', 'a second successor');
SELECT is((SELECT concat_ws(' ', dataset, successor, acknowledged, outstanding, earliest_retirement = since + interval '2 months', verdict) FROM lifecycle.deprecations),
  (SELECT format('dx_operation_runs_v1 dx_operation_runs_v2 {} {"O''Brien''s \"BI\"",hq} t waits for O''Brien''s "BI", hq; waits until %s: 2 release cycles of 1 mon', to_char(earliest_retirement AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')) FROM lifecycle.deprecations), 'deprecations');
SELECT lifecycle.publish_contract(jsonb_insert(contract, '{schema,0,properties,-1}', '{"name": "region", "logicalType": "string", "physicalType": "text", "description": "Region."}', true) || '{"version": "1.1.0", "status": "active"}')
FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1' \g /dev/null
SELECT is((SELECT version || ' ' || status FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'), '1.1.0 deprecated', 'the deprecated one may still be added to, and stays deprecated');
SELECT alike(lifecycle.publish_contract((SELECT contract FROM lifecycle.contract_versions WHERE dataset = 'dx_operation_runs_v1' AND version = '1.0.0')), 'dx_operation_runs_v1 1.0.0 is published, since %; 1.1.0 is in force.', 'a former version again changes nothing');
SELECT throws_ok($$SELECT lifecycle.publish_contract(jsonb_set(contract, '{description,usage}', '"x"')) FROM lifecycle.contract_versions WHERE dataset = 'dx_operation_runs_v1' AND version = '1.0.0'$$, '42710', 'dx_operation_runs_v1 1.0.0 was published, with other content', '... and with other content is refused');
CALL lifecycle.install_warehouse('hq');
SELECT has_table('hq', 'dx_operation_runs_v2', 'warehouses get both tables');
SELECT hasnt_column('hq', 'dx_operation_runs_v2', 'workflow_id', '... the new one as its contract says');
SELECT has_column('hq', 'dx_operation_runs_v1', 'region', '... the old one whole');
CALL lifecycle.install();
SELECT is((SELECT status FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'), 'deprecated', 'install() leaves that alone');

-- Acknowledging
SELECT throws_ok($$SELECT lifecycle.acknowledge_migration('nobody', 'dx_operation_runs_v2')$$, '42704', NULL, 'a consumer nobody knows');
SELECT throws_ok($$SELECT lifecycle.acknowledge_migration('hq', 'dx_operation_runs_v1')$$, '42704', NULL, 'no successor');
SELECT throws_ok($$SELECT lifecycle.acknowledge_migration('hq', NULL)$$, '22004', NULL, 'no version');
SELECT throws_ok($$SELECT lifecycle.retire_dataset('dx_operation_runs_v1')$$, '55000', 'dataset "dx_operation_runs_v1" cannot be retired yet', 'too early');
SELECT throws_ok($$UPDATE lifecycle.datasets SET status = 'retired', contract = jsonb_set(contract, '{status}', '"retired"') WHERE dataset = 'dx_operation_runs_v1'$$, '55000', 'dataset "dx_operation_runs_v1" is deprecated and cannot be set to retired', '... by hand, too');
SELECT throws_ok($$UPDATE lifecycle.datasets SET status = 'draft', contract = jsonb_set(contract, '{status}', '"draft"') WHERE dataset = 'dx_operation_events_v1'$$, '55000', NULL, 'what is published cannot be taken back');
SELECT alike(lifecycle.acknowledge_migration('hq', 'dx_operation_runs_v2'), 'hq no longer needs dx_operation_runs_v1. dx_operation_runs_v1 waits for O''Brien''s "BI"; waits until %', 'the first acknowledges');
SELECT is(lifecycle.acknowledge_migration('hq', 'v2'), 'hq had acknowledged already.', '... once');
SELECT is((SELECT string_agg(concat_ws(' ', dataset, contact, migrated_to, migrated_by = session_user), '; ' ORDER BY dataset) FROM lifecycle.contract_consumers WHERE consumer = 'hq'),
  'dx_operation_runs_v1 data@hq.example dx_operation_runs_v2 t; dx_operation_runs_v2 data@hq.example', '... and reads the successor from then on');
SELECT is(lifecycle.register_consumer('hq', 'dx_operation_runs_v1'), 'hq reads dx_operation_runs_v1, which is deprecated: dx_operation_runs_v2 succeeds it.', 'an acknowledgement is taken back');
SELECT is((SELECT array_to_string(outstanding, ', ') FROM lifecycle.deprecations), 'O''Brien''s "BI", hq', '... and waited for again');
SELECT lifecycle.acknowledge_migration('hq', 'v2') \g /dev/null
CREATE FUNCTION obstacles() RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
  RETURN lifecycle.retire_dataset('dx_operation_runs_v1');
EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL; RETURN detail;
END $$;
-- Months are of unlike lengths: a few days are right on every day of the year.
UPDATE lifecycle.contract_migrations SET opened_at = now() - interval '2 months' + interval '4 days';
SELECT alike(obstacles(), 'Waits for O''Brien''s "BI"; waits until %', 'days are missing, and a consumer');
SELECT lifecycle.acknowledge_migration('O''Brien''s "BI"', 'v2') \g /dev/null
SELECT alike(obstacles(), 'Waits until %: 2 release cycles of 1 mon.', 'days are missing');
UPDATE lifecycle.contract_migrations SET opened_at = opened_at - interval '8 days';
CREATE TABLE jobs (id uuid, at timestamptz);
INSERT INTO lifecycle.dataset_sources (dataset, relation, mapping) VALUES ('dx_operation_runs_v1', 'jobs', '{}');
SELECT is(obstacles(), 'Waits for a source of dx_operation_runs_v2: nothing is exported in its place yet.', 'the successor is not exported');
INSERT INTO lifecycle.dataset_sources (dataset, relation, mapping) VALUES ('dx_operation_runs_v2', 'jobs', '{}');
SELECT lifecycle.register_consumer('late', 'dx_operation_runs_v1') \g /dev/null
SELECT is(obstacles(), 'Waits for late.', 'somebody comes late');
SELECT throws_ok($$SELECT lifecycle.unregister_consumer('later')$$, '42704', 'no consumer "later" is registered', 'nobody of that name');
SELECT is(lifecycle.unregister_consumer('late', 'dx_operation_runs_v1'), 1::bigint, '... and is gone');
INSERT INTO lifecycle.export_batches (batch_id, destination, dataset, sequence, reason, contract_version, status, sqlstate) VALUES (gen_random_uuid(), 'hq', 'dx_operation_runs_v1', 1, 'export', '1.1.0', 'failed', '08006');
SELECT is(obstacles(), 'Waits for a batch to hq that was not delivered.', 'something is still to be delivered');
INSERT INTO lifecycle.destinations (destination, kind, place) VALUES ('hq', 'schema', 'hq');
UPDATE lifecycle.export_batches SET status = 'delivered', checksum = '-', delivered_at = now();
SELECT is(obstacles(), 'Waits for the first batch of dx_operation_runs_v2 to hq.', 'a destination has never got the successor');
DELETE FROM lifecycle.export_batches;
SELECT is((SELECT verdict FROM lifecycle.deprecations), 'can be retired', 'now it can');
SELECT throws_ok('DROP TABLE hq.dx_operation_runs_v1', '55000', NULL, 'its table is kept until');
SELECT is(lifecycle.retire_dataset('dx_operation_runs_v1'), 'dx_operation_runs_v1 is retired: it is no longer exported, dx_operation_runs_v2 is. Its tables stay, and may be dropped.', '... it is retired');
SELECT alike(lifecycle.retire_dataset('dx_operation_runs_v1'), 'dx_operation_runs_v1 is retired, since %.', '... once');
SELECT is((SELECT verdict || ' ' || (retired_at IS NOT NULL) FROM lifecycle.deprecations), 'retired true', 'deprecations remembers it');
SELECT is((SELECT status || ' ' || (contract ->> 'status') FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'), 'retired retired', 'its status');
SELECT throws_ok($$SELECT lifecycle.publish_contract(jsonb_set(contract, '{description,usage}', '"x"') || '{"version": "1.2.0", "status": "active"}') FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'$$, '55000', 'dataset "dx_operation_runs_v1" is retired', 'it takes no further version');
SELECT throws_ok($$SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'jobs', '{}')$$, '55000', 'dataset "dx_operation_runs_v1" is retired', '... nor a source');
SELECT throws_ok($$SELECT lifecycle._begin_backfill('dx_operation_runs_v1', '2025-01-01', '2025-01-02', '1 day')$$, '55000', 'dataset "dx_operation_runs_v1" is retired', '... nor replayed');
SELECT throws_ok($$SELECT lifecycle.register_consumer('hq', 'dx_operation_runs_v1')$$, '55000', 'dataset "dx_operation_runs_v1" is retired', '... nor a consumer');
SELECT has_table('hq', 'dx_operation_runs_v1', 'its table stays');
CALL lifecycle.install_warehouse('hq');
SELECT lives_ok('ALTER TABLE hq.dx_operation_runs_v1 DROP COLUMN cost_usd; DROP TABLE hq.dx_operation_runs_v1', '... and may be altered and dropped');
CALL lifecycle.install();
SELECT is((SELECT status FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'), 'retired', 'install() does not bring it back');
SELECT lives_ok($$SELECT lifecycle.publish_contract(next_version('dx_operation_runs_v2', 'the one before', 3))$$, 'the successor has a successor');
SELECT is((SELECT array_agg(outstanding::text ORDER BY dataset) FROM lifecycle.deprecations), ARRAY['{}', '{"O''Brien''s \"BI\"",hq}'], '... and the same consumers');

-- Nobody has ever acknowledged: nothing is retired in silence. Snapshots have a home as long as somebody writes them.
UPDATE lifecycle.release_policy SET release_cycle = '2 weeks', cycles = 3;
SELECT alike(lifecycle.publish_contract(next_version('dx_entity_snapshots_v1', drops => '8')), '%(none is registered)%', 'without consumers');
SELECT alike((SELECT verdict FROM lifecycle.deprecations WHERE dataset = 'dx_entity_snapshots_v1'),
  'waits for the first consumer to be registered and to acknowledge; waits until %: 3 release cycles of 14 days; holds the versions of dx_company_entities_v1, dx_person_entities_v1', 'what it waits for');
SELECT throws_ok($$UPDATE lifecycle.release_policy SET cycles = 1$$, '23514', NULL, 'fewer than two release cycles there are not');
SELECT throws_ok($$UPDATE lifecycle.release_policy SET release_cycle = '1 second'$$, '23514', NULL, '... nor shorter than a day');
DELETE FROM lifecycle.release_policy;
SELECT lives_ok($$SELECT lifecycle.publish_contract(next_version('dx_company_entities_v1', drops => '8'))$$, 'a policy that was deleted is the usual one');
SELECT is((SELECT concat_ws(' ', release_cycle, cycles) FROM lifecycle.contract_migrations WHERE dataset = 'dx_company_entities_v1'), '1 mon 2', '... of two months');

-- A release that breaks what was published here.
ALTER TABLE lifecycle.datasets DISABLE TRIGGER contract;
UPDATE lifecycle.datasets SET version = '1.0.5', contract = jsonb_insert(contract, '{schema,0,properties,-1}', '{"name": "region", "logicalType": "string", "physicalType": "text", "description": "Region."}', true) || '{"version": "1.0.5"}' WHERE dataset = 'dx_person_entities_v1';
ALTER TABLE lifecycle.datasets ENABLE TRIGGER contract;
SET client_min_messages = error;
SELECT lives_ok('CALL lifecycle.install()', 'a release that would take a column away from what was published here installs');
SELECT is((SELECT version FROM lifecycle.datasets WHERE dataset = 'dx_person_entities_v1'), '1.0.5', '... and leaves it');

-- Rights
CREATE ROLE contract_reader;
GRANT USAGE ON SCHEMA lifecycle TO contract_reader;
GRANT SELECT ON lifecycle.schema_version, lifecycle.datasets TO contract_reader;
CREATE TABLE document AS SELECT next_version('dx_person_entities_v1') AS document;
GRANT SELECT ON document TO contract_reader;
SET ROLE contract_reader;
SELECT throws_ok('SELECT lifecycle.publish_contract(document) FROM document', '42501', NULL, 'whoever may only read does not publish');
SELECT throws_ok($$SELECT lifecycle.retire_dataset('dx_person_entities_v1')$$, '42501', NULL, '... nor retire');
SELECT throws_ok($$SELECT lifecycle.unregister_warehouse('hq')$$, '42501', NULL, '... nor let a warehouse go');
SELECT throws_ok($$SELECT lifecycle.register_consumer('x', 'dx_person_entities_v1')$$, '42501', NULL, '... nor register');
SELECT throws_ok($$SELECT lifecycle.acknowledge_migration('hq', 'v3')$$, '42501', NULL, '... nor acknowledge');
SELECT lives_ok('SELECT lifecycle.contract_changes(document) FROM document', 'but rehearses');
RESET ROLE;
DROP OWNED BY contract_reader;
DROP ROLE contract_reader;
SELECT * FROM finish();
