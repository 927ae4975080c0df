CREATE PROCEDURE lifecycle.export_history(destination text, organization_id bigint DEFAULT NULL, format text DEFAULT NULL, compression text DEFAULT NULL, wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
  place record;
  run bigint;
  moment timestamptz;
  staged record;
  planned bigint[] := '{}';
  files_done integer := 0;
  written record;
  bytes bigint := 0;
  told_at timestamptz := pg_catalog.clock_timestamp();
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('export_history');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  SELECT * INTO place FROM lifecycle._history_place(destination, format, compression);
  IF NOT lifecycle._run_lock('export_history', wait) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'export_history: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('export_history')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.';
  END IF;
  run := lifecycle._begin_run('export_history', NULL);
  CALL lifecycle._next_transaction();
  -- Each step in a transaction of its own: 1 the directory, and what an earlier run left in it, 2 all rows read and judged, intents noted, 3 a file for each
  -- organization, 4 the manifest, also where one of the files failed: it names those that are there.
  BEGIN
    PERFORM lifecycle._check_directory(place.directory), lifecycle._make_directory(place.directory || '/lifecycle_event_history');
    PERFORM lifecycle._claim_directory(place.name, place.directory);
    PERFORM lifecycle._clear_history_intents(place.directory);
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
  END;
  CALL lifecycle._next_transaction();
  IF failed_state IS NULL THEN
    BEGIN
      moment := now();
      SELECT * INTO staged FROM lifecycle._stage_history(run, organization_id);
      planned := lifecycle._plan_history_files(run, place.name, place.directory, organization_id, place.file_format, place.file_compression, moment);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
  END IF;
  WHILE failed_state IS NULL AND files_done < cardinality(planned) LOOP
    BEGIN
      SELECT * INTO written FROM lifecycle._write_history_file(run, place.name, place.directory, planned[files_done + 1]);
      files_done := files_done + 1;
      bytes := bytes + written.bytes;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
      failed_message := format('organization %s: %s', planned[files_done + 1], failed_message);
    END;
    CALL lifecycle._next_transaction();
    IF clock_timestamp() > told_at + interval '5 seconds' THEN
      RAISE NOTICE 'export_history: % of % organizations, %', files_done, cardinality(planned), pg_size_pretty(bytes);
      told_at := clock_timestamp();
    END IF;
  END LOOP;
  IF failed_state IS NULL OR files_done > 0 THEN
    BEGIN
      PERFORM lifecycle._publish_history(place.name, place.directory);
    EXCEPTION WHEN OTHERS THEN
      IF failed_state IS NULL THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
        failed_message := format('manifest: %s', failed_message);
      END IF;
    END;
  END IF;
  PERFORM lifecycle._drop_staged_history();
  IF failed_state IS NULL THEN
    -- It may have failed before the directory had a name.
    PERFORM lifecycle._resolve_alert('export.history', s) FROM unnest(ARRAY[place.name, place.directory]) s;
  ELSE
    PERFORM lifecycle._raise_alert('export.history', place.name, 'error', format('export_history to "%s" failed: %s', place.name, failed_message), nullif(failed_detail, ''), nullif(failed_hint, ''));
  END IF;
  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('export_history');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = 'export_history failed: ' || failed_message,
      DETAIL = concat_ws(' ', nullif(failed_detail, ''), CASE WHEN files_done > 0 THEN format('The files of %s of %s organizations were replaced.', files_done, cardinality(planned)) END),
      HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and call again. Whatever was not replaced is as it was.');
  END IF;
  RAISE NOTICE 'export_history: % file(s), % in %: % rows in = % written + % superseded + % dead + % held%; % s', files_done, pg_size_pretty(bytes), place.directory,
    done.rows_in, done.written, done.superseded, done.dead, done.held, CASE WHEN done.held > 0 THEN format(' (types not in history_event_types: %s)', staged.other_types) ELSE '' END,
    round(done.seconds::numeric, 2);
END
$$;
COMMENT ON PROCEDURE lifecycle.export_history(text, bigint, text, text, boolean) IS
'Writes the history of lifecycle events (lifecycle_event_history(), nine columns) into files on the server, one for each organization that has events, or for the one given. destination: the name of a destination of kind directory, or the absolute path of a directory. format (ndjson, csv) and compression (none, gzip, zstd): null for what the destination says, or else ndjson, none.
Each export replaces the one before it. Files are DIRECTORY/lifecycle_event_history/ORGANIZATION.SEQUENCE.FORMAT; manifest.json beside them names the current ones, with rows, checksum (parity_checksum), file hash, version of the contract, extracted_at and data_as_of. A file is written beside its name, synced, renamed, verified; the one before it is removed when the manifest names the new one, that of an organization without events any more when it names none. extracted_at is one time for the whole export, data_as_of the latest event_date in the file.
The sources are read once, as one snapshot. Rows that break the contract, and another event under an event_id, become dead letters of stage export; those that are mended are resolved by the next export of all organizations. Rows of types that are not in history_event_types stay out and are told (held). Recorded in export_batches, history_files and pipeline_runs; a failure also raises alert export.history until an export succeeds. Killed at any point, the earlier files are whole and named; call again.
Needs pg_write_server_files and pg_read_server_files. Errors: 25001 inside a transaction block, 22004, 22023, 42704, 55000 and 55006 (another database''s directory) for the destination, 55P03 while another session runs it, 42501, 42602, 42809, 58P01 and 58030 for directories that cannot be written, are none, or are reached through a symbolic link.';
