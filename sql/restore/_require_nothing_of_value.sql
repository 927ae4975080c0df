CREATE FUNCTION lifecycle._require_nothing_of_value() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place record;
  warehouses jsonb[] := ARRAY(SELECT to_jsonb(w.*) FROM lifecycle.warehouses w ORDER BY w.warehouse);
  warehouse jsonb;
  has_operational boolean := to_regclass('lifecycle.operation_runs') IS NOT NULL;
  own bigint;
  found text[] := '{}';
BEGIN
  FOR place IN SELECT t.relation FROM pg_temp.lifecycle_restore t WHERE t.kind = 'table' LOOP
    EXECUTE format('INSERT INTO pg_temp.lifecycle_restore (kind, relation, content) SELECT ''row'', %L::regclass, to_jsonb(r.*) - %L::text[] FROM %s r',
      place.relation, lifecycle._columns_of_the_day(place.relation), place.relation);
  END LOOP;
  PERFORM lifecycle._empty_restored();
  -- What comes back by itself is of no value.
  CALL lifecycle.install();
  FOREACH warehouse IN ARRAY warehouses LOOP
    CALL lifecycle.install_warehouse((warehouse ->> 'warehouse')::name, (warehouse ->> 'partition_step')::interval, (warehouse ->> 'distributable')::boolean);
  END LOOP;
  IF has_operational THEN
    CALL lifecycle.install_operational_tables();
  END IF;
  FOR place IN SELECT t.relation, count(*) AS rows FROM pg_temp.lifecycle_restore t WHERE t.kind = 'row' GROUP BY t.relation ORDER BY t.relation::text LOOP
    EXECUTE format('SELECT count(*) FROM pg_temp.lifecycle_restore t WHERE t.kind = ''row'' AND t.relation = %L::regclass AND NOT EXISTS (SELECT FROM %s r WHERE to_jsonb(r.*) - %L::text[] = t.content)',
      place.relation, place.relation, lifecycle._columns_of_the_day(place.relation)) INTO own;
    IF own > 0 THEN
      found := found || format('%s (%s of %s)', place.relation, own, place.rows);
    END IF;
  END LOOP;
  IF cardinality(found) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'the tables hold rows that would be lost',
      DETAIL = format('Rows that install() did not put there are in %s.', array_to_string(found, ', ')),
      HINT = 'Delete them if the dump has them or they are of no value, or restore into a fresh database: CREATE EXTENSION lifecycle_ledger; CALL lifecycle.install();';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_nothing_of_value() IS
  'Internal: raises 55000 where the tables that prepare_restore() waits for hold rows that install(), install_warehouse() and install_operational_tables() do not make anew: they are emptied, filled again and compared.';
