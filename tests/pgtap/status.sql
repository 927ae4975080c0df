-- status, and the same as OpenMetrics text: one line for each thing that can be wrong, and a text that keeps the grammar.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
SELECT is_empty('SELECT * FROM lifecycle.status', 'nothing to say of nothing');
CALL make_runs(1, 100);
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_operation_runs_v1}') \g /dev/null
SELECT results_eq('SELECT kind, source_system, relation, destination, verdict FROM lifecycle.status', $$VALUES ('dataset', 'dx_operation_runs_v1' COLLATE "C", 'to schema hq', 'hq' COLLATE "C", 'not delivered: CALL lifecycle.export()')$$, 'a dataset that was never delivered');
CALL lifecycle.export();
SELECT results_eq('SELECT last_run, last_status, rows_in, written, parity, dead_letters, failed_batches, alerts, lag_allowed, verdict FROM lifecycle.status',
  $$VALUES ('export', 'succeeded', 100::bigint, 100::bigint, NULL, 0::bigint, 0::bigint, 0::bigint, interval '30 minutes', 'ok')$$, 'delivered');
CALL lifecycle.reconcile();
SELECT results_eq('SELECT parity, parity_at > now() - interval ''1 minute'', since_reconcile < interval ''1 minute'', verdict FROM lifecycle.status', $$VALUES ('ok', true, true, 'ok')$$, 'and compared');
UPDATE lifecycle.pipeline_runs SET started_at = started_at - interval '31 minutes' WHERE procedure = 'export';
UPDATE lifecycle.export_batches SET delivered_at = delivered_at - interval '31 minutes';
SELECT is((SELECT verdict FROM lifecycle.status), 'late: CALL lifecycle.export()', 'no export for longer than the contract allows');
CALL lifecycle.export();
SELECT is((SELECT verdict FROM lifecycle.status), 'ok', 'one that finds nothing will do');
UPDATE lifecycle.reconciliations SET checked_at = checked_at - interval '27 hours';
SELECT is((SELECT verdict FROM lifecycle.status), 'reconcile is overdue', 'a comparison is due every day');
CALL lifecycle.reconcile();
INSERT INTO lifecycle.operation_runs (operation_id, action_id, entity_type, entity_id, org_id, status) VALUES ('op', 'act', 'robot', id(1), id(1), 'succeeded');
CALL lifecycle.export();
SELECT results_eq('SELECT dead_letters, verdict FROM lifecycle.status', $$VALUES (1::bigint, 'rows are dead letters: SELECT * FROM lifecycle.dead_letter_causes')$$, 'dead letters');
CALL open_guards();
INSERT INTO hq.dx_operation_runs_v1 SELECT r.* FROM hq.dx_operation_runs_v1 o, LATERAL (SELECT (jsonb_populate_record(o, jsonb_build_object('run_id', id(900001)))).*) r WHERE o.run_id = id(50);
CALL close_guards();
CALL lifecycle.reconcile();
SELECT results_eq('SELECT kind, source_system, relation, alerts, left(verdict, 19) FROM lifecycle.status ORDER BY kind',
  $$VALUES ('alert', 'dx_operation_runs_v1@hq' COLLATE "C", 'target_only', 1::bigint, 'error: 1 rows of da'), ('dataset', 'dx_operation_runs_v1', 'to schema hq', 1, 'parity: target_only')$$, 'a row that only the target has');
INSERT INTO lifecycle.export_batches (batch_id, destination, dataset, sequence, reason, contract_version, status, sqlstate, message, attempts) VALUES (id(1), 'hq', 'dx_operation_runs_v1', 2, 'export', '1.0.0', 'failed', '08006', 'gone', 3);
SELECT results_eq('SELECT failed_batches, verdict FROM lifecycle.status WHERE kind = ''dataset''', $$VALUES (1::bigint, 'batch 2 failed 3 times: gone')$$, 'a batch that fails');
UPDATE lifecycle.export_batches SET attempts = 0 WHERE sequence = 2;
SELECT is((SELECT verdict FROM lifecycle.status WHERE kind = 'dataset'), 'batch 2 goes out with the next export: CALL lifecycle.export(); it failed: gone', '... is taken up again');
UPDATE lifecycle.export_batches SET status = 'dead', attempts = 10 WHERE sequence = 2;
SELECT is((SELECT verdict FROM lifecycle.status WHERE kind = 'dataset'), 'batch 2 was given up: CALL lifecycle.retry_dead_letters(''export''); gone', '... and is given up');
INSERT INTO lifecycle.pipeline_runs (procedure, status, started_at, finished_at) SELECT 'ingest_events', 'succeeded', now() - interval '1 hour' - n * interval '1 minute', now() - interval '1 hour' - n * interval '1 minute' FROM generate_series(0, 9) n ORDER BY n DESC;
SELECT results_eq('SELECT source_system, lag > interval ''50 minutes'', verdict FROM lifecycle.status WHERE kind = ''run''', $$VALUES ('ingest_events' COLLATE "C", true, 'overdue: it used to run every 00:01:00')$$, 'a run that no longer comes');
INSERT INTO lifecycle.pipeline_runs (procedure, status, sqlstate, message) VALUES ('process_triggers', 'failed', '42501', 'permission denied');
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'process_triggers'), 'failed: permission denied', 'one that failed');

