CREATE FUNCTION lifecycle._retention_step(run bigint, action text, step integer, relation regclass, partition regclass, at timestamptz,
  INOUT archive_id bigint, OUT line text, OUT more boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  deleted bigint;
BEGIN
  more := true;
  IF action = 'drop' THEN
    line := lifecycle._drop_due_partition(run, relation, partition);
    more := false;
  ELSIF action = 'delete rows' THEN
    deleted := lifecycle._delete_due_rows(run, relation, at);
    line := CASE WHEN deleted > 0 THEN format('%s rows of %s deleted', deleted, relation) END;
    more := deleted > 0;
  ELSIF step = 1 THEN
    archive_id := lifecycle._begin_archive(relation, partition);
  ELSIF step = 2 THEN
    PERFORM lifecycle._write_archive(archive_id, lifecycle._archive_query(partition, lifecycle._archived_columns(relation)), relation,
      lifecycle._archived_columns(relation));
  ELSIF step = 3 THEN
    PERFORM lifecycle._detach_for_archive(archive_id, relation, partition);
  ELSIF step = 4 THEN
    line := lifecycle._drop_archived(run, archive_id);
  ELSE
    PERFORM lifecycle._remove_obsolete_files();
    more := false;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._retention_step(bigint, text, integer, regclass, regclass, timestamptz, bigint) IS
  'Internal: one transaction of apply_retention(). An archived partition goes in steps: 1 the intent, 2 the file, read back, 3 out of its table, 4 a last comparison and DROP, 5 what is no longer needed; a run that is interrupted after any of them is gone on with by the next.';
