-- What an export reads: transaction numbers in steps, change columns with a look-back, sources with neither; each row once.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET timezone = 'Asia/Kolkata';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
SELECT set_config('test.directory', :'directory', false);
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{"format": "csv"}');
CREATE VIEW sent AS SELECT b.sequence, b.dataset, line FROM lifecycle.export_batches b, LATERAL (SELECT line FROM lifecycle._read_file(current_setting('test.directory') || '/' || b.file) line OFFSET 1) l;
CREATE FUNCTION batches(wanted text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(rows_in::text, ' ' ORDER BY sequence) FROM lifecycle.export_batches WHERE dataset = wanted $$;
CREATE FUNCTION last_counts(wanted text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', rows_in, '=', written, '+', unchanged, '+', dead) FROM lifecycle.pipeline_runs WHERE source_system = wanted || '@files' ORDER BY run_id DESC LIMIT 1
$$;

-- Transaction numbers: steps end between transactions.
SET lifecycle_ledger.chunk_rows = 10;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id) SELECT id(1), id(n), id(n) FROM generate_series(1, 4) n;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id) SELECT id(1), id(n), id(n) FROM generate_series(5, 8) n;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id) SELECT id(1), id(n), id(n) FROM generate_series(9, 40) n;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id) SELECT id(1), id(n), id(n) FROM generate_series(41, 43) n;
ALTER TABLE lifecycle.company_entities DISABLE TRIGGER changed_xid;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, changed_xid) VALUES (id(1), id(44), id(44), NULL), (id(1), id(45), id(45), '999999999999');
ALTER TABLE lifecycle.company_entities ENABLE ALWAYS TRIGGER changed_xid;
CALL lifecycle.export('dx_company_entities_v1');
SELECT is(batches('dx_company_entities_v1'), '8 32 5', 'steps of about chunk_rows rows, a transaction never parted; rows without a number, and those of another cluster, come too');
SELECT is((SELECT concat_ws(' ', count(*), count(DISTINCT line)) FROM sent), '45 45', 'each once');
CALL lifecycle.export('dx_company_entities_v1');
SELECT is(batches('dx_company_entities_v1'), '8 32 5', 'and no more');
UPDATE lifecycle.company_entities SET industry = 'x' WHERE entity_id IN (id(1), id(44));
CALL lifecycle.export('dx_company_entities_v1');
SELECT is(batches('dx_company_entities_v1'), '8 32 5 2', 'what changes later comes by its number');
SELECT is((SELECT concat_ws(' ', upto, next_xid, seen IS NOT NULL) FROM lifecycle.export_positions WHERE dataset = 'dx_company_entities_v1'), 't', 'no step is left open');
UPDATE lifecycle.export_positions SET system_identifier = 1;
CALL lifecycle.export('dx_company_entities_v1');
SELECT is((SELECT sum(rows_in) FROM lifecycle.export_batches WHERE dataset = 'dx_company_entities_v1'), 92::numeric, 'on another cluster everything is sent again');
RESET lifecycle_ledger.chunk_rows;

-- Files of bounded size
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{"format": "csv", "batch_bytes": 8192}');
UPDATE lifecycle.company_entities SET industry = repeat('x', 3000) WHERE entity_id IN (SELECT id(n) FROM generate_series(1, 10) n);
CALL lifecycle.export('dx_company_entities_v1');
SELECT ok((SELECT count(*) BETWEEN 4 AND 6 AND max(bytes) < 16000 AND sum(rows_in) = 10 FROM lifecycle.export_batches b WHERE b.dataset = 'dx_company_entities_v1' AND b.sequence > 7), 'batches are cut by bytes');
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{"format": "csv"}');

-- A change column
CREATE TABLE events (event_id uuid, run_id uuid, event_type text, sequence integer, at timestamptz, org_id uuid, kind text, entity uuid, changed timestamptz DEFAULT now());
DELETE FROM lifecycle.dataset_sources WHERE dataset = 'dx_operation_events_v1';
CREATE FUNCTION mapping(changed jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"event_id": "event_id", "run_id": "run_id", "event_type": "event_type", "event_sequence": "sequence", "occurred_at": "at",
  "org_id": "org_id", "entity_type": "kind", "entity_id": "entity"}'::jsonb || changed $$;
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'events', mapping('{"change_column": "changed", "look_back": "1 hour"}'));
CREATE FUNCTION add_event(n bigint, changed timestamptz DEFAULT now(), kind text DEFAULT 'company') RETURNS void LANGUAGE sql AS $$
  INSERT INTO events SELECT id(n), id(n), 'state_change', 1, '2025-07-01+00', id(1), kind, id(n), add_event.changed
