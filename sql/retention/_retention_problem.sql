CREATE FUNCTION lifecycle._retention_problem(relation regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
      WHEN c.oid IS NULL THEN format('the table (OID %s) no longer exists: delete its policy', p.relation::oid)
      WHEN c.relkind NOT IN ('r', 'p') THEN 'it is not a table'
      WHEN missing.columns IS NOT NULL THEN format('it has no column %s', missing.columns)
      WHEN t.atttypid NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) THEN
        format('its column %s is of type %s, which is no time', p.time_column, format_type(t.atttypid, t.atttypmod))
      WHEN c.relkind = 'p' AND (k.partstrat <> 'r' OR k.partnatts <> 1 OR k.partattrs[0] <> t.attnum) THEN
        format('it is partitioned by something else than ranges of %s: partitions would not go by age', p.time_column)
      WHEN c.relkind = 'p' AND (p.end_column IS NOT NULL OR p.status_column IS NOT NULL) THEN
        'it is partitioned: whole partitions go, so end_column and status_column must be null'
      WHEN c.relkind = 'r' AND p.archive THEN 'it is not partitioned: only whole partitions are archived'
      WHEN c.relispartition THEN 'it is a partition itself: give the policy to the table it belongs to'
    END
  FROM lifecycle.retention_policies p
    LEFT JOIN pg_class c ON c.oid = p.relation
    LEFT JOIN pg_partitioned_table k ON k.partrelid = p.relation
    LEFT JOIN pg_attribute t ON t.attrelid = p.relation AND t.attname = p.time_column AND t.attnum > 0 AND NOT t.attisdropped
    CROSS JOIN LATERAL (
      SELECT string_agg(quote_ident(n.name), ', ') AS columns
      FROM unnest(ARRAY[p.time_column, p.end_column, p.status_column]) AS n (name)
      WHERE n.name IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = p.relation AND a.attname = n.name AND a.attnum > 0 AND NOT a.attisdropped)) missing
  WHERE p.relation = _retention_problem.relation
$$;
COMMENT ON FUNCTION lifecycle._retention_problem(regclass) IS 'Internal: why the retention policy of a table cannot be carried out; null where it can.';
