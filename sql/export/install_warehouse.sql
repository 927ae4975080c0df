CREATE PROCEDURE lifecycle.install_warehouse(warehouse name DEFAULT 'lifecycle', partition_step interval DEFAULT '1 day', distributable boolean DEFAULT false)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
  dataset record;
  tables regclass[];
  problems text;
  mends text;
  damaged record;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner('install_warehouse()');
  IF warehouse IS NULL OR partition_step IS NULL OR distributable IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'install_warehouse() takes no null',
      HINT = 'CALL lifecycle.install_warehouse(); or CALL lifecycle.install_warehouse(warehouse => ''hq'', partition_step => ''1 month'');';
  ELSIF lifecycle._partition_unit(partition_step) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('cannot partition by steps of %s', partition_step),
      HINT = 'Steps are 1 hour, 1 day, 1 week, 1 month, 3 months or 1 year.';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('lifecycle_ledger.install', 0));
  -- How the tables are made is settled by the first call.
  INSERT INTO lifecycle.warehouses AS w (warehouse, partition_step, distributable) VALUES (warehouse, partition_step, distributable) ON CONFLICT ON CONSTRAINT warehouses_pkey DO NOTHING;
  SELECT w.partition_step, w.distributable INTO partition_step, distributable FROM lifecycle.warehouses w WHERE w.warehouse = install_warehouse.warehouse;
  IF to_regnamespace(quote_ident(warehouse)) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', warehouse);
  END IF;
  FOR dataset IN
    SELECT d.dataset AS name, d.contract, s.* FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._warehouse_shape(d.contract) s
    WHERE d.status IN ('active', 'deprecated') AND s.semantics <> 'replace' ORDER BY d.dataset
  LOOP
    -- One that was damaged is mended step by step, which its guard would refuse.
    DELETE FROM lifecycle.warehouse_tables t WHERE t.warehouse = install_warehouse.warehouse AND t.dataset = dataset.name
      AND EXISTS (SELECT FROM lifecycle._broken_tables(ARRAY[t.relation]) b WHERE (b.warehouse, b.dataset) = (t.warehouse, t.dataset)) RETURNING t.* INTO damaged;
    EXECUTE lifecycle._warehouse_ddl(dataset.contract, warehouse, distributable);
    IF dataset.partitioned THEN
      PERFORM lifecycle._partition_by_time(format('%I.%I', warehouse, dataset.name)::regclass, dataset.time_column, partition_step);
    END IF;
    -- Distributed tables take no triggers: there privileges alone keep what was written.
    IF dataset.semantics <> 'versioned-upsert' AND NOT distributable THEN
      PERFORM lifecycle._guard_append_only(format('%I.%I', warehouse, dataset.name)::regclass);
      IF dataset.key_table IS NOT NULL THEN
        PERFORM lifecycle._guard_append_only(format('%I.%I', warehouse, dataset.key_table)::regclass);
      END IF;
    END IF;
    tables := ARRAY[lifecycle._warehouse_table(warehouse, dataset.name), CASE WHEN dataset.key_table IS NOT NULL THEN lifecycle._warehouse_table(warehouse, dataset.key_table) END];
    SELECT string_agg(p.problem, '; '), string_agg(DISTINCT p.mend, ' ') INTO problems, mends FROM lifecycle._table_problems(dataset.contract, tables[1], tables[2], distributable) p;
    IF problems IS NULL THEN
      INSERT INTO lifecycle.warehouse_tables AS t (warehouse, dataset, relation, key_relation, contract) VALUES (warehouse, dataset.name, tables[1], tables[2], dataset.contract)
      ON CONFLICT ON CONSTRAINT warehouse_tables_pkey DO UPDATE SET relation = excluded.relation, key_relation = excluded.key_relation, contract = excluded.contract, installed_at = now()
        WHERE (t.relation, t.key_relation, t.contract) IS DISTINCT FROM (excluded.relation, excluded.key_relation, excluded.contract);
    ELSIF damaged.relation = tables[1] THEN
      INSERT INTO lifecycle.warehouse_tables (warehouse, dataset, relation, key_relation, contract, installed_at)
        VALUES (damaged.warehouse, damaged.dataset, damaged.relation, damaged.key_relation, damaged.contract, damaged.installed_at);
      -- The other datasets need not wait for its mend.
      RAISE WARNING USING MESSAGE = format('table %I.%I is not as the contract of its dataset says', warehouse, dataset.name), DETAIL = problems || '.', HINT = mends;
    ELSE
      RAISE EXCEPTION USING ERRCODE = 'duplicate_table', MESSAGE = format('%I.%I exists and is not the table of dataset "%s"', warehouse, dataset.name, dataset.name), DETAIL = problems || '.',
        HINT = format('Install the warehouse in a schema of its own, or mend the table: %s', mends);
    END IF;
  END LOOP;
  PERFORM lifecycle._protect_warehouse(warehouse);
END
$$;
COMMENT ON PROCEDURE lifecycle.install_warehouse(name, interval, boolean) IS
  'On the receiving side: creates the tables of all active datasets in a schema (created where it is missing), with the contract''s columns, keys and write semantics, or adds the columns, and widens the texts, that a later version of a contract brings. Append-only tables are partitioned by their time column in steps of partition_step, bounds in UTC (pg_partman makes the partitions, maintain_partitions() those to come), with a narrow table NAME_keys that keeps their keys unique over all partitions, and refuse UPDATE, DELETE and TRUNCATE. distributable: keys contain org_id and there are no triggers, so that the tables can be distributed by it (docs/EXPORT.md). partition_step and distributable hold from the first call on. Row-level security is on in all of them: whoever is neither the owner nor granted anything by grant_tenant() or grant_warehouse() sees no row. lifecycle_event_history is delivered in files and has no table. Idempotent. From then on DDL that would break a contract is refused on them (docs/GOVERNANCE.md). A table of a warehouse that was altered is told by a warning, with the mend. Errors: 55000 before install(), 42501 for another role, 22023 for another step, 42P07 a table of that name is something else.';
