CREATE FUNCTION lifecycle._write_history_file(run bigint, destination text, directory text, organization_id bigint, OUT rows bigint, OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
  f record;
  written record;
  found record;
  batch uuid := lifecycle._uuid_v7();
  path text;
BEGIN
  SELECT * INTO STRICT f FROM lifecycle.history_files h
    WHERE h.directory = _write_history_file.directory AND h.organization_id = _write_history_file.organization_id AND h.written_at IS NULL;
  path := directory || '/lifecycle_event_history/' || f.file;
  SELECT * INTO written FROM lifecycle._write_file(format('SELECT event_id, account_id, organization_id, event_type, event_date, event_source, event_context,
      %L::timestamp AS extracted_at, %L::timestamp AS data_as_of
    FROM pg_temp.lifecycle_history_rows WHERE fate = ''written'' AND organization_id = %s ORDER BY event_date, event_id', f.extracted_at, f.data_as_of, f.organization_id),
    path, f.format, f.compression);
  SELECT * INTO found FROM lifecycle._hash_file(path);
  IF (found.bytes, found.file_hash, written.rows) IS DISTINCT FROM (written.bytes, written.file_hash, f.rows) THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('"%s" does not read back as it was written', path),
      DETAIL = format('Rows, bytes and hash written: %s %s %s; wanted and found: %s %s %s.', written.rows, written.bytes, written.file_hash, f.rows, found.bytes, found.file_hash),
      HINT = 'The export before it stands. Check the disk.';
  END IF;
  INSERT INTO lifecycle.export_batches (batch_id, destination, dataset, sequence, reason, contract_version, status, rows_in, written, bytes, checksum, file, file_hash, earliest, latest, run_id, delivered_at)
    VALUES (batch, destination, 'lifecycle_event_history', f.sequence, 'export', f.contract_version, 'delivered', written.rows, written.rows, written.bytes, written.checksum,
      'lifecycle_event_history/' || f.file, written.file_hash, f.earliest AT TIME ZONE 'UTC', f.data_as_of AT TIME ZONE 'UTC', run, clock_timestamp());
  UPDATE lifecycle.history_files h SET superseded_at = now()
    WHERE h.directory = f.directory AND h.organization_id = f.organization_id AND h.written_at IS NOT NULL AND h.superseded_at IS NULL;
  UPDATE lifecycle.history_files h SET batch_id = batch, bytes = written.bytes, plain_bytes = written.plain_bytes, checksum = written.checksum, file_hash = written.file_hash,
      written_at = clock_timestamp()
    WHERE h.directory = f.directory AND h.organization_id = f.organization_id AND h.sequence = f.sequence;
  PERFORM lifecycle._count_rows(run, written.rows, written.rows, 0, 0, 0, 0, 0);
  rows := written.rows;
  bytes := written.bytes;
END
$$;
COMMENT ON FUNCTION lifecycle._write_history_file(bigint, text, text, bigint) IS
  'Internal: writes one organization''s staged history into the file that history_files has an intent for, verifies it, and records the batch. The file before it stays until _publish_history().';
