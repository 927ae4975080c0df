CREATE FUNCTION lifecycle._write_archive(archive_id bigint, query text, relation regclass, columns jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  a record;
  new_path text;
  written record;
  read_back text;
  found record;
BEGIN
  SELECT * INTO STRICT a FROM lifecycle.archives r WHERE r.archive_id = _write_archive.archive_id FOR UPDATE;
  new_path := lifecycle._archive_path(a.manifest, a.revision + 1, a.compression);
  -- One statement, so one snapshot.
  SELECT pg_current_snapshot() AS snapshot, w.* INTO written
    FROM lifecycle._write_file(query, new_path, 'ndjson', a.compression, omit_nulls => true) w;
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (%s) r', lifecycle._archived_rows_query(new_path, relation, columns))
    INTO read_back;
  SELECT * INTO found FROM lifecycle._hash_file(new_path);
  IF read_back IS DISTINCT FROM written.checksum OR (found.bytes, found.file_hash) IS DISTINCT FROM (written.bytes, written.file_hash) THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted',
      MESSAGE = format('archive "%s" does not read back as the rows it was written from', new_path),
      DETAIL = format('Checksum of the rows: %s; of what was read back: %s. Bytes and hash written: %s %s; found: %s %s.', written.checksum, read_back,
        written.bytes, written.file_hash, found.bytes, found.file_hash),
      HINT = 'Nothing was dropped. Check the disk; if it is sound, please report this with the table''s definition.';
  END IF;
  UPDATE lifecycle.archives r SET status = CASE a.status WHEN 'writing' THEN 'written' ELSE a.status END, revision = a.revision + 1, path = new_path,
      rows = written.rows, bytes = written.bytes, plain_bytes = written.plain_bytes, checksum = written.checksum, file_hash = written.file_hash,
      columns = _write_archive.columns, snapshot = written.snapshot, system_identifier = (SELECT s.system_identifier FROM pg_control_system() s),
      written_at = clock_timestamp(), suppressions_applied = (SELECT coalesce(max(s.suppression_id), 0) FROM lifecycle.suppressions s),
      obsolete = CASE WHEN a.path IS NULL THEN a.obsolete ELSE array_append(a.obsolete, a.path) END
    WHERE r.archive_id = a.archive_id;
  PERFORM lifecycle._write_manifest(a.archive_id);
END
$$;
COMMENT ON FUNCTION lifecycle._write_archive(bigint, text, regclass, jsonb) IS
  'Internal: writes the rows of a query as the next revision of an archive, reads them back, holds their checksum against that of the rows, and only then writes the manifest that names the new file. The file before it is left for _remove_obsolete_files(). Error XX001 where they differ.';
