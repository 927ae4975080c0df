CREATE FUNCTION lifecycle._history_place(destination text, format text, compression text,
  OUT name text, OUT directory text, OUT file_format text, OUT file_compression text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  d record;
BEGIN
  IF destination IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'export_history() needs a destination',
      HINT = 'CALL lifecycle.export_history(''/srv/export''); or the name of a destination of kind directory.';
  END IF;
  directory := CASE WHEN destination LIKE '/%' THEN coalesce(nullif(rtrim(destination, '/'), ''), '/') END;
  name := coalesce(directory, destination);
  -- A path that is a registered directory's is that destination.
  SELECT * INTO d FROM lifecycle.destinations r
    WHERE r.destination = name OR (r.kind = 'directory' AND rtrim(r.place, '/') = directory)
    ORDER BY r.destination = name DESC, r.destination LIMIT 1;
  IF FOUND THEN
    IF d.kind <> 'directory' THEN
      RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('destination "%s" is no directory', d.destination),
        DETAIL = format('It is a %s; the history of lifecycle events is delivered in files.', d.kind),
        HINT = 'Name a destination of kind directory, or the absolute path of a directory on the server.';
    ELSIF NOT d.enabled THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('destination "%s" is not enabled', d.destination),
        HINT = format('UPDATE lifecycle.destinations SET enabled = true WHERE destination = %L;', d.destination);
    END IF;
    name := d.destination;
    directory := rtrim(d.place, '/');
  ELSIF directory IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no destination "%s"', destination),
      DETAIL = coalesce('Directories that are registered: ' || (SELECT string_agg(r.destination, ', ' ORDER BY r.destination) FROM lifecycle.destinations r WHERE r.kind = 'directory') || '.',
        'No directory is registered.'),
      HINT = 'Name one of them, or the absolute path of a directory on the server.';
  END IF;
  file_format := coalesce(format, d.options ->> 'format', 'ndjson');
  file_compression := coalesce(compression, d.options ->> 'compression', 'none');
  IF file_format NOT IN ('ndjson', 'csv') OR file_compression NOT IN ('none', 'gzip', 'zstd') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('cannot write files of format "%s" and compression "%s"', file_format, file_compression),
      HINT = 'format is ndjson or csv; compression is none, gzip or zstd.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._history_place(text, text, text) IS
  'Internal: where the history goes: the destination''s name (a path that is not registered is its own), its directory, and how files are written. Errors: 22004, 22023, 42704, 55000.';
