CREATE FUNCTION lifecycle._install_warehouse_table(warehouse name, contract jsonb, partition_step interval, distributable boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  dataset text := contract ->> 'name';
  shape record;
  present regclass := to_regclass(format('%I.%I', warehouse, dataset));
  keys regclass;
  known record;
  problems text;
  mends text;
BEGIN
  SELECT * INTO shape FROM lifecycle._warehouse_shape(contract);
  keys := to_regclass(quote_ident(warehouse) || '.' || quote_ident(shape.key_table));
  SELECT t.*, EXISTS (SELECT FROM lifecycle._broken_tables(ARRAY[present]) b WHERE (b.warehouse, b.dataset) = (t.warehouse, t.dataset)) AS damaged INTO known
    FROM lifecycle.warehouse_tables t WHERE (t.warehouse, t.dataset) = (warehouse, dataset) AND t.relation = present;
  IF known.relation IS NULL AND present IS NOT NULL THEN
    SELECT string_agg(p.problem, '; '), string_agg(DISTINCT p.mend, ' ') INTO problems, mends FROM lifecycle._table_problems(contract, present, keys, distributable) p
      WHERE p.mend NOT LIKE 'CALL lifecycle.install_warehouse(%';
    IF problems IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'duplicate_table', MESSAGE = format('%I.%I exists and is not the table of dataset "%s"', warehouse, dataset, dataset),
        DETAIL = upper(left(problems, 1)) || substr(problems, 2) || '.', HINT = 'Install the warehouse in a schema of its own, or move that table out of the way.';
    END IF;
  END IF;
  -- One that was damaged is mended step by step, which its guard would refuse.
  DELETE FROM lifecycle.warehouse_tables t WHERE (t.warehouse, t.dataset) = (warehouse, dataset) AND (known.damaged OR known.relation IS NULL);

  EXECUTE lifecycle._warehouse_ddl(contract, warehouse, distributable);
  present := lifecycle._warehouse_table(warehouse, dataset);
  keys := CASE WHEN shape.key_table IS NOT NULL THEN lifecycle._warehouse_table(warehouse, shape.key_table) END;
  IF shape.partitioned THEN
    PERFORM lifecycle._partition_by_time(present, shape.time_column, partition_step);
  END IF;
  -- Distributed tables take no triggers: there privileges alone keep what was written.
  IF shape.semantics <> 'versioned-upsert' AND NOT distributable THEN
    PERFORM lifecycle._guard_append_only(guarded) FROM unnest(ARRAY[present, keys]) guarded WHERE guarded IS NOT NULL;
  END IF;

  SELECT string_agg(p.problem, '; '), string_agg(DISTINCT p.mend, ' ') INTO problems, mends FROM lifecycle._table_problems(contract, present, keys, distributable) p;
  INSERT INTO lifecycle.warehouse_tables AS t (warehouse, dataset, relation, key_relation, contract, digest)
    VALUES (warehouse, dataset, present, keys, CASE WHEN problems IS NULL THEN contract ELSE coalesce(known.contract, contract) END,
      CASE WHEN problems IS NULL THEN lifecycle._table_digest(contract, present, keys) END)
    ON CONFLICT ON CONSTRAINT warehouse_tables_pkey DO UPDATE SET relation = excluded.relation, key_relation = excluded.key_relation, contract = excluded.contract, digest = excluded.digest, installed_at = now()
      WHERE (t.relation, t.key_relation, t.contract, t.digest) IS DISTINCT FROM (excluded.relation, excluded.key_relation, excluded.contract, excluded.digest);
  IF problems IS NOT NULL THEN
    -- The other datasets need not wait for its mend.
    RAISE WARNING USING MESSAGE = format('table %I.%I is not as the contract of its dataset says', warehouse, dataset), DETAIL = upper(left(problems, 1)) || substr(problems, 2) || '.', HINT = mends;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._install_warehouse_table(name, jsonb, interval, boolean) IS
  'Internal: creates the table of one dataset in a warehouse or completes it, and has DDL on it held to the contract from then on. A warning where somebody altered it so that only they can mend it; 42P07 where a table of that name is something else.';
