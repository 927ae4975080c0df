-- export_history() of a million rows takes no more memory than one of fifty thousand, and has the dates that account data would hold.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(7);
\set directory `mktemp -d /tmp/history.XXXXXX && chmod 777 /tmp/history.* 2>/dev/null`
\setenv DIRECTORY :directory

-- The address space the backend has had at most: shared memory, mapped at its start, does not move it.
CREATE FUNCTION peak_kb() RETURNS bigint LANGUAGE sql AS $$
  SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmPeak:\s+(\d+)'))[1]::bigint $$;
SET max_parallel_workers_per_gather = 0;
SET max_parallel_maintenance_workers = 0;
SET maintenance_work_mem = '8MB';
CREATE TABLE insights (id bigint, account_id bigint, organization_id bigint, type text, at timestamptz, context text);
CREATE FUNCTION fill(rows integer) RETURNS void LANGUAGE sql AS $$
  TRUNCATE insights;
  INSERT INTO insights SELECT n, n % 4999, 1 + (n % 10 = 0)::integer, (ARRAY['qbr', 'renewal', 'expansion_opp', 'churn_risk'])[1 + n % 4],
    timestamptz '2023-01-01 00:00+00' + (n::bigint * 7919 % 70000000) * interval '1.000001 second', CASE WHEN n % 3 = 0 THEN repeat('asked about terms ', 5) END FROM generate_series(1, rows) n;
  ANALYZE insights $$;
SELECT lifecycle.register_dataset_source('lifecycle_event_history', 'insights', '{"event_id": "id", "account_id": "account_id", "organization_id": "organization_id", "event_type": "type", "event_date": "at", "event_context": "context"}') \g /dev/null
SELECT fill(50000) \g /dev/null
CALL lifecycle.export_history(:'directory', format => 'csv');
SELECT is((SELECT sum(rows) FROM lifecycle.history_files), 50000::numeric, 'fifty thousand events');

-- The files, read back by COPY, against plain SQL over the source.
CREATE TABLE loaded AS SELECT * FROM lifecycle.lifecycle_event_history() LIMIT 0;
SELECT format('COPY loaded FROM %L (FORMAT csv, HEADER)', directory || '/lifecycle_event_history/' || file) FROM lifecycle.history_files ORDER BY organization_id \gexec
ANALYZE loaded;
SELECT results_eq('SELECT count(*), lifecycle.parity_checksum(lifecycle.parity_text(l)) FROM loaded l GROUP BY organization_id ORDER BY organization_id',
  'SELECT rows, checksum FROM lifecycle.history_files ORDER BY organization_id', 'COPY reads what was written');
SELECT is_empty('SELECT * FROM (SELECT account_id, event_type::text, max(event_date) AS at FROM loaded GROUP BY 1, 2) h
  FULL JOIN (SELECT account_id, type AS event_type, max(at) AT TIME ZONE ''UTC'' AS at FROM insights GROUP BY 1, 2) a USING (account_id, event_type) WHERE h.at IS DISTINCT FROM a.at',
  'the latest date of each account and type is the one account data would hold');
SELECT is_empty('SELECT event_id FROM loaded l FULL JOIN insights i ON i.id = l.event_id WHERE (l.account_id, l.organization_id, l.event_type::text, l.event_date, l.event_context)
  IS DISTINCT FROM (i.account_id, i.organization_id, i.type, i.at AT TIME ZONE ''UTC'', i.context)', '... and every event is there');
SELECT results_eq('SELECT DISTINCT organization_id, extracted_at, data_as_of FROM loaded ORDER BY 1',
  'SELECT organization_id, (SELECT min(extracted_at) FROM lifecycle.history_files) AT TIME ZONE ''UTC'', max(at) AT TIME ZONE ''UTC'' FROM insights GROUP BY 1 ORDER BY 1', 'extracted at one time, as of the latest event of each');

SELECT peak_kb() AS before \gset
SELECT fill(1000000) \g /dev/null
CALL lifecycle.export_history(:'directory');
SELECT results_eq('SELECT organization_id, rows FROM lifecycle.history_files ORDER BY 1', 'VALUES (1::bigint, 900000::bigint), (2, 100000)', 'a million events');
SELECT cmp_ok(peak_kb() - :before, '<', 32768::bigint, '... in less than 32 MB more');
\! rm -r "$DIRECTORY"
SELECT * FROM finish();
