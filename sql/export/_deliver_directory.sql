CREATE FUNCTION lifecycle._deliver_directory(destination text, dataset text, batch_id uuid, sequence bigint, rows regclass, beside text DEFAULT NULL,
  OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT bytes bigint, OUT checksum text, OUT file text, OUT file_hash text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target record;
  made record;
  found record;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _deliver_directory.destination;
  PERFORM lifecycle._check_directory(target.place);
  PERFORM lifecycle._claim_directory(destination, target.place);
  PERFORM lifecycle._make_directory(target.place || '/' || dataset);
  file := regexp_replace(lifecycle._directory_file(dataset, sequence, target.options), '^([^.]*/[0-9]+)', coalesce('\1.' || beside, '\1'));
  SELECT * INTO made FROM lifecycle._write_file(format('SELECT * FROM %s', rows), target.place || '/' || file, coalesce(target.options ->> 'format', 'ndjson'),
    coalesce(target.options ->> 'compression', 'none'));
  SELECT * INTO found FROM lifecycle._hash_file(target.place || '/' || file);
  IF (found.bytes, found.file_hash) IS DISTINCT FROM (made.bytes, made.file_hash) THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('"%s" does not read back as it was written', target.place || '/' || file),
      DETAIL = format('Bytes and hash written: %s %s; found: %s %s.', made.bytes, made.file_hash, found.bytes, found.file_hash), HINT = 'Check the disk. The batch is sent again.';
  END IF;
  rows_in := made.rows;
  written := made.rows;
  unchanged := 0;
  dead := 0;
  bytes := made.bytes;
  checksum := made.checksum;
  file_hash := made.file_hash;
END
$$;
COMMENT ON FUNCTION lifecycle._deliver_directory(text, text, uuid, bigint, regclass, text) IS
  'Internal: delivers a batch as a file: DIRECTORY/DATASET/SEQUENCE.ndjson or .csv, with .gz or .zst; written beside its name, synced, renamed and read back. A file that an attempt before left under that name is replaced. Arguments as of _deliver_schema(); beside: a word that comes behind the number, for a file that is to lie beside the one of that number. The manifest is the caller''s, after the commit.';
