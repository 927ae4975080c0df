-- backfill(): windows replayed to every destination, resumed where it stopped, beside exports.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(28);
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq', '1 month');
CALL lifecycle.install_warehouse('other', '1 month');
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION last_run(destination text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', status, rows_in, '=', written, '+', unchanged, '+', dead) FROM lifecycle.pipeline_runs WHERE source_system LIKE '%@' || destination || ' backfill' ORDER BY run_id DESC LIMIT 1
$$;
-- One run an hour, from 2025-07-01 00:00 UTC on, for ten days.
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at)
  SELECT id(n), 'op', 'act', 'company', id(n), id(n % 3), 'succeeded', '2025-07-01 00:00+00'::timestamptz + (n - 1) * interval '1 hour', '2025-07-01+00' FROM generate_series(1, 240) n;

\set ON_ERROR_STOP 0
CALL lifecycle.backfill('dx_runs', '2025-07-01', '2025-07-02');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '42704', 'an unknown dataset');
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-02', '2025-07-01');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22023', 'an end before the beginning');
CALL lifecycle.backfill('dx_operation_runs_v1', '-infinity', '2025-07-01');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22023', 'an endless time');
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01', '2025-07-02', '0');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22023', 'a step that goes nowhere');
CALL lifecycle.backfill('dx_operation_runs_v1', '1025-07-01', '2025-07-02', '1 second');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22023', 'too many steps');
CALL lifecycle.backfill('dx_operation_runs_v1', NULL, '2025-07-02');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '22004', 'a null');
CALL lifecycle.backfill('lifecycle_event_history', '2025-07-01', '2025-07-02');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '0A000', 'a dataset that leaves in bulk');
BEGIN;
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01', '2025-07-02');
ROLLBACK;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'inside a transaction block');
\set ON_ERROR_STOP 1
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01', '2025-07-02');
SELECT is((SELECT count(*) FROM lifecycle.backfills), 0::bigint, 'nobody to send it to: nothing is done');

SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_runs_v1}');
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-02 00:00+00', '2025-07-04 12:00+00');
SELECT is(last_run('hq'), 'succeeded 60 = 60 + 0 + 0', 'the windows are sent');
SELECT is((SELECT concat_ws(' ', min(created_at) AT TIME ZONE 'UTC', max(created_at) AT TIME ZONE 'UTC', count(*)) FROM hq.dx_operation_runs_v1), '2025-07-02 00:00:00 2025-07-04 11:00:00 60', 'from the first instant, before the last');
SELECT is((SELECT string_agg(reason || ' ' || rows_in, ', ' ORDER BY sequence) FROM lifecycle.export_batches), 'backfill 24, backfill 24, backfill 12', 'a batch a day');
SELECT is((SELECT concat_ws(' ', rows_in, done_until = until_time, finished_at IS NOT NULL) FROM lifecycle.backfills), '60 t t', 'on record');
CALL lifecycle.export('dx_operation_runs_v1');
SELECT is((SELECT concat_ws(' ', rows_in, written, unchanged) FROM lifecycle.export_batches WHERE reason = 'export'), '240 180 60', 'an export writes only what is not there');
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-02 00:00+00', '2025-07-04 12:00+00');
SELECT is(last_run('hq'), 'succeeded 60 = 0 + 60 + 0', 'a finished one begins anew when called again: the warehouse has it all');

-- One destination fails, the others go on; the same call goes on where it stopped.
SELECT lifecycle.register_destination('other', 'schema', 'other', datasets => '{dx_operation_runs_v1}');
SELECT lifecycle.register_destination('files', 'directory', :'directory', datasets => '{dx_operation_runs_v1}');
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at >= '2025-07-04+00' THEN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'no room'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON other.dx_operation_runs_v1 FOR EACH ROW EXECUTE FUNCTION public.refuse();
\set ON_ERROR_STOP 0
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01 00:00+00', '2025-07-11 00:00+00');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '53100', 'a destination without room');
SELECT is(:'LAST_ERROR_MESSAGE'::text, 'backfill of dataset "dx_operation_runs_v1" to destination "other" failed at 2025-07-04 00:00:00+00: no room', '... where');
\set ON_ERROR_STOP 1
SELECT is((SELECT string_agg(concat_ws(' ', destination, rows_in, (done_until AT TIME ZONE 'UTC')::date, finished_at IS NOT NULL), ', ' ORDER BY destination) FROM lifecycle.backfills WHERE backfill_id = 3),
  'files 240 2025-07-11 t, hq 240 2025-07-11 t, other 72 2025-07-04 f', 'the others are done, it stands where it failed');
