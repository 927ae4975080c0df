CREATE FUNCTION lifecycle._record_id_is_unique(relation regclass, record_id_column name) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Only for types whose equal values have equal texts, and for tables whose index covers every row (no inheritance children).
  SELECT EXISTS (
    SELECT FROM pg_index i
      JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1
      AND i.indpred IS NULL AND i.indexprs IS NULL AND a.attname = record_id_column
      AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype, 'text'::regtype, 'varchar'::regtype)
      AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid))
  )
$$;
COMMENT ON FUNCTION lifecycle._record_id_is_unique(regclass, name) IS
  'Internal: whether an index proves that no record id can come twice, so that a run need not look for duplicates. False for a null column name.';
