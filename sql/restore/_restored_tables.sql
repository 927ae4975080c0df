CREATE FUNCTION lifecycle._restored_tables(contents text) RETURNS TABLE (schema_name text, table_name text, relation regclass, parent regclass)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Of schema lifecycle all, of a warehouse's schema its tables. A table that is not here belongs to the partitioned table whose name its own begins with.
  SELECT d.schema_name, d.table_name, c.oid::regclass, coalesce(pg_partition_root(c.oid), p.oid)::regclass
  FROM lifecycle._dumped_tables(contents) d
    JOIN pg_namespace n ON n.nspname = d.schema_name
    LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.table_name AND c.relkind IN ('r', 'p')
    LEFT JOIN LATERAL (SELECT o.oid FROM pg_class o WHERE c.oid IS NULL AND o.relnamespace = n.oid AND o.relkind = 'p' AND NOT o.relispartition
      AND starts_with(d.table_name, o.relname || '_') ORDER BY length(o.relname) DESC LIMIT 1) p ON true
  WHERE n.nspname = 'lifecycle'
    OR EXISTS (SELECT FROM lifecycle.warehouse_tables w WHERE coalesce(pg_partition_root(c.oid), c.oid, p.oid) IN (w.relation, w.key_relation))
$$;
COMMENT ON FUNCTION lifecycle._restored_tables(text) IS
  'Internal: those of a dump''s tables (_dumped_tables) that are of install(), install_operational_tables() or install_warehouse(): each as it is here (null: it is not), and the partitioned table that it is, or would be, a partition of.';
