CREATE FUNCTION lifecycle._adopt_partition(attached oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  partition regclass := attached;
  contract jsonb;
  relation regclass;
  key_relation regclass;
  shape record;
  key_columns text;
  own text;
  lacking text;
  example text;
  is_empty boolean;
BEGIN
  IF to_regclass('lifecycle.warehouse_tables') IS NULL OR NOT has_table_privilege('lifecycle.warehouse_tables', 'SELECT') THEN
    RETURN;
  END IF;
  SELECT w.contract, w.relation, w.key_relation INTO contract, relation, key_relation FROM lifecycle.warehouse_tables w WHERE w.relation = pg_partition_root(attached);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM lifecycle._protect_partitions(relation);
  IF lifecycle._lies_elsewhere(relation) OR (SELECT c.relkind <> 'r' FROM pg_class c WHERE c.oid = partition) THEN
    RETURN;
  END IF;
  EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', partition) INTO is_empty;
  IF is_empty THEN
    RETURN;
  END IF;
  IF key_relation IS NOT NULL THEN
    -- Keys are kept apart, and a row whose key nobody keeps could come a second time. One that was here before has its own still.
    SELECT * INTO shape FROM lifecycle._warehouse_shape(contract);
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), string_agg(format('p.%I', attname), ', ' ORDER BY attnum) INTO key_columns, own
      FROM pg_attribute WHERE attrelid = key_relation AND attnum > 0 AND NOT attisdropped;
    lacking := format('FROM %s p WHERE NOT EXISTS (SELECT FROM %s k WHERE %s)', partition, key_relation,
      (SELECT string_agg(format('k.%1$I = p.%1$I', name), ' AND ') FROM unnest(shape.key || shape.tenant || shape.time_column) name));
    EXECUTE format('INSERT INTO %s (%s) SELECT %s %s ON CONFLICT DO NOTHING', key_relation, key_columns, own, lacking);
    EXECUTE format('SELECT concat_ws(''/'', %s) %s LIMIT 1', (SELECT string_agg(format('p.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)), lacking) INTO example;
    IF example IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('rows of partition %s have keys that other rows of %s have', partition, relation),
        DETAIL = format('One is %s (%s).', example, array_to_string(shape.key, ', ')), HINT = 'Take them out of it before it is attached.';
    END IF;
  END IF;
  RAISE NOTICE USING MESSAGE = format('partition %s came with rows', partition), DETAIL = 'Whoever owns a table that is no partition can edit it.', HINT = 'CALL lifecycle.reconcile(); at their source compares them, and brings back what is otherwise.';
END
$$;
COMMENT ON FUNCTION lifecycle._adopt_partition(oid) IS
  'Internal: after a table was attached as a partition, where that is to a table of a warehouse: row-level security as the others have it; where it has rows, their keys are kept, and a notice says that they may be others than were sent. Error 55000 where another row has a key.';
