CREATE FUNCTION lifecycle._remove_erased_files(destination text, dataset text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place text := (SELECT d.place FROM lifecycle.destinations d WHERE d.destination = _remove_erased_files.destination AND d.kind = 'directory');
  old_file text;
  removed bigint := 0;
BEGIN
  IF EXISTS (SELECT FROM lifecycle.export_erasures e WHERE e.destination = _remove_erased_files.destination AND e.dataset = _remove_erased_files.dataset AND e.obsolete <> '{}') THEN
    PERFORM lifecycle._check_directory(place);
    PERFORM lifecycle._write_export_manifest(destination, dataset);
    -- Never one that is listed. As sets: of files and batches there may be ten thousand each.
    FOR old_file IN SELECT unnest(e.obsolete) FROM lifecycle.export_erasures e WHERE e.destination = _remove_erased_files.destination AND e.dataset = _remove_erased_files.dataset
      EXCEPT SELECT b.file FROM lifecycle.export_batches b WHERE b.destination = _remove_erased_files.destination AND b.dataset = _remove_erased_files.dataset
    LOOP
      removed := removed + lifecycle._remove_file(place || '/' || old_file)::integer;
    END LOOP;
    UPDATE lifecycle.export_erasures e SET obsolete = '{}' WHERE e.destination = _remove_erased_files.destination AND e.dataset = _remove_erased_files.dataset AND e.obsolete <> '{}';
  END IF;
  RETURN removed;
END
$$;
COMMENT ON FUNCTION lifecycle._remove_erased_files(text, text) IS
  'Internal: after an erasure in a directory was committed: the new manifest, and then the files that it no longer lists are removed.';
