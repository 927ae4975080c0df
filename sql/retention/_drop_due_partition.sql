CREATE FUNCTION lifecycle._drop_due_partition(run bigint, relation regclass, partition regclass) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rows bigint;
  line text;
BEGIN
  -- Counted before the lock is asked for: nobody waits for a count.
  EXECUTE format('SELECT count(*) FROM %s', partition) INTO rows;
  line := format('partition %s dropped, %s rows', partition, rows);
  PERFORM lifecycle._lock_shortly(lifecycle._referenced_tables(partition) || relation || partition, 'ACCESS EXCLUSIVE', format('drop partition %s', partition));
  EXECUTE format('DROP TABLE %s', partition);
  PERFORM lifecycle._count_rows(run, 0, 0, 0, 0, 0, 0, rows);
  RETURN line;
END
$$;
COMMENT ON FUNCTION lifecycle._drop_due_partition(bigint, regclass, regclass) IS
  'Internal: drops a partition that need not be archived, under locks asked for in short attempts. Returns a line for the NOTICE.';
