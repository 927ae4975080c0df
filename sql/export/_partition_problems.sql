CREATE FUNCTION lifecycle._partition_problems(contract jsonb, relation regclass, one regclass DEFAULT NULL) RETURNS TABLE (rank integer, place integer, problem text, mend text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  parts oid[] := ARRAY[one];
BEGIN
  IF one IS NULL THEN
    WITH RECURSIVE below (oid) AS (
        SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = _partition_problems.relation UNION ALL SELECT i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.oid)
      SELECT array_agg(b.oid) INTO parts FROM below b;
  END IF;
  RETURN QUERY SELECT 0, 2, format('partition %s is unlogged: a crash empties it', c.oid::regclass), format('ALTER TABLE %s SET LOGGED;', c.oid::regclass)
    FROM pg_class c WHERE c.oid = ANY (parts) AND c.relpersistence = 'u';
  -- DDL asks it often, and there are many partitions: first by the catalog alone, which has nothing to tell as a rule.
  IF EXISTS (SELECT FROM pg_attribute a JOIN pg_attribute t ON t.attrelid = _partition_problems.relation AND t.attname = a.attname
      WHERE a.attrelid = ANY (parts) AND a.attnum > 0 AND ((a.attnotnull AND NOT t.attnotnull) OR (a.attgenerated <> '' AND t.attgenerated = ''))) THEN
    RETURN QUERY SELECT 1, c.place, format(CASE WHEN a.attgenerated = '' THEN 'column %I of partition %s refuses nulls, which the contract allows' ELSE 'column %I of partition %s is generated: it takes no value' END,
        c.name, a.attrelid::regclass), format('ALTER TABLE %s ALTER COLUMN %I DROP %s;', a.attrelid::regclass, c.name, CASE WHEN a.attgenerated = '' THEN 'NOT NULL' ELSE 'EXPRESSION IF EXISTS' END)
      FROM lifecycle._contract_columns(contract) c JOIN pg_attribute t ON t.attrelid = _partition_problems.relation AND t.attname = c.name JOIN pg_attribute a ON a.attrelid = ANY (parts) AND a.attname = c.name
      WHERE (a.attgenerated = '' AND a.attnotnull AND NOT c.required AND NOT t.attnotnull) OR (a.attgenerated <> '' AND t.attgenerated = '');
  END IF;
  -- Those of the table have a part of their own here.
  IF EXISTS (SELECT FROM pg_index i JOIN pg_class t ON t.oid = i.indexrelid WHERE i.indrelid = ANY (parts) AND i.indisunique AND NOT t.relispartition) THEN
    RETURN QUERY SELECT 4, 0, format('partition %s has a unique index that the contract does not know: %s', i.indrelid::regclass, quote_ident(t.relname)),
        CASE WHEN o.conname IS NULL THEN format('DROP INDEX %s;', i.indexrelid::regclass) ELSE format('ALTER TABLE %s DROP CONSTRAINT %I;', i.indrelid::regclass, o.conname) END
      FROM pg_index i JOIN pg_class t ON t.oid = i.indexrelid LEFT JOIN pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u') AND o.conrelid = i.indrelid
      WHERE i.indrelid = ANY (parts) AND i.indisunique AND NOT t.relispartition
        AND NOT EXISTS (SELECT FROM lifecycle._contract_keys(contract, _partition_problems.relation, NULL, false) k WHERE k.of_table = _partition_problems.relation
          AND k.names <@ ARRAY(SELECT a.attname FROM unnest(i.indkey[0 : i.indnkeyatts - 1]) AS n(number) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.number AND n.number <> 0));
  END IF;
  -- A CHECK of the time alone says what the bounds say: it saves ATTACH PARTITION a look at all rows.
  IF EXISTS (SELECT FROM pg_constraint o WHERE o.conrelid = ANY (parts) AND o.contype IN ('c', 'f', 'x') AND o.coninhcount = 0 AND o.conparentid = 0) THEN
    RETURN QUERY SELECT 5, 0, format('partition %s has a constraint that the contract does not know: %s', o.conrelid::regclass, pg_get_constraintdef(o.oid)),
        format('ALTER TABLE %s DROP CONSTRAINT %I;', o.conrelid::regclass, o.conname)
      FROM pg_constraint o WHERE o.conrelid = ANY (parts) AND o.contype IN ('c', 'f', 'x') AND o.coninhcount = 0 AND o.conparentid = 0
        AND NOT (o.contype = 'c' AND o.conkey = ARRAY(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = o.conrelid AND a.attname = lifecycle._contract_property(contract, 'timeColumn') #>> '{}'));
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._partition_problems(jsonb, regclass, regclass) IS
  'Internal: what partitions of a contract''s table (one: that one alone) have of their own and the contract does not know, as _table_problems() tells it: no WAL, nulls refused, generated columns, unique indexes, constraints. rank above 3: what refuses single rows.';
