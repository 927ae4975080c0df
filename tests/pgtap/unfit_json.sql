-- A json that no jsonb can hold, in sources of datasets: its row becomes a dead letter where it is mapped, and is no matter where it is not.
-- Whatever else is wrong with such a row, it never ends a run.
\ir ../lib/ledger_test.sql
SELECT no_plan();
CALL lifecycle.install_warehouse('hq', '1 year');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE TYPE up.pair AS (n integer, doc json);
CREATE DOMAIN up.document AS json;
CREATE TABLE up.events (n bigint PRIMARY KEY, meta json, note json, docs json[], pair up.pair, own up.document, type text DEFAULT 'request_sent', changed timestamptz DEFAULT now());
CREATE FUNCTION mapping(meta jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('event_id', 'event', 'run_id', 'run', 'event_type', 'type', 'event_sequence', 'n', 'occurred_at', 'at', 'org_id', 'org', 'entity_type', 'kind', 'entity_id', 'entity', 'metadata_json', meta)
$$;
CREATE VIEW up.operation_events AS
  SELECT n, id(n) AS event, id(n + 1000) AS run, type, '2025-07-01 00:00+00'::timestamptz + n * interval '1 minute' AS at, id(1) AS org, 'company' AS kind, id(2) AS entity, meta, note, docs, pair, own, changed FROM up.events;
CREATE FUNCTION found(dataset text DEFAULT 'dx_operation_events_v1') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', coalesce(reject_code, 'good'), nullif(json_pointer, ''), "rows"), ', ' ORDER BY reject_code NULLS FIRST, json_pointer) FROM lifecycle.check_dataset(dataset)
$$;
CREATE FUNCTION sent() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(event_sequence || ': ' || coalesce(metadata_json::text, '-'), ', ' ORDER BY event_sequence) FROM hq.dx_operation_events_v1 $$;
CREATE FUNCTION open_letters() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', sqlstate, code, json_pointer, (body::jsonb ->> 'n')), ', ' ORDER BY (body::jsonb ->> 'n')::integer) FROM lifecycle.dead_letters WHERE stage = 'export' AND resolved_at IS NULL
$$;

INSERT INTO up.events (n, meta) VALUES (1, '{"a": 1, "a": 2}'), (2, NULL), (3, '{"a": "\u0000"}'), (4, '{"half": "\ud83d"}'), (5, '{"long": 1e200000}'), (6, '{"fine": "\ud83d\ude00 \\u0000"}'), (7, 'null');

-- The column itself.
SELECT lives_ok($$SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.operation_events', mapping('"meta"'))$$, 'a json column can be mapped as it is');
SELECT is(found(), 'good 4, unfit_json /meta 3', 'what no jsonb can hold is told row by row');
SELECT is((SELECT example FROM lifecycle.check_dataset('dx_operation_events_v1') WHERE reject_code = 'unfit_json'),
  'metadata_json (column meta): it holds what jsonb cannot: \u0000, half a surrogate pair, or a number that is too long.', '... with the reason');
SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_events_v1}') \g /dev/null
CALL lifecycle.export();
SELECT is((SELECT status FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1), 'succeeded', 'the run does not end');
SELECT is(sent(), '1: {"a": 2}, 2: -, 6: {"fine": "😀 \\u0000"}, 7: null', 'the others are sent as jsonb takes them');
SELECT is(open_letters(), '22P05 unfit_json /meta 3, 22P05 unfit_json /meta 4, 22P05 unfit_json /meta 5', 'the rows are dead letters');
SELECT is((SELECT body::jsonb ->> 'meta' FROM lifecycle.dead_letters WHERE body::jsonb ->> 'n' = '3'), '{"a": "\u0000"}', '... with the text as it came');
CALL lifecycle.export();
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 3::bigint, 'a second export finds the same letters');
UPDATE up.events SET meta = '{"mended": true}' WHERE n = 4;
CALL lifecycle.retry_dead_letters('export');
SELECT is(open_letters(), '22P05 unfit_json /meta 3, 22P05 unfit_json /meta 5', 'what is mended goes by a retry');
SELECT alike(sent(), '%4: {"mended": true}%', '... to the warehouse');
CALL lifecycle.reconcile();
SELECT is((SELECT verdict FROM lifecycle.reconciliations WHERE check_name = 'parity' AND dataset = 'dx_operation_events_v1' AND org IS NULL ORDER BY reconciliation_id DESC LIMIT 1), 'ok', 'a reconciliation reads over them');

