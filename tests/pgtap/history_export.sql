-- export_history(): one file an organization, which the next export replaces; a manifest that says what is in them.
\ir ../lib/ledger_test.sql
SELECT no_plan();
\set directory `mktemp -d /tmp/history.XXXXXX && chmod 777 /tmp/history.* 2>/dev/null`
\setenv DIRECTORY :directory
\set files :directory '/lifecycle_event_history'
\set manifest :files '/manifest.json'
CREATE FUNCTION manifest(path text) RETURNS jsonb LANGUAGE sql AS $$ SELECT string_agg(l, E'\n')::jsonb FROM lifecycle._read_file(path) l $$;
CREATE FUNCTION files(directory text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(f, ' ' ORDER BY f COLLATE "C") FROM pg_ls_dir(directory) f $$;
CREATE FUNCTION latest_run() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s: %s in = %s written + %s superseded + %s dead + %s held; %s deleted', status, rows_in, written, superseded, dead, held, deleted)
  FROM lifecycle.pipeline_runs WHERE procedure = 'export_history' ORDER BY run_id DESC LIMIT 1 $$;

-- What is refused before anything is read.
SELECT fails_with('CALL lifecycle.export_history(NULL)', '22004: %HINT: CALL lifecycle.export_history(%', 'no destination');
SELECT fails_with('CALL lifecycle.export_history(''hq'')', '42704: there is no destination "hq"%No directory is registered.%', 'an unknown destination');
INSERT INTO lifecycle.destinations (destination, kind, place) VALUES ('hq', 'schema', 'hq');
INSERT INTO lifecycle.destinations (destination, kind, place, options, datasets, enabled) VALUES ('lake', 'directory', :'directory', '{"format": "csv", "compression": "gzip"}', NULL, false);
SELECT fails_with('CALL lifecycle.export_history(''hq'')', '22023: destination "hq" is no directory%', 'a schema');
SELECT fails_with('CALL lifecycle.export_history(''lake'')', '55000: destination "lake" is not enabled%UPDATE%', 'one that is switched off');
SELECT fails_with('CALL lifecycle.export_history(''warehouse'')', '%are registered: lake.%', 'the names there are');
SELECT fails_with('CALL lifecycle.export_history(''/tmp'', format => ''xml'')', '22023: cannot write files of format "xml"%', 'an unknown format');
SELECT fails_with('BEGIN; CALL lifecycle.export_history(''/tmp'')', '25001: %', 'inside BEGIN');
SELECT fails_with(format('CALL lifecycle.export_history(%L)', :'directory' || '/none'), '58P01: export_history failed: %/none"%', 'a path is taken as it is');
UPDATE lifecycle.destinations SET enabled = true;
SELECT fails_with(format('CALL lifecycle.export_history(%L)', :'directory'), '55000: %has no source%', 'no source yet');

-- Events of two organizations, a row that breaks the contract, types that are not listed.
CALL lifecycle.install_operational_tables();
INSERT INTO lifecycle.insight (id, type, data_ref, customer_id, organization_id, created_at, details) VALUES
  (1, 'qbr', 10, NULL, 1, '2025-03-01 12:00+00', NULL), (2, 'renewal', NULL, 11, 1, '2025-03-02 23:30:00.123456+00', '{"channel": "Email", "context": "asked about \"terms\",\n\\é \u0001"}'),
  (3, 'low_usage', 10, NULL, 1, '2025-04-01 12:00+00', NULL), (4, 'low_usage', 10, NULL, 1, '2025-04-02 12:00+00', NULL), (5, 'new_logo', 20, NULL, 2, '2025-04-02 12:00+00', NULL),
  (6, 'highly_positive', 20, NULL, 2, '2025-05-01 12:00+00', '{"channel": "chat"}'), (7, 'onboarding', NULL, NULL, 2, '2025-06-01 12:00+00', NULL);
CALL lifecycle.export_history(:'directory', format => 'ndjson', compression => 'none');
SELECT is(latest_run(), 'succeeded: 7 in = 3 written + 0 superseded + 1 dead + 3 held; 0 deleted', 'every row is accounted for');
SELECT is(files(:'files'), '1.00000001.ndjson 2.00000002.ndjson manifest.json', 'a file an organization, and the manifest');
SELECT extracted_at AS moment FROM lifecycle.history_files LIMIT 1 \gset
SELECT is((SELECT string_agg(l, E'\n' ORDER BY f, n) FROM unnest(ARRAY['/1.00000001', '/2.00000002']) f, LATERAL (SELECT * FROM lifecycle._read_file(:'files' || f || '.ndjson') WITH ORDINALITY) r (l, n)),
  (SELECT string_agg(lifecycle.ndjson(h), E'\n') FROM lifecycle.lifecycle_event_history(extracted => :'moment') h), 'the rows of lifecycle_event_history(), with one time');
SELECT is((SELECT array_agg(k ORDER BY n) FROM json_object_keys((SELECT l FROM lifecycle._read_file(:'files' || '/1.00000001.ndjson') l LIMIT 1)::json) WITH ORDINALITY x (k, n)),
  '{event_id,account_id,organization_id,event_type,event_date,event_source,event_context,extracted_at,data_as_of}'::text[], 'nine columns, in order');
SELECT is(manifest(:'manifest') - '{files,columns,written_at,database,system_identifier,schema_version}'::text[],
  '{"kind": "lifecycle_ledger export", "manifest_version": 1, "dataset": "lifecycle_event_history", "contract_version": "1.0.0", "write_semantics": "replace", "destination": "lake", "time_column": "event_date", "rows": 3}'::jsonb, 'the manifest: which contract');
SELECT is((SELECT jsonb_agg(f - '{batch_id,bytes,plain_bytes,checksum,file_hash,extracted_at,earliest,latest}'::text[]) FROM jsonb_array_elements(manifest(:'manifest') -> 'files') f), '[
  {"organization_id": 1, "file": "1.00000001.ndjson", "format": "ndjson", "compression": "none", "rows": 2, "contract_version": "1.0.0", "data_as_of": "2025-03-02T23:30:00.123456+00:00", "other_types": {"low_usage": 2}, "sequence": 1},
  {"organization_id": 2, "file": "2.00000002.ndjson", "format": "ndjson", "compression": "none", "rows": 1, "contract_version": "1.0.0", "data_as_of": "2025-05-01T12:00:00+00:00", "other_types": {"new_logo": 1}, "sequence": 2}]'::jsonb,
  '... which files, what stayed out of them');
