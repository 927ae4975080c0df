CREATE FUNCTION lifecycle._swap_partition(source_system text, partition_name name, new_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  old_table regclass := format('lifecycle.%I', partition_name)::regclass;
  child record;
BEGIN
  PERFORM lifecycle._lock_for_swap(old_table);
  EXECUTE format('ALTER TABLE lifecycle.contact_events DETACH PARTITION %s', old_table);
  EXECUTE format('DROP TABLE %s', old_table);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', new_table, partition_name);
  EXECUTE format('ALTER TABLE lifecycle.contact_events ATTACH PARTITION %s FOR VALUES IN (%L)', new_table, source_system);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT contact_events_one_source', new_table);
  -- Indexes get the names that PostgreSQL itself would have given them, where these are free.
  FOR child IN
    SELECT i.indexrelid::regclass AS index, left(partition_name || substr(p.relname, length('contact_events') + 1), 63) AS wanted
    FROM pg_index i
      JOIN pg_inherits h ON h.inhrelid = i.indexrelid
      JOIN pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = new_table AND p.relname LIKE 'contact\_events%'
  LOOP
    CONTINUE WHEN to_regclass(format('lifecycle.%I', child.wanted)) IS NOT NULL;
    EXECUTE format('ALTER INDEX %s RENAME TO %I', child.index, child.wanted);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._swap_partition(text, name, regclass) IS
  'Internal: puts a loaded and indexed table in the place of a source''s partition, in the caller''s transaction.';
