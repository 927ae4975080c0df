CREATE FUNCTION lifecycle._begin_archive(relation regclass, partition regclass) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  policy record;
  range record;
  table_name text;
  base text;
  candidate text;
  generation integer := 1;
  id bigint;
BEGIN
  SELECT p.* INTO STRICT policy FROM lifecycle.retention_policies p WHERE p.relation = _begin_archive.relation;
  SELECT * INTO STRICT range FROM lifecycle._partition_range(partition);
  SELECT format('%I.%I', n.nspname, c.relname), CASE WHEN n.nspname = 'lifecycle' THEN '' ELSE n.nspname || '.' END || c.relname INTO table_name, base
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = _begin_archive.relation;
  base := format('%s/%s.%s_%s', rtrim(policy.directory, '/'), translate(base, '/', '_'), to_char(range.lower_bound, 'YYYY-MM-DD'),
    to_char(range.upper_bound, 'YYYY-MM-DD'));
  -- What an interrupted run had begun is begun again in its place; where the directory is another one by now and nothing was written, in
  -- that one. A month that was restored goes into its archive again.
  DELETE FROM lifecycle.archives a WHERE a.relation = table_name AND a.lower_bound = range.lower_bound AND a.status = 'writing'
    AND NOT starts_with(a.manifest, base || '.');
  UPDATE lifecycle.archives a SET status = CASE a.status WHEN 'restored' THEN 'written' ELSE a.status END, hold_until = NULL
    WHERE a.archive_id = (SELECT l.archive_id FROM lifecycle.archives l WHERE l.relation = table_name AND l.lower_bound = range.lower_bound
      AND l.status IN ('writing', 'written', 'restored') ORDER BY l.status = 'restored', l.archive_id LIMIT 1)
    RETURNING a.archive_id INTO id;
  IF id IS NOT NULL THEN
    RETURN id;
  END IF;
  -- Rows that came when the month was archived already make a second archive of it. A manifest that this table does not know is another
  -- database's, or was here before a restore: never touched.
  LOOP
    candidate := base || CASE WHEN generation > 1 THEN '.' || generation ELSE '' END || '.manifest.json';
    EXIT WHEN NOT EXISTS (SELECT FROM lifecycle.archives a WHERE a.manifest = candidate) AND NOT lifecycle._file_exists(candidate);
    generation := generation + 1;
  END LOOP;
  INSERT INTO lifecycle.archives (relation, partition_name, lower_bound, upper_bound, manifest, compression)
    VALUES (table_name, (SELECT c.relname FROM pg_class c WHERE c.oid = partition), range.lower_bound, range.upper_bound, candidate, policy.compression)
    RETURNING archive_id INTO id;
  RETURN id;
END
$$;
COMMENT ON FUNCTION lifecycle._begin_archive(regclass, regclass) IS
  'Internal: the row of archives for a partition that is about to be archived: the one an interrupted run has left, or a new one under a name that is free.';
