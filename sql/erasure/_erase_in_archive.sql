CREATE FUNCTION lifecycle._erase_in_archive(archive_id bigint, OUT rows bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  a record;
  how record;
  relation regclass;
  as_written text;
  redacted text;
  latest bigint := (SELECT coalesce(max(s.suppression_id), 0) FROM lifecycle.suppressions s);
BEGIN
  SELECT * INTO STRICT a FROM lifecycle.archives r WHERE r.archive_id = _erase_in_archive.archive_id;
  relation := to_regclass(a.relation);
  rows := 0;
  redacted := lifecycle._redacted_rows_query('', a.relation, a.columns);
  IF redacted IS NOT NULL THEN
    IF relation IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_table',
        MESSAGE = format('archive "%s" cannot be redacted: its table %s is not here', a.path, a.relation),
        DETAIL = 'The row type of the table reads the file.', HINT = 'Make the table again, or remove the archive and its row in lifecycle.archives.';
    END IF;
    as_written := lifecycle._archived_rows_query(a.path, relation, a.columns);
    redacted := lifecycle._redacted_rows_query(as_written, a.relation, a.columns);
    SELECT * INTO how FROM lifecycle._archive_redaction(a.relation);
    EXECUTE format('SELECT count(*) FROM (%s) a CROSS JOIN LATERAL (SELECT lifecycle._pseudonym(%s) AS pseudonym OFFSET 0) p
      WHERE p.pseudonym IS NOT NULL AND (%s) IS DISTINCT FROM (%s)', as_written, how.person,
      (SELECT string_agg(format('a.%I', key), ', ' ORDER BY key) FROM jsonb_each_text(how.redactions)),
      (SELECT string_agg(value, ', ' ORDER BY key) FROM jsonb_each_text(how.redactions))) INTO rows;
  END IF;
  IF rows > 0 THEN
    PERFORM lifecycle._write_archive(archive_id, redacted, relation, a.columns);
    IF a.relation = 'lifecycle.events' THEN
      PERFORM lifecycle._open_append_only('erasure');
      EXECUTE format('UPDATE lifecycle.event_keys k SET content = lifecycle.event_content(r.event_name, r.event_time, r.user_id, r.properties)
        FROM (%s) r WHERE k.event_id = r.event_id AND k.event_time = r.event_time AND r.user_id IN (SELECT e.pseudonym FROM lifecycle.erasures e)
          AND k.content <> lifecycle.event_content(r.event_name, r.event_time, r.user_id, r.properties)', redacted);
      PERFORM lifecycle._close_append_only();
    END IF;
  END IF;
  UPDATE lifecycle.archives r SET suppressions_applied = latest WHERE r.archive_id = a.archive_id;
END
$$;
COMMENT ON FUNCTION lifecycle._erase_in_archive(bigint) IS
  'Internal: writes an archive anew, with a new manifest, where rows of anybody on the suppression list are in it with personal data; whoever they are, so that it also ends what an interrupted erasure has left. Returns how many rows.';
