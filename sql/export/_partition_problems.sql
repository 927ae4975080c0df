CREATE FUNCTION lifecycle._partition_problems(contract jsonb, relation regclass, one regclass DEFAULT NULL) RETURNS TABLE (rank integer, place integer, problem text, mend text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE parts (oid) AS (
    SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = _partition_problems.relation UNION ALL SELECT i.inhrelid FROM parts p JOIN pg_inherits i ON i.inhparent = p.oid),
  partitions AS (SELECT p.oid::regclass AS partition, c.relpersistence FROM parts p JOIN pg_class c ON c.oid = p.oid WHERE p.oid = coalesce(one, p.oid)),
  columns AS (
    SELECT c.place, c.name, c.required, t.attnotnull, t.attgenerated FROM lifecycle._contract_columns(contract) c
      JOIN pg_attribute t ON t.attrelid = _partition_problems.relation AND t.attname = c.name AND NOT t.attisdropped),
  keys AS (SELECT k.names FROM lifecycle._contract_keys(contract, _partition_problems.relation, NULL, false) k WHERE k.of_table = _partition_problems.relation)
  SELECT 0, 2, format('partition %s is unlogged: a crash empties it', p.partition), format('ALTER TABLE %s SET LOGGED;', p.partition) FROM partitions p WHERE p.relpersistence = 'u'
  UNION ALL
  SELECT 1, c.place, format('column %I of partition %s refuses nulls, which the contract allows', c.name, p.partition), format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL;', p.partition, c.name)
    FROM columns c CROSS JOIN partitions p JOIN pg_attribute a ON a.attrelid = p.partition AND a.attname = c.name AND a.attnotnull
    WHERE NOT c.required AND NOT c.attnotnull
  UNION ALL
  SELECT 1, c.place, format('column %I of partition %s is generated: it takes no value', c.name, p.partition), format('ALTER TABLE %s ALTER COLUMN %I DROP EXPRESSION IF EXISTS;', p.partition, c.name)
    FROM columns c CROSS JOIN partitions p JOIN pg_attribute a ON a.attrelid = p.partition AND a.attname = c.name AND a.attgenerated <> '' WHERE c.attgenerated = ''
  UNION ALL
  -- Those of the table have a part of their own here.
  SELECT 4, 0, format('partition %s has a unique index that the contract does not know: %s', p.partition, quote_ident(t.relname)),
      CASE WHEN o.conname IS NULL THEN format('DROP INDEX %s;', i.indexrelid::regclass) ELSE format('ALTER TABLE %s DROP CONSTRAINT %I;', p.partition, o.conname) END
    FROM partitions p JOIN pg_index i ON i.indrelid = p.partition AND i.indisunique JOIN pg_class t ON t.oid = i.indexrelid AND NOT t.relispartition
      LEFT JOIN pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u') AND o.conrelid = p.partition
    WHERE NOT EXISTS (SELECT FROM keys k WHERE k.names <@ ARRAY(SELECT a.attname FROM unnest(i.indkey[0 : i.indnkeyatts - 1]) AS n(number)
      LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.number AND n.number <> 0))
  UNION ALL
  -- A CHECK of the time alone says what the bounds say: it saves ATTACH PARTITION a look at all rows.
  SELECT 5, 0, format('partition %s has a constraint that the contract does not know: %s', p.partition, pg_get_constraintdef(o.oid)), format('ALTER TABLE %s DROP CONSTRAINT %I;', p.partition, o.conname)
    FROM partitions p JOIN pg_constraint o ON o.conrelid = p.partition AND o.contype IN ('c', 'f', 'x') AND o.coninhcount = 0 AND o.conparentid = 0
    WHERE NOT (o.contype = 'c' AND o.conkey = ARRAY(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = p.partition AND a.attname = lifecycle._contract_property(contract, 'timeColumn') #>> '{}'));
END
$$;
COMMENT ON FUNCTION lifecycle._partition_problems(jsonb, regclass, regclass) IS
  'Internal: what partitions of a contract''s table (one: that one alone) have of their own and the contract does not know, as _table_problems() tells it: no WAL, nulls refused, generated columns, unique indexes, constraints. rank above 3: what refuses single rows.';