SELECT is((SELECT count(*) FROM lifecycle.export_batches WHERE status <> 'delivered'), 0::bigint, '... and keeps no export waiting');
DROP TRIGGER refuse ON other.dx_operation_runs_v1;
CALL lifecycle.backfill('dx_operation_runs_v1', '2025-07-01 00:00+00', '2025-07-11 00:00+00');
SELECT is(last_run('other'), 'succeeded 168 = 168 + 0 + 0', 'the same call goes on');
SELECT is((SELECT count(*) FROM lifecycle.backfills WHERE backfill_id > 3), 0::bigint, '... and is no other one');
SELECT is((SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM other.dx_operation_runs_v1 t), (SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM hq.dx_operation_runs_v1 t), 'both warehouses agree');
SELECT is((SELECT concat_ws(' ', m -> 'rows', jsonb_array_length(m -> 'files'), m #>> '{files,0,reason}') FROM (SELECT string_agg(line, E'\n')::jsonb AS m FROM lifecycle._read_file(:'directory' || '/dx_operation_runs_v1/manifest.json') line) x),
  '240 10 backfill', 'the manifest of the directory says what its files are');

-- Months, times without a zone, rows that break the contract
CREATE TABLE runs (id uuid, org uuid, kind text, state text, at timestamp);
INSERT INTO runs SELECT id(1000 + n), id(1), CASE WHEN n = 5 THEN 'job' ELSE 'company' END, 'succeeded', '2024-01-01 00:30'::timestamp + n * interval '6 hours' FROM generate_series(0, 399) n;
INSERT INTO runs VALUES (id(5000), id(1), 'company', 'succeeded', NULL);
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'runs', '{"run_id": "id", "org_id": "org", "entity_type": "kind", "entity_id": "id", "status": "state", "operation_id": {"constant": "op"},
  "action_id": {"constant": "a"}, "attempt_count": {"constant": 1}, "started_at": "at", "created_at": "at", "time_zone": "Europe/Berlin"}') IS NOT NULL AS registered;
CALL lifecycle.backfill('dx_operation_runs_v1', '2024-01-01 00:00+00', '2024-03-01 00:00+00', '1 month');
SELECT is(last_run('hq'), 'succeeded ' || (SELECT count(*) FROM runs WHERE at AT TIME ZONE 'Europe/Berlin' >= '2024-01-01+00' AND at AT TIME ZONE 'Europe/Berlin' < '2024-03-01+00')
  || (SELECT format(' = %s + 0 + 1', count(*) - 1) FROM runs WHERE at AT TIME ZONE 'Europe/Berlin' >= '2024-01-01+00' AND at AT TIME ZONE 'Europe/Berlin' < '2024-03-01+00'), 'the instants count, whatever the source''s zone');
SELECT is((SELECT array_agg(rows_in ORDER BY sequence) FROM (SELECT * FROM lifecycle.export_batches WHERE destination = 'hq' ORDER BY sequence DESC LIMIT 2) b), ARRAY[
  (SELECT count(*) - 1 FROM runs WHERE at AT TIME ZONE 'Europe/Berlin' >= '2024-01-01+00' AND at AT TIME ZONE 'Europe/Berlin' < '2024-02-01+00'),
  (SELECT count(*) FROM runs WHERE at AT TIME ZONE 'Europe/Berlin' >= '2024-02-01+00' AND at AT TIME ZONE 'Europe/Berlin' < '2024-03-01+00')], 'a month is a month');
SELECT is((SELECT concat_ws(' ', count(*), min(json_pointer)) FROM lifecycle.dead_letters), '1 /kind', 'what breaks the contract is a dead letter, told once');
CALL lifecycle.backfill('dx_operation_runs_v1', '2030-01-01 00:00+00', '2030-02-01 00:00+00');
SELECT is(last_run('hq'), 'succeeded 0 = 0 + 0 + 0', 'windows without rows');
SELECT is((SELECT count(*) FROM lifecycle.progress), 0::bigint, 'nothing is left running');
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
