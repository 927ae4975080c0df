CREATE FUNCTION lifecycle._swap_partition(source_system text, partition_name name, new_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  old_table regclass := format('lifecycle.%I', partition_name)::regclass;
BEGIN
  PERFORM lifecycle._lock_for_swap(old_table);
  EXECUTE format('ALTER TABLE lifecycle.contact_events DETACH PARTITION %s', old_table);
  EXECUTE format('DROP TABLE %s', old_table);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', new_table, partition_name);
  EXECUTE format('ALTER TABLE lifecycle.contact_events ATTACH PARTITION %s FOR VALUES IN (%L)', new_table, source_system);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT contact_events_one_source', new_table);
  PERFORM lifecycle._name_ledger_indexes(new_table);
END
$$;
COMMENT ON FUNCTION lifecycle._swap_partition(text, name, regclass) IS
  'Internal: puts a loaded and indexed table in the place of a source''s partition, in the caller''s transaction.';
