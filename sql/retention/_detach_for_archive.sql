CREATE FUNCTION lifecycle._detach_for_archive(archive_id bigint, relation regclass, partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  new_name name := (SELECT format('%s_archived_%s', left(c.relname, 40), archive_id) FROM pg_class c WHERE c.oid = partition);
  fk record;
BEGIN
  PERFORM lifecycle._lock_shortly(lifecycle._referenced_tables(partition) || relation || partition, 'ACCESS EXCLUSIVE',
    format('detach partition %s', partition));
  EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', relation, partition);
  -- Its name is free for a partition that late rows may need, and dropping it will lock no other table.
  FOR fk IN SELECT c.conname FROM pg_constraint c WHERE c.conrelid = partition AND c.contype = 'f' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', partition, fk.conname);
  END LOOP;
  EXECUTE format('ALTER TABLE %s RENAME TO %I', partition, new_name);
  UPDATE lifecycle.archives a SET status = 'detached', detached = (SELECT format('%I.%I', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = partition)
    WHERE a.archive_id = _detach_for_archive.archive_id;
END
$$;
COMMENT ON FUNCTION lifecycle._detach_for_archive(bigint, regclass, regclass) IS
  'Internal: takes a partition whose archive is written out of its table, under another name and without foreign keys: catalog work only, under locks asked for in short attempts. From then on no row can come to it through the table.';