SELECT results_eq(format($$SELECT (f ->> 'rows')::bigint, f ->> 'checksum', f ->> 'file_hash', (f ->> 'bytes')::bigint, (f ->> 'extracted_at')::timestamptz FROM jsonb_array_elements(manifest(%L) -> 'files') f$$, :'manifest'),
  format($$SELECT count(*), lifecycle.parity_checksum(lifecycle.parity_text(h)), 'xxh3-128:' || min(x.file_hash), min(x.bytes), %2$L::timestamptz FROM lifecycle.lifecycle_event_history(extracted => %2$L) h,
    lifecycle._hash_file(format(%1$L, organization_id, lpad(organization_id::text, 8, '0'))) x GROUP BY organization_id ORDER BY organization_id$$, :'files' || '/%s.%s.ndjson', :'moment'), '... with counts, checksums and hashes');
SELECT is((SELECT string_agg(concat_ws(' ', destination, sequence, reason, status, rows_in, written, unchanged, dead, file, latest), '; ' ORDER BY sequence) FROM lifecycle.export_batches),
  'lake 1 export delivered 2 2 0 0 lifecycle_event_history/1.00000001.ndjson 2025-03-02 23:30:00.123456+00; lake 2 export delivered 1 1 0 0 lifecycle_event_history/2.00000002.ndjson 2025-05-01 12:00:00+00',
  'each is a batch, of the destination whose directory it is');
SELECT is((SELECT string_agg(concat_ws(' ', stage, source, key, sqlstate, code, json_pointer, body::jsonb -> 'type', contract_version), '; ') FROM lifecycle.dead_letters),
  'export lifecycle_event_history 7 23502 missing_required /account_id "onboarding" 1.0.0', 'what breaks the contract is a dead letter');

-- Again, as the destination says: the same rows, a new time, one file each.
CALL lifecycle.export_history('lake');
SELECT is(files(:'files'), '1.00000003.csv.gz 2.00000004.csv.gz manifest.json', 'the next export replaces the files');
SELECT is((SELECT count(*) FROM lifecycle.history_files), 2::bigint, '... of which there is one record each');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 1::bigint, 'what was told already is not told again');
SELECT is((SELECT count(DISTINCT extracted_at) FROM lifecycle.history_files WHERE extracted_at > :'moment'), 1::bigint, 'at one later time');
CREATE TABLE from_csv AS SELECT * FROM lifecycle.lifecycle_event_history() LIMIT 0;
\! gunzip -c "$DIRECTORY"/lifecycle_event_history/1.00000003.csv.gz > "$DIRECTORY"/unpacked
SELECT lives_ok(format('COPY from_csv FROM %L (FORMAT csv, HEADER)', :'directory' || '/unpacked'), 'COPY reads the CSV');
SELECT is((SELECT lifecycle.parity_checksum(lifecycle.parity_text(c)) FROM from_csv c), manifest(:'manifest') #>> '{files,0,checksum}', '... and has the same rows');
SELECT results_eq('SELECT * FROM from_csv ORDER BY event_id', format('SELECT * FROM lifecycle.lifecycle_event_history(1, %L) ORDER BY event_id', (SELECT max(extracted_at) FROM lifecycle.history_files)), '... value for value');
\! rm "$DIRECTORY"/unpacked

-- One organization; one without events any more; what was mended.
UPDATE lifecycle.insight SET data_ref = 20 WHERE id = 7;
CALL lifecycle.export_history('lake', 2);
SELECT is(files(:'files'), '1.00000003.csv.gz 2.00000005.csv.gz manifest.json', 'one organization alone');
SELECT is(latest_run(), 'succeeded: 3 in = 2 written + 0 superseded + 0 dead + 1 held; 0 deleted', '... and its rows alone');
CALL lifecycle.export_history('lake', 99);
SELECT is(latest_run(), 'succeeded: 0 in = 0 written + 0 superseded + 0 dead + 0 held; 0 deleted', 'one that is not there');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 1::bigint, 'part of the rows says nothing of a dead letter');
UPDATE lifecycle.insight SET type = 'low_usage' WHERE organization_id = 1;
CALL lifecycle.export_history('lake');
SELECT is(files(:'files'), '2.00000006.csv.gz manifest.json', 'an organization without events any more has no file any more');
SELECT is(latest_run(), 'succeeded: 7 in = 2 written + 0 superseded + 0 dead + 5 held; 2 deleted', '... and that is told');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 0::bigint, 'a dead letter that was mended is resolved');

