CREATE FUNCTION lifecycle._claim_directory(destination text, place text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  path text := place || '/destination.json';
  claim jsonb := (SELECT jsonb_build_object('database', current_database(), 'system_identifier', s.system_identifier::text) FROM pg_control_system() s);
  present jsonb;
BEGIN
  IF lifecycle._file_exists(path) THEN
    BEGIN
      present := (SELECT string_agg(line, E'\n') FROM lifecycle._read_file(path) line);
    EXCEPTION WHEN data_exception OR wrong_object_type THEN
      present := NULL;
    END;
    IF present @> claim THEN
      RETURN;
    END IF;
    -- Its files have the same names as ours: each would write over what the other has delivered.
    RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = format('destination "%s": directory "%s" belongs to another database', destination, place),
      DETAIL = coalesce(format('"%s" names database "%s" of the cluster with system identifier %s; this is "%s" of %s.', path, present ->> 'database', present ->> 'system_identifier',
        claim ->> 'database', claim ->> 'system_identifier'), format('"%s" does not say whose it is.', path)),
      HINT = 'Give it a directory of its own. If this database is that one under another name or in another cluster (restored, upgraded), or that one has given the directory up, remove the file and call again.';
  END IF;
  PERFORM lifecycle._write_file(format('SELECT %L::text', jsonb_pretty(jsonb_build_object('kind', 'lifecycle_ledger destination', 'destination', destination) || claim)), path, 'text', with_checksum => false);
END
$$;
COMMENT ON FUNCTION lifecycle._claim_directory(text, text) IS
  'Internal: makes sure that a directory is written to by this database alone: DIRECTORY/destination.json says whose it is, and is written where it is missing. Error 55006 where it names another database or cluster.';
