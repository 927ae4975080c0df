-- What the tests of reconcile() share: operational tables, a warehouse "hq" in the same database, rows, and a way to tamper with what is
-- append-only. Include it first: \ir ../lib/reconcile_fixture.sql
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq', '1 month');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE PROCEDURE make_runs(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at, cost_usd, error_message)
  SELECT id(n), 'op', 'act', 'company', id(n), id(n % 5), 'succeeded', t, t, n * 1.10, CASE WHEN n % 7 = 0 THEN E'back\\slash, "quote"\n' || n END
  FROM generate_series(first, last) n, LATERAL (SELECT timestamptz '2025-07-01 00:00+00' + n * interval '7 minutes' AS t) t
$$;
CREATE PROCEDURE make_events(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id, metadata_json)
  SELECT id(1000000 + n), id(n / 3), 'request_sent', n % 3, timestamptz '2025-07-01 00:00+00' + n * interval '3 minutes', id(n % 5), 'company', id(n), jsonb_build_object('n', n, 'x', 0.5)
  FROM generate_series(first, last) n
$$;
CREATE PROCEDURE make_companies(first bigint, last bigint) LANGUAGE sql AS $$
  INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, canonical_domain, updated_at)
  SELECT id(n % 5), id(9), id(n), 'company ' || n, n || '.example', timestamptz '2025-07-01 00:00+00' + n * interval '17 minutes' FROM generate_series(first, last) n
$$;
-- As nobody may: the guards of a table, and what keeps them, are off until closed.
CREATE PROCEDURE open_guards() LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  FOR one IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', one.evtname); END LOOP;
  FOR one IN SELECT c.oid::regclass AS relation FROM pg_class c WHERE c.relnamespace = 'hq'::regnamespace AND c.relkind IN ('r', 'p') LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one.relation);
  END LOOP;
END $$;
CREATE PROCEDURE close_guards() LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  PERFORM lifecycle._guard_append_only(format('hq.%I', r)::regclass) FROM unnest('{dx_operation_runs_v1,dx_operation_runs_v1_keys,dx_operation_events_v1,dx_operation_events_v1_keys,dx_entity_snapshots_v1}'::text[]) r;
  FOR one IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format('ALTER EVENT TRIGGER %I ENABLE', one.evtname); END LOOP;
END $$;
-- The latest word on a dataset at a destination: verdict, and what was found and done.
CREATE FUNCTION verdict(name text, place text DEFAULT 'hq') RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('%s: %s/%s rows, %s differ, %s source only, %s target only; %s sent, %s overwritten, %s tombstones, %s held', verdict, source_rows, target_rows, differing, source_only, target_only,
    resent, overwritten, tombstones, held)
  FROM lifecycle.reconciliations WHERE check_name = 'parity' AND dataset = name AND destination = place AND org IS NULL ORDER BY reconciliation_id DESC LIMIT 1
$$;
-- Whether both sides hold the same rows, by the statement that docs/RECONCILIATION.md prints.
CREATE FUNCTION differences(source regclass, target regclass, columns text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
  EXECUTE format('SELECT (SELECT count(*) FROM (SELECT %1$s FROM %2$s EXCEPT SELECT %1$s FROM %3$s) x) + (SELECT count(*) FROM (SELECT %1$s FROM %3$s EXCEPT SELECT %1$s FROM %2$s) x)', columns, source, target) INTO found;
  RETURN found;
END $$;
CREATE FUNCTION columns_of(name text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(c.name, ', ' ORDER BY c.place) FROM lifecycle._contract_columns(lifecycle._dataset_contract(columns_of.name)) c WHERE NOT c.computed AND c.name <> 'export_schema_version'
$$;
