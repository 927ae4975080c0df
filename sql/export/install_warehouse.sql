CREATE PROCEDURE lifecycle.install_warehouse(warehouse name DEFAULT 'lifecycle', partition_step interval DEFAULT '1 day', distributable boolean DEFAULT false)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_writable('install_warehouse');
  PERFORM lifecycle._require_owner('install_warehouse()');
  IF warehouse IS NULL OR partition_step IS NULL OR distributable IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'install_warehouse() takes no null',
      HINT = 'CALL lifecycle.install_warehouse(); or CALL lifecycle.install_warehouse(warehouse => ''hq'', partition_step => ''1 month'');';
  ELSIF lifecycle._partition_unit(partition_step) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('cannot partition by steps of %s', partition_step),
      HINT = 'Steps are 1 hour, 1 day, 1 week, 1 month, 3 months or 1 year.';
  END IF;
  PERFORM lifecycle._lock_installation();
  -- How the tables are made is settled by the first call.
  INSERT INTO lifecycle.warehouses AS w (warehouse, partition_step, distributable) VALUES (warehouse, partition_step, distributable) ON CONFLICT ON CONSTRAINT warehouses_pkey DO NOTHING;
  SELECT w.partition_step, w.distributable INTO partition_step, distributable FROM lifecycle.warehouses w WHERE w.warehouse = install_warehouse.warehouse;
  IF to_regnamespace(quote_ident(warehouse)) IS NULL THEN
    EXECUTE format('CREATE SCHEMA %I', warehouse);
  END IF;
  PERFORM lifecycle._install_warehouse_table(warehouse, d.contract, partition_step, distributable)
    FROM (SELECT d.contract FROM lifecycle.datasets d
      WHERE d.status IN ('active', 'deprecated') AND lifecycle._contract_property(d.contract, 'writeSemantics') <> '"replace"' ORDER BY d.dataset) d;
  PERFORM lifecycle._protect_warehouse(warehouse);
END
$$;
COMMENT ON PROCEDURE lifecycle.install_warehouse(name, interval, boolean) IS
  'On the receiving side: creates the tables of all active datasets in a schema (created where it is missing), with the contract''s columns, keys and write semantics, or adds the columns, and widens the texts, that a later version of a contract brings. Append-only tables are partitioned by their time column in steps of partition_step, bounds in UTC (pg_partman makes the partitions, maintain_partitions() those to come), with a narrow table NAME_keys that keeps their keys unique over all partitions, and refuse UPDATE, DELETE and TRUNCATE. distributable: keys contain org_id and there are no triggers, so that the tables can be distributed by it (docs/SCALE.md). partition_step and distributable hold from the first call on. Row-level security is on in all of them: whoever is neither the owner nor granted anything by grant_tenant() or grant_warehouse() sees no row. lifecycle_event_history is delivered in files and has no table. Idempotent. From then on DDL that would break a contract is refused on them (docs/GOVERNANCE.md). A table of a warehouse that was altered is told by a warning, with the mend. Errors: 55000 before install(), 42501 for another role, 22023 for another step, 42P07 a table of that name is something else.';
