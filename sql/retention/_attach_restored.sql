CREATE FUNCTION lifecycle._attach_restored(manifest text, staging regclass, hold interval, OUT target regclass, OUT rows bigint, OUT merged bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  m record;
  present regclass;
  names text;
BEGIN
  SELECT * INTO m FROM lifecycle._read_manifest(manifest);
  present := (SELECT i.inhrelid FROM pg_inherits i CROSS JOIN LATERAL lifecycle._partition_range(i.inhrelid) r
    WHERE i.inhparent = m.relation AND r.lower_bound < m.upper_bound AND r.upper_bound > m.lower_bound ORDER BY r.lower_bound LIMIT 1);
  PERFORM lifecycle._lock_shortly(array_remove(lifecycle._referenced_tables(m.relation) || m.relation || present || staging, NULL),
    CASE WHEN present IS NULL THEN 'SHARE ROW EXCLUSIVE' ELSE 'ACCESS EXCLUSIVE' END, format('attach the restored rows to %s', m.relation));
  IF present IS NOT NULL THEN
    IF (SELECT (r.lower_bound, r.upper_bound) IS DISTINCT FROM (m.lower_bound, m.upper_bound) FROM lifecycle._partition_range(present) r) THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
        MESSAGE = format('partition %s overlaps the archive', present),
        DETAIL = format('The archive is from %s until %s.', m.lower_bound, m.upper_bound),
        HINT = 'Restore into a table whose partitions have the archive''s bounds.';
    END IF;
    -- Rows that came since the month was archived. Few, as a rule; those that are in both are taken as they are now.
    names := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = m.relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
    EXECUTE lifecycle._delete_same_rows_query(staging, present);
    EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s', staging, names, names, present);
    GET DIAGNOSTICS merged = ROW_COUNT;
    EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', m.relation, present);
    EXECUTE format('DROP TABLE %s', present);
  END IF;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', m.relation, staging, m.lower_bound, m.upper_bound);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT restored_range', staging);
  IF to_regclass(format('%I.%I', (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = staging),
      m.document ->> 'partition')) IS NULL THEN
    EXECUTE format('ALTER TABLE %s RENAME TO %I', staging, m.document ->> 'partition');
  END IF;
  target := staging;
  rows := m.document ->> 'rows';
  INSERT INTO lifecycle.archives AS a (relation, partition_name, lower_bound, upper_bound, status, manifest, compression, revision, path, rows, bytes,
      plain_bytes, checksum, file_hash, columns, system_identifier, written_at, restored_at, hold_until)
    VALUES (m.document ->> 'relation', m.document ->> 'partition', m.lower_bound, m.upper_bound, 'restored', manifest, m.document ->> 'compression',
      (m.document ->> 'revision')::integer, m.path, (m.document ->> 'rows')::bigint, (m.document ->> 'bytes')::bigint,
      (m.document ->> 'plain_bytes')::bigint, m.document ->> 'checksum', split_part(m.document ->> 'file_hash', ':', 2), m.columns,
      (m.document ->> 'system_identifier')::bigint, (m.document ->> 'written_at')::timestamptz, now(), now() + hold)
    ON CONFLICT ON CONSTRAINT archives_manifest_key DO UPDATE SET status = excluded.status, restored_at = excluded.restored_at, hold_until = excluded.hold_until;
END
$$;
COMMENT ON FUNCTION lifecycle._attach_restored(text, regclass, interval) IS
  'Internal: makes a loaded archive a partition again, together with the rows that a partition of the same range has got since; catalog work under locks asked for in short attempts, but for those rows. Records the archive as restored and held.';
