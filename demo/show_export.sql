-- 9 and 10: datasets in two warehouses and in files, and the history. Run by show.sql; :files is a directory, foreign server hq_server another PostgreSQL.
CREATE EXTENSION dblink;
CREATE TABLE demo.sent (number integer GENERATED ALWAYS AS IDENTITY, what text, runs_before bigint, runs_after bigint, milliseconds numeric);
\set begin_sent 'SELECT coalesce(max(run_id), 0) AS runs_before, clock_timestamp() AS step_began FROM lifecycle.pipeline_runs \\gset'
\set end_sent 'INSERT INTO demo.sent (what, runs_before, runs_after, milliseconds) SELECT :''what'', :runs_before, (SELECT max(run_id) FROM lifecycle.pipeline_runs), extract(epoch FROM clock_timestamp() - :''step_began'') * 1000;'

CALL lifecycle.install_warehouse('hq', '1 month');
SELECT lifecycle.register_destination('here', 'schema', 'hq') \g /dev/null
SELECT lifecycle.register_destination('there', 'server', 'hq_server', '{"warehouse": "hq"}') \g /dev/null
SELECT lifecycle.register_destination('files', 'directory', :'files', '{"compression": "zstd"}') \g /dev/null

\set what 'export'
:begin_sent
CALL lifecycle.export();
:end_sent
\set what 'export, with nothing new'
:begin_sent
CALL lifecycle.export();
:end_sent
INSERT INTO demo.checks SELECT 'an export with nothing new sends nothing', sum(rows_in)::text, '0' FROM lifecycle.pipeline_runs WHERE run_id > :runs_before;

-- Upstream goes on: runs end, companies change.
UPDATE lifecycle.operation_runs SET status = 'succeeded', ended_at = now(), duration_ms = 900 WHERE status = 'running' AND created_at < now() - interval '3 days';
UPDATE lifecycle.company_entities SET canonical_name = canonical_name || ' Ltd' WHERE industry = 'energy' AND employee_count > 600;
\set what 'export, after runs ended and companies changed'
:begin_sent
CALL lifecycle.export();
:end_sent

-- The same rows again, as after a restored backup: both warehouses have them.
\set what 'backfill of three days: all of it sent again'
SELECT date_trunc('day', now()) - interval '6 days' AS from_time, date_trunc('day', now()) - interval '3 days' AS until_time \gset
:begin_sent
CALL lifecycle.backfill('dx_operation_runs_v1', :'from_time', :'until_time', '1 day');
:end_sent
INSERT INTO demo.checks SELECT 'rows sent again change nothing in a warehouse', sum(b.written) || ' written', '0 written' FROM lifecycle.export_batches b WHERE b.reason = 'backfill' AND b.destination <> 'files';

