CREATE FUNCTION lifecycle._drop_archived(run bigint, archive_id bigint) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  a record;
  source regclass;
  relation regclass;
  found record;
  note text := '';
BEGIN
  SELECT * INTO STRICT a FROM lifecycle.archives r WHERE r.archive_id = _drop_archived.archive_id AND r.status = 'detached';
  source := to_regclass(a.detached);
  relation := to_regclass(a.relation);
  IF source IS NOT NULL THEN
    PERFORM lifecycle._lock_shortly(ARRAY[source], 'ACCESS EXCLUSIVE', format('drop archived table %s', source));
    SELECT * INTO found FROM lifecycle._hash_file(a.path);
    IF NOT lifecycle._is_as_archived(archive_id, source) OR (found.bytes, found.file_hash) IS DISTINCT FROM (a.bytes, a.file_hash) THEN
      PERFORM lifecycle._write_archive(archive_id, lifecycle._archive_query(source, lifecycle._archived_columns(source)),
        coalesce(relation, source), lifecycle._archived_columns(source));
      note := ', written again: rows had changed in between';
      SELECT * INTO a FROM lifecycle.archives r WHERE r.archive_id = _drop_archived.archive_id;
    END IF;
    EXECUTE format('DROP TABLE %s', source);
  END IF;
  UPDATE lifecycle.archives r SET status = 'dropped', dropped_at = clock_timestamp(), detached = NULL WHERE r.archive_id = a.archive_id;
  -- Other archives of the month that were restored with it hold nothing that this one has not.
  UPDATE lifecycle.archives r SET status = 'dropped', dropped_at = clock_timestamp(), hold_until = NULL
    WHERE r.relation = a.relation AND r.lower_bound = a.lower_bound AND r.status = 'restored';
  PERFORM lifecycle._count_rows(run, a.rows, a.rows, 0, 0, 0, 0, a.rows);
  RETURN format('%s rows of %s archived in %s (%s)%s', a.rows, a.partition_name, a.path, pg_size_pretty(a.bytes), note);
END
$$;
COMMENT ON FUNCTION lifecycle._drop_archived(bigint, bigint) IS
  'Internal: drops a detached partition after a last look, under a lock that lets nobody in, that the archive holds every row it has; where rows came between writing and detaching, the archive is first written again. Returns a line for the NOTICE.';