-- The text
UPDATE lifecycle.alerts SET subject = E'a\\b "c"\nd';
SELECT lifecycle.openmetrics() AS text \gset
CREATE TABLE lines AS SELECT n, line, (regexp_match(line, '^# (TYPE|UNIT|HELP) ([a-z_]+) (.+)$'))[1:3] AS meta, (regexp_match(line, '^([a-z_]+)\{(.*)\} (\S+)$'))[1:3] AS sample
  FROM regexp_split_to_table(:'text', E'\n') WITH ORDINALITY AS l(line, n);
SELECT is((SELECT line FROM lines ORDER BY n DESC LIMIT 1), '# EOF', 'it ends with its end');
SELECT is((SELECT count(*) FROM lines WHERE line = '# EOF'), 1::bigint, '... once');
SELECT is((SELECT string_agg(line, '; ') FROM lines WHERE line <> '# EOF' AND meta IS NULL AND sample IS NULL), NULL, 'every line is metadata or a sample');
CREATE TABLE families AS SELECT meta[2] AS family, min(n) AS first, max(CASE meta[1] WHEN 'TYPE' THEN meta[3] END) AS kind, max(CASE meta[1] WHEN 'UNIT' THEN meta[3] END) AS unit, max(CASE meta[1] WHEN 'HELP' THEN meta[3] END) AS help,
  count(*) AS lines FROM lines WHERE meta IS NOT NULL GROUP BY 1;
SELECT ok(bool_and(kind IN ('gauge', 'counter', 'info', 'stateset') AND help LIKE '%.' AND lines = 2 + (unit IS NOT NULL)::integer), 'families have a type, once, and a help') FROM families;
SELECT ok(bool_and((unit IS NOT NULL) = (family LIKE '%\_seconds') AND (unit IS NULL OR family LIKE '%\_' || unit)), 'a unit is part of the name') FROM families;
SELECT is_empty($$SELECT l.line FROM lines l LEFT JOIN families f ON l.sample[1] = f.family || CASE f.kind WHEN 'counter' THEN '_total' WHEN 'info' THEN '_info' ELSE '' END
  WHERE l.sample IS NOT NULL AND (f.family IS NULL OR l.n < f.first OR l.n > (SELECT coalesce(min(o.first), 1e9) FROM families o WHERE o.first > f.first))$$, 'samples follow their family, under its name');
SELECT is_empty($$SELECT line FROM lines WHERE sample IS NOT NULL AND (sample[2] !~ '^([a-z_]+="([^"\\\n]|\\["\\n])*")(,[a-z_]+="([^"\\\n]|\\["\\n])*")*$' OR sample[3] !~ '^-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?$')$$, 'labels are quoted, values are numbers');
SELECT is((SELECT count(*) - count(DISTINCT (sample[1], sample[2])) FROM lines WHERE sample IS NOT NULL), 0::bigint, 'no sample twice');
SELECT is((SELECT sample[2] FROM lines WHERE sample[1] = 'lifecycle_alerts'), 'kind="target_only",severity="error",subject="a\\b \"c\"\nd"', 'labels are escaped');
SELECT is((SELECT string_agg(sample[2] || sample[3], E'\n' ORDER BY n) FROM lines WHERE sample[1] = 'lifecycle_export_parity' AND sample[3] = '1'), 'dataset="dx_operation_runs_v1",destination="hq",lifecycle_export_parity="target_only"1', 'of a state set one state holds');
SELECT is((SELECT sample[2] || ' ' || sample[3] FROM lines WHERE sample[1] = 'lifecycle_export_undelivered_batches'), 'dataset="dx_operation_runs_v1",destination="hq",status="dead" 1', 'batches that were given up');
SELECT is((SELECT sample[3] FROM lines WHERE sample[1] = 'lifecycle_export_rows_total'), '100', 'rows delivered');
CREATE ROLE status_reader;
GRANT USAGE ON SCHEMA lifecycle TO status_reader;
GRANT SELECT ON lifecycle.schema_version, lifecycle.status, lifecycle.export_batches, lifecycle.dead_letters, lifecycle.alerts TO status_reader;
SET ROLE status_reader;
SELECT lives_ok('SELECT lifecycle.openmetrics()', 'a reader of these tables may ask');
RESET ROLE;
DROP OWNED BY status_reader;
DROP ROLE status_reader;
SELECT * FROM finish();