$$;
SELECT add_event(n, now() - n * interval '19 minutes') FROM generate_series(1, 10) n;
CALL lifecycle.export('dx_operation_events_v1');
SELECT is(batches('dx_operation_events_v1'), '10', 'all rows at first');
SELECT is((SELECT count(*) FROM lifecycle.export_sent), 3::bigint, 'those within the look-back are remembered');
CALL lifecycle.export('dx_operation_events_v1');
SELECT is(batches('dx_operation_events_v1') || ', ' || last_counts('dx_operation_events_v1'), '10, 0 = 0 + 0 + 0', 'nothing twice');
SELECT add_event(11, now() - interval '50 minutes'), add_event(12, NULL), add_event(13);
CALL lifecycle.export('dx_operation_events_v1');
SELECT is(batches('dx_operation_events_v1') || ', ' || last_counts('dx_operation_events_v1'), '10 3, 6 = 3 + 3 + 0', 'rows stamped late, without a stamp, and new ones; what was sent is known');
UPDATE events SET event_type = 'error', changed = clock_timestamp() WHERE event_id = id(13);
CALL lifecycle.export('dx_operation_events_v1');
CALL lifecycle.export('dx_operation_events_v1');
SELECT is(batches('dx_operation_events_v1'), '10 3 1', 'a row that changes within the look-back');
SELECT add_event(14, kind => 'job');
CALL lifecycle.export('dx_operation_events_v1');
CALL lifecycle.export('dx_operation_events_v1');
SELECT is((SELECT concat_ws(' ', count(*), max(attempts)) FROM lifecycle.dead_letters), '1 1', 'a row that breaks the contract is told once, however often it is read');
UPDATE events SET kind = 'person' WHERE kind = 'job';
CALL lifecycle.export('dx_operation_events_v1');
SELECT is((SELECT count(resolved_at) FROM lifecycle.dead_letters), 1::bigint, '... and resolved when it is mended');
CREATE INDEX ON events (changed);
SET lifecycle_ledger.chunk_rows = 5;
DELETE FROM lifecycle.export_positions WHERE dataset = 'dx_operation_events_v1';
CALL lifecycle.export('dx_operation_events_v1');
SELECT is((SELECT string_agg(rows_in::text, ' ' ORDER BY sequence) FROM lifecycle.export_batches WHERE dataset = 'dx_operation_events_v1' AND sequence > 4), '5 5 4', 'in steps where an index allows; deleting its position sends it all again');
RESET lifecycle_ledger.chunk_rows;

-- Neither
CREATE TABLE plain_events AS SELECT event_id, run_id, event_type, sequence, at, org_id, kind, entity FROM events LIMIT 0;
SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'events');
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'plain_events', mapping('{}'));
INSERT INTO plain_events SELECT id(n), id(n), 'state_change', 1, '2025-07-01+00', id(1), 'company', id(n) FROM generate_series(100, 120) n;
CALL lifecycle.export('dx_operation_events_v1');
CALL lifecycle.export('dx_operation_events_v1');
SELECT is(last_counts('dx_operation_events_v1') || ' ' || (SELECT rows_in FROM lifecycle.export_batches WHERE dataset = 'dx_operation_events_v1' ORDER BY sequence DESC LIMIT 1), '0 = 0 + 0 + 0 21', 'a full compare sends what was not sent');
UPDATE plain_events SET event_type = 'error' WHERE event_id = id(100);
DELETE FROM plain_events WHERE event_id = id(101);
INSERT INTO plain_events SELECT id(200), id(200), 'state_change', 1, '2025-07-01+00', id(1), 'company', id(200);
CALL lifecycle.export('dx_operation_events_v1');
SELECT is(last_counts('dx_operation_events_v1'), '21 = 2 + 19 + 0', '... and what differs from what was sent');
SELECT is((SELECT count(*) FROM lifecycle.export_sent s JOIN lifecycle.export_positions p USING (position_id) WHERE p.relation = 'plain_events'::regclass), 21::bigint, 'what the source no longer has is forgotten');
-- Two sources at once
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'events', mapping('{"change_column": "changed"}'));
CALL lifecycle.export('dx_operation_events_v1');
SELECT is((SELECT count(DISTINCT relation) FROM lifecycle.export_positions WHERE dataset = 'dx_operation_events_v1'), 2::bigint, 'each source of a dataset has its own position');
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
