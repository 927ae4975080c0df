-- A warehouse that was tampered with, behind its guards.
SET client_min_messages = error;
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq', '1 month');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at, cost_usd)
  SELECT id(n), 'op', 'act', 'company', id(n), id(n % 5), 'succeeded', t, t, n * 1.10
  FROM generate_series(1, 3000) n, LATERAL (SELECT timestamptz '2025-07-01 00:00+00' + n * interval '7 minutes' AS t) t;
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, canonical_domain, updated_at)
  SELECT id(n % 5), id(9), id(n), 'company ' || n, n || '.example', timestamptz '2025-07-01 00:00+00' + n * interval '17 minutes' FROM generate_series(1, 500) n;
SELECT lifecycle.register_destination('hq', 'schema', 'hq');
CALL lifecycle.export();
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', one.evtname); END LOOP;
  FOR one IN SELECT c.oid::regclass AS relation FROM pg_class c WHERE c.relnamespace = 'hq'::regnamespace AND c.relkind IN ('r', 'p') LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one.relation);
  END LOOP;
  UPDATE hq.dx_operation_runs_v1 SET cost_usd = -1 WHERE run_id = id(17);
  DELETE FROM hq.dx_operation_runs_v1 WHERE run_id = id(18);
  PERFORM lifecycle._guard_append_only(format('hq.%I', r)::regclass) FROM unnest('{dx_operation_runs_v1,dx_operation_runs_v1_keys,dx_operation_events_v1,dx_operation_events_v1_keys,dx_entity_snapshots_v1}'::text[]) r;
  FOR one IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', one.evtname); END LOOP;
END $$;
SET client_min_messages = notice;
