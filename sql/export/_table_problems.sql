CREATE FUNCTION lifecycle._table_problems(contract jsonb, relation regclass, key_relation regclass, distributable boolean)
RETURNS TABLE (problem text, mend text, stricter boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  -- Planned once a session: that costs more than the query, and DDL asks it often.
  RETURN QUERY
  WITH shape AS (SELECT * FROM lifecycle._warehouse_shape(contract)),
  columns AS (
    SELECT c.place, c.name, c.type, c.required, r.relation, a.attnum IS NULL AS is_missing, a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a' AS is_generated,
      coalesce(format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> 0 AND NOT l.collisdeterministic THEN format(' COLLATE %I', l.collname) ELSE '' END, '') AS is_type,
      -- As wide as the contract says, or wider. Columns of keys are joined by: of exactly that type.
      CASE WHEN c.type <> 'text' AND c.type NOT LIKE 'varchar%'
          THEN a.atttypid = c.type::regtype AND (a.atttypmod = -1 OR c.type IN ('timestamptz', 'timestamp') AND a.atttypmod = 6)
        WHEN a.attcollation <> 0 AND NOT l.collisdeterministic THEN false
        WHEN k.in_key THEN a.atttypid = c.type::regtype AND a.atttypmod = coalesce(substring(c.type FROM '\d+')::integer + 4, -1)
        ELSE a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod - 4 >= substring(c.type FROM '\d+')::integer) END IS TRUE AS fits
    FROM shape s CROSS JOIN lifecycle._contract_columns(contract) c
      CROSS JOIN LATERAL (SELECT c.key_position IS NOT NULL OR EXISTS (SELECT FROM jsonb_array_elements(s.guards) g WHERE g ? c.name::text) AS in_key) k
      CROSS JOIN LATERAL (SELECT _table_problems.relation UNION ALL SELECT key_relation WHERE key_relation IS NOT NULL AND (k.in_key OR c.name IN (s.tenant, s.time_column))) r
      LEFT JOIN pg_attribute a ON a.attrelid = r.relation AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_collation l ON l.oid = a.attcollation),
  strangers AS (
    SELECT a.* FROM pg_attribute a
    WHERE a.attrelid IN (_table_problems.relation, key_relation) AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT EXISTS (SELECT FROM columns c WHERE c.relation = a.attrelid AND c.name = a.attname)),
  keys AS (
    SELECT k.of_table AS relation, k.is_primary, k.names FROM lifecycle._contract_keys(contract, _table_problems.relation, key_relation, distributable) k),
  indexes AS (
    SELECT i.indrelid::regclass AS relation, i.indexrelid, i.indisprimary, i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AS is_whole,
      ARRAY(SELECT a.attname FROM unnest(i.indkey[0 : i.indnkeyatts - 1]) AS k(number) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0) AS names
    FROM pg_index i WHERE i.indrelid IN (_table_problems.relation, key_relation) AND i.indisunique)
  -- Constraints of their own refuse rows one by one: those become dead letters. Everything else spoils a batch.
  SELECT p.problem, p.mend, p.rank > 3 FROM (
    SELECT 0 AS rank, 0 AS place, format('%s is not %s', c.oid::regclass, w.wanted) AS problem, format('It has to be %s.', w.wanted) AS mend
      FROM shape s JOIN pg_class c ON c.oid = _table_problems.relation CROSS JOIN LATERAL (SELECT CASE WHEN s.partitioned THEN 'a partitioned table' ELSE 'a table' END AS wanted) w
      WHERE c.relkind <> 'p' AND (s.partitioned OR c.relkind <> 'r')
    UNION ALL
    SELECT 0, 1, format('%s is unlogged: a crash empties it', c.oid::regclass), format('ALTER TABLE %s SET LOGGED;', c.oid::regclass)
      FROM pg_class c WHERE c.oid IN (_table_problems.relation, key_relation) AND c.relpersistence = 'u'
    UNION ALL
    -- Through its parent or its type a table is altered without being named; rows of a child are read as its own.
    SELECT 0, 2, format('%s inherits from %s: what is altered there is altered here', i.inhrelid::regclass, i.inhparent::regclass),
        format('ALTER TABLE %s NO INHERIT %s;', i.inhrelid::regclass, i.inhparent::regclass)
      FROM pg_inherits i WHERE i.inhrelid IN (_table_problems.relation, key_relation)
    UNION ALL
    SELECT 0, 3, format('%s inherits from %s: its rows are read as if they had been delivered', i.inhrelid::regclass, i.inhparent::regclass),
        format('ALTER TABLE %s NO INHERIT %s;', i.inhrelid::regclass, i.inhparent::regclass)
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent AND c.relkind = 'r' WHERE i.inhparent IN (_table_problems.relation, key_relation)
    UNION ALL
    SELECT 0, 4, format('%s is of type %s: what is altered there is altered here', c.oid::regclass, c.reloftype::regtype), format('ALTER TABLE %s NOT OF;', c.oid::regclass)
      FROM pg_class c WHERE c.oid IN (_table_problems.relation, key_relation) AND c.reloftype <> 0
    UNION ALL
    SELECT 1, c.place, format('column %I of %s is missing%s', c.name, c.relation, '; is it ' || quote_ident(x.attname) || ' now'),
        CASE WHEN x.attname IS NOT NULL THEN format('ALTER TABLE %s RENAME COLUMN %I TO %I;', c.relation, x.attname, c.name)
          WHEN NOT c.required THEN format('CALL lifecycle.install_warehouse(%L);', n.nspname)
          ELSE format('ALTER TABLE %s ADD COLUMN %I %s NOT NULL;', c.relation, c.name, c.type) END
      FROM columns c JOIN pg_class t ON t.oid = c.relation JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN LATERAL (SELECT a.attname FROM strangers a WHERE a.attrelid = c.relation AND a.atttypid = c.type::regtype AND a.attnotnull = c.required
          ORDER BY abs(a.attnum - c.place) LIMIT 1) x ON true
      WHERE c.is_missing
    UNION ALL
    SELECT 1, c.place, format('column %I of %s is of type %s instead of %s', c.name, c.relation, c.is_type, c.type),
        format('ALTER TABLE %s ALTER COLUMN %I TYPE %s;', c.relation, c.name, c.type)
      FROM columns c WHERE NOT c.is_missing AND NOT c.fits
    UNION ALL
    SELECT 1, c.place, format('column %I of %s takes nulls, which the contract forbids', c.name, c.relation), format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL;', c.relation, c.name)
      FROM columns c WHERE NOT c.is_missing AND c.required AND NOT c.attnotnull
    UNION ALL
    SELECT 1, c.place, format('column %I of %s refuses nulls, which the contract allows', c.name, c.relation), format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL;', c.relation, c.name)
      FROM columns c WHERE NOT c.required AND c.attnotnull
    UNION ALL
    SELECT q.rank, q.place, q.problem, q.mend FROM lifecycle._partition_problems(contract, _table_problems.relation) q
    UNION ALL
    SELECT 1, c.place, format('column %I of %s is generated: it takes no value', c.name, c.relation),
        format('ALTER TABLE %s ALTER COLUMN %I DROP %s IF EXISTS;', c.relation, c.name, (SELECT CASE WHEN a.attidentity = '' THEN 'EXPRESSION' ELSE 'IDENTITY' END
          FROM pg_attribute a WHERE a.attrelid = c.relation AND a.attname = c.name))
      FROM columns c WHERE c.is_generated
    UNION ALL
    SELECT 2, a.attnum, format('column %I of %s is not in the contract, may not be null and has no default: no row can be written', a.attname, a.attrelid::regclass),
        format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL;', a.attrelid::regclass, a.attname)
      FROM strangers a WHERE a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
        AND NOT EXISTS (SELECT FROM columns c WHERE c.is_missing AND c.relation = a.attrelid AND c.required AND c.type::regtype = a.atttypid)
    UNION ALL
    SELECT 3, 0, format('%s has no %s (%s)', k.relation, w.kind, w.list), format('ALTER TABLE %s %sADD %s (%s);', k.relation,
        (SELECT format('DROP CONSTRAINT %I, ', o.conname) FROM pg_constraint o WHERE k.is_primary AND o.conrelid = k.relation AND o.contype = 'p'), w.kind, w.list)
      FROM keys k CROSS JOIN LATERAL (SELECT CASE WHEN k.is_primary THEN 'PRIMARY KEY' ELSE 'UNIQUE' END AS kind,
          (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM (SELECT name, min(place) AS place FROM unnest(k.names) WITH ORDINALITY AS u(name, place) GROUP BY 1) d) AS list) w
      WHERE k.relation IS NOT NULL AND NOT EXISTS (SELECT FROM columns c WHERE c.relation = k.relation AND c.name = ANY (k.names) AND c.is_missing)
        AND NOT EXISTS (SELECT FROM indexes i WHERE i.relation = k.relation AND i.is_whole AND (i.indisprimary OR NOT k.is_primary) AND i.names <@ k.names AND k.names <@ i.names)
    UNION ALL
    SELECT 4, 0, format('%s has a unique index that the contract does not know: %s', i.relation, quote_ident(t.relname)),
        CASE WHEN o.conname IS NULL THEN format('DROP INDEX %s;', i.indexrelid::regclass) ELSE format('ALTER TABLE %s DROP CONSTRAINT %I;', i.relation, o.conname) END
      FROM indexes i JOIN pg_class t ON t.oid = i.indexrelid LEFT JOIN pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u') AND o.conrelid = i.relation
      WHERE NOT EXISTS (SELECT FROM keys k WHERE k.relation = i.relation AND k.names <@ i.names)
        -- A key is not what the contract says because its column is not: that one is told.
        AND NOT EXISTS (SELECT FROM columns c JOIN keys k ON k.relation = c.relation AND c.name = ANY (k.names) WHERE c.relation = i.relation AND c.is_missing)
    UNION ALL
    SELECT 5, 0, format('%s has a constraint that the contract does not know: %s', o.conrelid::regclass, pg_get_constraintdef(o.oid)),
        format('ALTER TABLE %s DROP CONSTRAINT %I;', o.conrelid::regclass, o.conname)
      FROM pg_constraint o WHERE o.conrelid IN (_table_problems.relation, key_relation) AND o.contype IN ('c', 'f', 'x')
  ) p ORDER BY p.rank, p.place, p.problem;
END
$$;
COMMENT ON FUNCTION lifecycle._table_problems(jsonb, regclass, regclass, boolean) IS
  'Internal: what keeps a table (and its table of keys) from being a contract''s table in a warehouse: columns that are missing, of another type, stricter or laxer about nulls, keys that are gone, keys and constraints the contract does not know, tables it inherits from or that inherit from it; each with the statement that mends it (stricter: a constraint or unique index of their own, which refuses single rows). Wider texts, further columns that may be null, indexes, and partitions that have nothing of their own (_partition_problems()), are no problem.';
