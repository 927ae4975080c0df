CREATE FUNCTION lifecycle._damaged_files(destination text, dataset text, OUT files bigint, OUT damaged bigint[], OUT missing bigint[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  file record;
  found record;
BEGIN
  files := 0;
  damaged := '{}';
  missing := '{}';
  FOR file IN
    SELECT b.sequence, d.place || '/' || b.file AS path, b.bytes, b.file_hash FROM lifecycle.export_batches b JOIN lifecycle.destinations d ON d.destination = b.destination
    WHERE b.destination = _damaged_files.destination AND b.dataset = _damaged_files.dataset AND b.status = 'delivered' AND b.file IS NOT NULL AND b.created_at >= d.registered_at
    ORDER BY b.sequence
  LOOP
    files := files + 1;
    IF NOT lifecycle._file_exists(file.path) THEN
      missing := missing || file.sequence;
      CONTINUE;
    END IF;
    BEGIN
      SELECT * INTO found FROM lifecycle._hash_file(file.path);
      IF (found.bytes, found.file_hash) IS DISTINCT FROM (file.bytes, file.file_hash) THEN
        damaged := damaged || file.sequence;
      END IF;
    EXCEPTION WHEN data_corrupted OR wrong_object_type OR character_not_in_repertoire THEN
      damaged := damaged || file.sequence;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._damaged_files(text, text) IS
  'Internal: reads the files of a dataset in a directory and holds size and hash against export_batches: how many there have to be, and the numbers of those that are otherwise, or not there.';