-- Someone works on the far side by hand.
SELECT * FROM dblink('hq_server', 'WITH altered AS (UPDATE hq.dx_company_entities_v1 SET canonical_name = ''?'' WHERE entity_id IN (SELECT entity_id FROM hq.dx_company_entities_v1 ORDER BY 1 LIMIT 3) RETURNING 1),
  lost AS (DELETE FROM hq.dx_person_entities_v1 WHERE entity_id IN (SELECT entity_id FROM hq.dx_person_entities_v1 ORDER BY 1 LIMIT 2) RETURNING 1)
  SELECT (SELECT count(*) FROM altered), (SELECT count(*) FROM lost)') AS t (altered int, lost int) \gset
\set what 'reconcile, after 3 rows there were altered and 2 lost'
:begin_sent
CALL lifecycle.reconcile();
:end_sent
SELECT sum(r.differing) AS found_altered, sum(r.source_only) AS found_lost, sum(r.resent) AS resent FROM lifecycle.reconciliations r WHERE r.run_id > :runs_before AND r.check_name = 'parity' AND r.org IS NULL \gset
INSERT INTO demo.checks VALUES ('reconcile finds what was altered and lost there, and sends only that', format('%s altered, %s lost, %s sent', :'found_altered', :'found_lost', :'resent'), '3 altered, 2 lost, 5 sent');

\echo :on'9  Does the warehouse agree?':off '   CALL lifecycle.export(); five datasets to a schema here, to another PostgreSQL there, to files'
SELECT s.what AS "what happened", sum(r.rows_in) AS rows, sum(r.written) AS written, sum(r.unchanged) AS "there already", sum(r.dead) AS "dead letters", round(s.milliseconds) || ' ms' AS time
FROM demo.sent s JOIN lifecycle.pipeline_runs r ON r.run_id > s.runs_before AND r.run_id <= s.runs_after
GROUP BY s.number, s.what, s.milliseconds ORDER BY s.number;

-- The rows as the operational tables have them, by the names of the contract; what breaks it is left out.
CREATE TABLE demo.parity (dataset text, rows bigint, checksum text, here text, there text, files text);
SELECT format('INSERT INTO demo.parity (dataset, rows, checksum) SELECT %L, count(*), lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (SELECT %s FROM lifecycle.%I s %s) r', d.dataset,
  (SELECT string_agg(CASE p ->> 'name' WHEN 'export_schema_version' THEN '''v1''::text' ELSE quote_ident(p ->> 'name') END, ', ' ORDER BY n) FROM jsonb_array_elements(d.contract #> '{schema,0,properties}') WITH ORDINALITY x (p, n)),
  s.relation, s.condition)
FROM (VALUES ('dx_operation_runs_v1', 'finished_operation_runs', 'WHERE entity_type <> ''job'''), ('dx_operation_events_v1', 'operation_events', ''), ('dx_company_entities_v1', 'company_entities', ''),
  ('dx_person_entities_v1', 'person_entities', ''), ('dx_entity_snapshots_v1', 'entity_snapshots', '')) s (dataset, relation, condition) JOIN lifecycle.datasets d USING (dataset) \gexec
SELECT format('UPDATE demo.parity SET here = (SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM hq.%1$I t),
  there = (SELECT c FROM dblink(''hq_server'', ''SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM hq.%1$I t'') AS t (c text)) WHERE dataset = %1$L', dataset) FROM demo.parity \gexec
-- Each file that a manifest names, read back.
SELECT format('UPDATE demo.parity SET files = (SELECT format(''%%s in %%s file(s), %%s damaged'', sum((f ->> ''rows'')::bigint), count(*), count(*) FILTER (WHERE f ->> ''file_hash'' <> ''xxh3-128:'' || h.file_hash))
  FROM jsonb_array_elements((pg_read_file(%1$L)::jsonb) -> ''files'') f CROSS JOIN LATERAL lifecycle._hash_file(%2$L || (f ->> ''file'')) h) WHERE dataset = %3$L', :'files' || '/' || dataset || '/manifest.json', :'files' || '/' || dataset || '/', dataset)
FROM demo.parity \gexec
SELECT dataset, rows AS "rows here", split_part(checksum, ':', 2) AS checksum, CASE WHEN here = checksum THEN '=' ELSE 'differs' END AS "schema hq", CASE WHEN there = checksum THEN '=' ELSE 'differs' END AS "server hq_server",
  files AS "rows in files, as the manifest has them"
FROM demo.parity ORDER BY dataset;
INSERT INTO demo.checks SELECT 'the same rows in a schema here: ' || dataset, here, checksum FROM demo.parity;
INSERT INTO demo.checks SELECT 'the same rows on another server: ' || dataset, there, checksum FROM demo.parity;
INSERT INTO demo.checks SELECT 'files are as their manifest says: ' || dataset, split_part(files, ', ', 2), '0 damaged' FROM demo.parity;
SELECT format('   %s runs are of an entity_type that the contract does not know: dead letters (%s at %s), which keep nothing else back.', count(*), min(code), min(json_pointer)) AS line
FROM lifecycle.dead_letters WHERE stage = 'export' AND source = 'dx_operation_runs_v1' AND resolved_at IS NULL \gset
\echo :line
\echo
INSERT INTO demo.checks SELECT 'rows that break the contract are dead letters, once each', count(*)::text, (SELECT count(*)::text FROM lifecycle.finished_operation_runs WHERE entity_type = 'job')
FROM lifecycle.dead_letters WHERE stage = 'export' AND source = 'dx_operation_runs_v1' AND resolved_at IS NULL;

CALL lifecycle.export_history('files', format => 'csv', compression => 'none');
CALL lifecycle.export_history('files', format => 'csv', compression => 'none');
\echo :on'10 And the history of lifecycle events, in bulk?':off '  CALL lifecycle.export_history(''files''); one file an organization, which the next export replaces'
SELECT f ->> 'organization_id' AS organization, f ->> 'file' AS "file, as the manifest names it", f ->> 'rows' AS rows, left(f ->> 'data_as_of', 19) AS "data as of", f ->> 'checksum' AS checksum, f ->> 'other_types' AS "stayed out"
FROM jsonb_array_elements(pg_read_file(:'files' || '/lifecycle_event_history/manifest.json')::jsonb -> 'files') f;
-- Loaded elsewhere, the latest dates are what an account's last dates would be.
CREATE TABLE demo.history (event_id bigint, account_id bigint, organization_id bigint, event_type varchar(100), event_date timestamp, event_source varchar(50), event_context text, extracted_at timestamp, data_as_of timestamp);
SELECT format('COPY demo.history FROM %L (FORMAT csv, HEADER)', :'files' || '/lifecycle_event_history/' || file) FROM lifecycle.history_files \gexec
INSERT INTO demo.checks SELECT 'the history, read by COPY: the latest date of each account and type', count(*) || ' differ', '0 differ'
FROM (SELECT account_id, event_type::text AS type, max(event_date) AS at FROM demo.history GROUP BY 1, 2) h
  FULL JOIN (SELECT data_ref AS account_id, type, max(created_at) AT TIME ZONE 'UTC' AS at FROM lifecycle.insight WHERE type <> 'low_usage' AND data_ref IS NOT NULL GROUP BY 1, 2) i USING (account_id, type)
WHERE h.at IS DISTINCT FROM i.at;
INSERT INTO demo.checks SELECT 'its files are two generations, of which one is left', count(*)::text, '4' FROM pg_ls_dir(:'files' || '/lifecycle_event_history');