-- In an object of columns; where it is not mapped; beside other mistakes, whose letter holds the whole row.
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.operation_events', mapping('["meta", "n"]')) \g /dev/null
SELECT is(found(), 'good 5, unfit_json 2', 'a member that no jsonb can hold makes the object none');
UPDATE up.events SET note = '"\u0000"' WHERE n IN (1, 2);
UPDATE up.events SET type = NULL WHERE n = 2;
SELECT is(found(), 'good 4, missing_required /type 1, unfit_json 2', 'what is not mapped is no matter, also in the body of a letter');
CALL lifecycle.export();
SELECT is((SELECT body::jsonb ->> 'note' FROM lifecycle.dead_letters WHERE code = 'missing_required'), '"\u0000"', '... where it stands as its text');
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.operation_events', mapping('{"first": ["note", "meta"]}')) \g /dev/null
SELECT alike(found(), 'good %unfit_json 3%', 'of several the first that is there decides');

-- Within arrays, composites and domains.
UPDATE up.events SET note = NULL, meta = '{}', type = 'request_sent';
UPDATE up.events SET docs = ARRAY['{"x": "\u0000"}']::json[] WHERE n = 1;
UPDATE up.events SET pair = ROW(1, '"\udead"')::up.pair WHERE n = 2;
UPDATE up.events SET own = '[1e200000]' WHERE n = 3;
UPDATE up.events SET docs = ARRAY['{"x": 1}', NULL]::json[], pair = ROW(1, '[]')::up.pair, own = '{"y": 2}' WHERE n = 4;
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.operation_events', mapping('["docs", "pair", "own"]')) \g /dev/null
SELECT is(found(), 'good 4, unfit_json 3', 'in arrays, composites and domains just so');
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.operation_events', mapping('"own"')) \g /dev/null
SELECT is(found(), 'good 6, unfit_json /own 1', 'a domain is mapped as what it is made of');
UPDATE up.events SET type = NULL;
CALL lifecycle.export();
SELECT is((SELECT string_agg((body::jsonb) ->> k, ' ' ORDER BY body::jsonb ->> 'n') FROM lifecycle.dead_letters, unnest('{docs,pair,own}'::text[]) k WHERE body::jsonb ->> 'n' IN ('1', '2', '3') AND resolved_at IS NULL
    AND (body::jsonb) ->> k LIKE '%\\%' OR (body::jsonb) ->> k LIKE '%1e%'), '[{"x": "\u0000"}] {"n":1,"doc":"\udead"} [1e200000]', 'letters hold them as texts');
CALL lifecycle.retry_dead_letters('export');
SELECT is((SELECT status FROM lifecycle.pipeline_runs WHERE procedure = 'retry_dead_letters' ORDER BY run_id DESC LIMIT 1), 'succeeded', 'a retry of them goes well');

-- A row that has no key is known by its content.
ALTER TABLE up.events DROP CONSTRAINT events_pkey, ALTER n DROP NOT NULL;
DELETE FROM up.events;
CREATE TABLE up.plain (event uuid, run uuid, type text, n bigint, at timestamptz, org uuid, kind text, entity uuid, meta json);
INSERT INTO up.plain VALUES (NULL, id(1), 'request_sent', 1, '2025-07-01+00', id(1), 'company', id(2), '"\u0000"'), (id(3), id(1), 'request_sent', 2, '2025-07-01+00', id(1), 'company', id(2), '{}');
SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'up.operation_events'), lifecycle.register_dataset_source('dx_operation_events_v1', 'up.plain', mapping('"meta"')) \g /dev/null
CALL lifecycle.export();
SELECT is((SELECT string_agg(code, ', ') FROM lifecycle.dead_letters WHERE resolved_at IS NULL AND body::jsonb ->> 'meta' IS NOT NULL AND body::jsonb ->> 'event' IS NULL AND body::jsonb ? 'event' AND body::jsonb ? 'at' AND NOT body::jsonb ? 'docs'), 'missing_required', 'a row without a key');
CALL lifecycle.retry_dead_letters('export');
SELECT is((SELECT attempts FROM lifecycle.dead_letters WHERE body::jsonb ? 'at' AND NOT body::jsonb ? 'docs' AND resolved_at IS NULL), 2, '... is found by what it holds');

