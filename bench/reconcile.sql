-- One row of the target is altered. "keys": every key of the target with a hash of its row is fetched and compared with the source's, 24 bytes
-- a row, and the row that differs is sent. Seconds, and bytes that go over the wire where the target is another server; a row that is sent
-- counts on both sides.
\set path reconcile
SET client_min_messages = error;
CREATE OR REPLACE PROCEDURE bench.alter_one_row(number bigint) LANGUAGE plpgsql AS $$
DECLARE trigger record;
BEGIN
  FOR trigger IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', trigger.evtname); END LOOP;
  FOR trigger IN SELECT relid::regclass AS relation FROM pg_partition_tree('hq.dx_operation_runs_v1') LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', trigger.relation); END LOOP;
  UPDATE hq.dx_operation_runs_v1 SET cost_usd = -1 WHERE run_id = md5('run ' || number)::uuid;
  PERFORM lifecycle._guard_append_only('hq.dx_operation_runs_v1');
  FOR trigger IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', trigger.evtname); END LOOP;
END $$;
CREATE OR REPLACE VIEW bench.expected AS SELECT 'v1'::text AS export_schema_version, run_id, NULL::uuid AS pipeline_run_id, NULL::text AS workflow_id, operation_id, operation_id AS action_id, 'company'::text AS entity_type,
  entity_id, org_id, NULL::uuid AS company_id, NULL::text AS source_provider, status, 1 AS attempt_count, started_at, NULL::timestamptz AS ended_at, duration_ms, cost_usd, NULL::text AS error_code, error_message, created_at FROM bench.runs;
CALL bench.alter_one_row(:rows / 2 + :round);
CHECKPOINT;
\set form keys
\ir begin.sql
CREATE TEMP TABLE there AS SELECT t.run_id, left(md5(lifecycle.parity_text(t)), 16) AS hash FROM hq.dx_operation_runs_v1 t;
SELECT count(*) AS differing, (SELECT sum(16 + octet_length(decode(hash, 'hex'))) FROM there) + 2 * sum(octet_length(r::text)) AS bytes
  FROM (SELECT e.run_id, left(md5(lifecycle.parity_text(e)), 16) AS hash FROM bench.expected e) s FULL JOIN there t USING (run_id) JOIN bench.runs r USING (run_id) WHERE s.hash IS DISTINCT FROM t.hash \gset plain_
\ir end.sql
DROP TABLE there;
SELECT concat_ws(',', 'reconcile_bytes', 'keys', :'round', :plain_bytes, 0) \g |cat >>"$BENCH_MEASURED"
CHECKPOINT;
\set form ours
\ir begin.sql
CALL lifecycle.reconcile('dx_operation_runs_v1');
\ir end.sql
SELECT concat_ws(',', 'reconcile_bytes', 'ours', :'round', bytes + 2 * (SELECT octet_length(r::text) FROM bench.runs r WHERE run_id = md5('run ' || :rows / 2 + :round)::uuid), 0)
  FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL ORDER BY reconciliation_id DESC LIMIT 1 \g |cat >>"$BENCH_MEASURED"
\if :first
SELECT 'reconcile,' || (:plain_differing = 1 AND (SELECT (resent, differing, verdict) = (1, 1, 'mended') FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL ORDER BY reconciliation_id DESC LIMIT 1)
  AND (SELECT lifecycle.parity_checksum(lifecycle.parity_text(e)) FROM bench.expected e) = (SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM hq.dx_operation_runs_v1 t))
\g |cat >>"$BENCH_CHECKED"
\endif
