-- Contracts of many columns: up to 96 go straight into files, 97 to 99 through a table, with the same result; more are no contract.
-- So few rows that they come as one file, however many processes write them.
\set ON_ERROR_STOP 1
\set QUIET 1
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(10);
CALL lifecycle.install();
-- The contract of runs with texts behind its columns, as many as make n in all.
CREATE FUNCTION wide(n integer) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_set(jsonb_set(contract || jsonb_build_object('name', 'wide_' || n, 'id', 'wide_' || n), '{schema,0,name}', to_jsonb('wide_' || n)), '{schema,0,properties}', properties || more)
  FROM lifecycle.datasets d CROSS JOIN LATERAL (SELECT d.contract #> '{schema,0,properties}' AS properties) p
    CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('name', 'x' || i, 'logicalType', 'string', 'physicalType', 'text', 'required', false, 'description', 'One of many.')) AS more
      FROM generate_series(1, n - jsonb_array_length(properties)) i) m
  WHERE d.dataset = 'dx_operation_runs_v1'
$$;
SELECT throws_like('SELECT lifecycle.publish_contract(wide(100))', '%not sound%', 'a hundred columns are no contract');
CREATE PROCEDURE publish(n integer) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lifecycle.publish_contract(wide(n));
  EXECUTE format('CREATE TABLE source_%s (id uuid PRIMARY KEY, org uuid, at timestamptz, changed_xid xid8 DEFAULT pg_current_xact_id(), %s)', n, (SELECT string_agg(format('x%s text', i), ', ') FROM generate_series(1, n - 20) i));
  EXECUTE format('CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON source_%s FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid()', n);
  EXECUTE format('INSERT INTO source_%s SELECT md5(r::text)::uuid, md5(''o'')::uuid, timestamptz ''2025-07-01+00'' + r * interval ''1 second'', NULL, %s FROM generate_series(1, 100) r', n,
    (SELECT string_agg(format('CASE r %% 7 WHEN 0 THEN NULL ELSE ''v%s '' || r END', i), ', ') FROM generate_series(1, n - 20) i));
  EXECUTE format('ANALYZE source_%s', n);
  PERFORM lifecycle.register_dataset_source('wide_' || n, ('source_' || n)::regclass, (SELECT jsonb_object_agg('x' || i, 'x' || i) FROM generate_series(1, n - 20) i)
    || '{"run_id": "id", "org_id": "org", "entity_id": "id", "entity_type": {"constant": "company"}, "operation_id": {"constant": "op"}, "action_id": {"constant": "act"}, "status": {"constant": "succeeded"},
         "attempt_count": {"constant": 1}, "started_at": "at", "created_at": "at"}');
END $$;
CALL publish(96);
CALL publish(97);
CALL publish(99);
SELECT is((SELECT string_agg((d.query IS NOT NULL)::text, ' ' ORDER BY s.dataset) FROM lifecycle.dataset_sources s CROSS JOIN LATERAL lifecycle._direct_rows(lifecycle._dataset_contract(s.dataset), s.relation, s.mapping, 'true') d), 'true false false', '96 columns go straight into files');
CALL lifecycle.install_warehouse('hq');
SELECT lifecycle.register_destination('hq', 'schema', 'hq'), lifecycle.register_destination('files', 'directory', :'directory') \g /dev/null
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
CALL lifecycle.export();
SELECT is((SELECT count(*) FROM lifecycle.export_batches WHERE status <> 'delivered' OR rows_in <> 100), 0::bigint, 'all are delivered');
SELECT is((SELECT count(DISTINCT checksum) FROM lifecycle.export_batches WHERE dataset = d), 1::bigint, '... the same to both destinations: ' || d) FROM unnest('{wide_96,wide_97,wide_99}'::text[]) d;
SELECT is((SELECT lifecycle.parity_checksum(lifecycle.parity_text(w)) FROM hq.wide_96 w), (SELECT checksum FROM lifecycle.export_batches WHERE dataset = 'wide_96' AND destination = 'files'), '... and as it is there');
CALL lifecycle.reconcile();
SELECT is((SELECT string_agg(DISTINCT verdict, ' ') FROM lifecycle.reconciliations WHERE check_name IN ('parity', 'files')), 'ok', 'both sides agree');
UPDATE source_96 SET x76 = 'password=hunter2' WHERE id = md5('5')::uuid;
UPDATE source_99 SET x79 = 'password=hunter2' WHERE id = md5('5')::uuid;
CALL lifecycle.export();
SELECT is((SELECT string_agg(concat_ws(' ', source, code, json_pointer), ', ' ORDER BY source) FROM lifecycle.dead_letters), 'wide_96 secret /x76, wide_99 secret /x79', 'the last column of them is looked at like the first');
SELECT is((SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'failed'), 0::bigint, 'no run has failed');
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