-- Straight into files, from a source that numbers its changes.
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'up.plain'), lifecycle.unregister_destination('hq') \g /dev/null
UPDATE lifecycle.dead_letters SET resolved_at = now();
CREATE TABLE up.tracked (event uuid PRIMARY KEY, run uuid, type text, n bigint, at timestamptz, org uuid, kind text, entity uuid, meta json, note json, changed_xid xid8 DEFAULT pg_current_xact_id());
CREATE INDEX ON up.tracked (changed_xid);
INSERT INTO up.tracked SELECT id(5000 + n), id(n), 'request_sent', n, '2025-07-01+00', id(1), 'company', id(2), (ARRAY['{"a": "\u0000"}', '{"b": [1]}', NULL])[1 + n % 3]::json, '"\u0000"' FROM generate_series(1, 9) n;
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.tracked', mapping('"meta"')), lifecycle.register_destination('files', 'directory', :'directory', datasets => '{dx_operation_events_v1}') \g /dev/null
SELECT isnt(d.query, NULL, 'such rows go straight into files') FROM lifecycle._direct_rows(lifecycle._dataset_contract('dx_operation_events_v1'), 'up.tracked', mapping('"meta"'), 'true') d;
CALL lifecycle.export();
SELECT is((SELECT concat_ws(' ', status, rows_in, written, dead) FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1), 'succeeded 9 6 3', '... but for those that are none');
SELECT is((SELECT string_agg(concat_ws(' ', code, json_pointer, body::jsonb ->> 'n', body::jsonb ->> 'note'), ', ' ORDER BY body::jsonb ->> 'n') FROM lifecycle.dead_letters WHERE resolved_at IS NULL),
  'unfit_json /meta 3 "\u0000", unfit_json /meta 6 "\u0000", unfit_json /meta 9 "\u0000"', '... which are dead letters');
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'up.tracked', mapping('["meta", "n"]')) \g /dev/null
UPDATE lifecycle.dead_letters SET resolved_at = now();
UPDATE up.tracked SET changed_xid = pg_current_xact_id();
CALL lifecycle.export();
SELECT is((SELECT concat_ws(' ', status, rows_in, written, dead) FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1), 'succeeded 9 6 3', '... in an object of columns, too');
\! rm -r "$DIRECTORY"

-- The ledger, too, takes the column itself, and holds rows with what is within arrays and composites.
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('1', 'a@x.example');
CREATE TABLE up.forms (id integer, doc json, docs json[], pair up.pair);
INSERT INTO up.forms VALUES (1, '{"a": [1]}', NULL, NULL), (2, '"\u0000"', NULL, NULL), (3, '{}', ARRAY['1e200000']::json[], NULL), (4, '{}', NULL, ROW(1, '"\ud83d"')), (5, NULL, ARRAY['1']::json[], ROW(2, '{}'));
SELECT lifecycle.register_source('forms', 'up.forms', '{"contact_email": {"constant": "a@x.example"}, "event_type": {"constant": "form"}, "source_record_id": "id", "event_timestamp": {"constant": "2025-03-01T00:00:00Z"}, "payload": "doc"}') \g /dev/null
CALL lifecycle.sync_contact_events('forms');
SELECT is(last_run('forms'), '5 in = 2 written + 0 unchanged + 0 superseded + 3 held; 0 deleted', 'the ledger holds such rows');
SELECT is((SELECT string_agg(fate('forms', id::text), ', ' ORDER BY id) FROM up.forms), '1, (held) unfit_json, (held) unfit_json, (held) unfit_json, 1', '... with the reason');
SELECT is((SELECT payload FROM lifecycle.contact_events WHERE source_system = 'forms' AND source_record_id = '1'), '{"a": [1]}', 'and takes the column itself for a payload');
SELECT * FROM finish();