-- One id, several rows.
CREATE TABLE more (id bigint, account bigint, organization bigint, type text, at timestamptz, note text);
SELECT lifecycle.register_dataset_source('lifecycle_event_history', 'more', '{"event_id": "id", "account_id": "account", "organization_id": "organization", "event_type": "type", "event_date": "at", "event_context": "note"}') \g /dev/null
INSERT INTO more VALUES (1, 10, 3, 'qbr', '2025-01-01 00:00+00', 'once'), (1, 10, 3, 'qbr', '2025-01-01 00:00+00', 'once'), (2, 10, 3, 'qbr', '2025-01-02 00:00+00', NULL), (2, 11, 3, 'qbr', '2025-01-03 00:00+00', NULL),
  (1, 10, 4, 'qbr', '2025-01-01 00:00+00', 'another organization''s'), (NULL, 10, 3, 'renewal', '2025-01-01 00:00+00', 'b'), (NULL, 10, 3, 'renewal', '2025-01-01 00:00+00', 'a'), (3, 1, NULL, 'qbr', now(), NULL);
CALL lifecycle.export_history('lake', 3);
SELECT is(latest_run(), 'succeeded: 6 in = 3 written + 2 superseded + 1 dead + 0 held; 0 deleted', 'a repeat is superseded, another event under the id is dead');
SELECT is((SELECT concat_ws(' ', key, sqlstate, code, detail, body::jsonb -> 'account_id') FROM lifecycle.dead_letters WHERE resolved_at IS NULL),
  '2 23505 key_reused Another event of organization 3 has event_id 2: qbr of account 11 on 2025-01-03 00:00:00. 10', '... and says which took it: the latest');
SELECT is((SELECT count(*) FROM lifecycle.lifecycle_event_history(3)), 3::bigint, 'lifecycle_event_history() has the same rows');
CALL lifecycle.export_history('lake');
SELECT is((SELECT string_agg(organization_id::text, ' ' ORDER BY organization_id) FROM lifecycle.history_files), '2 3 4', 'the same id in two organizations is two events');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL), 2::bigint, 'a row of no organization is a dead letter too');

CALL lifecycle.retry_dead_letters('export');
SELECT is((SELECT concat_ws(' ', rows_in, held) FROM lifecycle.pipeline_runs WHERE procedure = 'retry_dead_letters'), '0 0', 'retry_dead_letters() leaves them to the next export');

-- Where it cannot write: the alert, and what was there stays.
SELECT files(:'files') AS before \gset
INSERT INTO lifecycle.destinations (destination, kind, place) VALUES ('gone', 'directory', :'directory' || '/none');
SELECT fails_with('CALL lifecycle.export_history(''gone'')', '58P01: export_history failed: could not find directory "%/none"%', 'a directory that is missing');
SELECT is((SELECT concat_ws(' ', kind, subject, severity, message) FROM lifecycle.alerts WHERE resolved_at IS NULL AND subject = 'gone'),
  'export.history gone error export_history to "gone" failed: could not find directory "' || :'directory' || '/none"', '... is an alert');
SELECT alike(latest_run(), 'failed: %', '... and a failed run');
\! mkdir -m 777 "$DIRECTORY"/none
CALL lifecycle.export_history('gone');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, '... which ends with the next that succeeds');
SELECT is(files(:'directory' || '/none/lifecycle_event_history'), '2.00000001.ndjson 3.00000002.ndjson 4.00000003.ndjson manifest.json', '... whole');
SELECT is(files(:'files'), :'before', '... and the others are as they were');
SELECT is_empty('SELECT destination, sequence FROM lifecycle.export_batches GROUP BY destination, dataset, sequence HAVING count(*) > 1', 'a number is given once');

-- A role that may not write files, and one that may not read the tables.
CREATE ROLE history_caller;
GRANT USAGE ON SCHEMA lifecycle TO history_caller;
SELECT fails_with('CALL lifecycle.export_history(''lake'')', '42501: permission denied%', 'a stranger', 'history_caller');
DROP OWNED BY history_caller;
DROP ROLE history_caller;
\! rm -r "$DIRECTORY"
SELECT * FROM finish();
