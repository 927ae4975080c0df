CREATE PROCEDURE lifecycle.restore_archive(manifest text, hold interval DEFAULT '90 days')
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  staging regclass;
  line text;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
BEGIN
  PERFORM lifecycle._require_top_level('restore_archive');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF manifest IS NULL OR hold IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'restore_archive() needs a manifest and a time to hold its rows',
      HINT = 'SELECT manifest FROM lifecycle.archives WHERE status = ''dropped''; then CALL lifecycle.restore_archive(''/srv/archive/….manifest.json'');';
  END IF;
  IF NOT lifecycle._run_lock('retention', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'restore_archive: archives are being written, restored or redacted',
      DETAIL = format('Process %s holds the run lock.', lifecycle._run_lock_holder('retention')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress) and call again.';
  END IF;
  IF EXISTS (SELECT FROM lifecycle.archives a WHERE a.manifest = restore_archive.manifest AND a.status <> 'dropped') THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('the rows of "%s" are not gone', manifest),
      DETAIL = (SELECT CASE a.status WHEN 'restored' THEN format('They were restored at %s.', a.restored_at)
        WHEN 'detached' THEN format('They are in %s, detached by a run that was interrupted.', a.detached)
        ELSE format('Partition %s has not been dropped yet.', a.partition_name) END
        FROM lifecycle.archives a WHERE a.manifest = restore_archive.manifest),
      HINT = CASE WHEN EXISTS (SELECT FROM lifecycle.archives a WHERE a.manifest = restore_archive.manifest AND a.status = 'restored')
        THEN 'Query the table. To hold the rows longer, UPDATE lifecycle.archives SET hold_until = ....'
        ELSE 'CALL lifecycle.apply_retention(); ends what an interrupted run has begun.' END;
  END IF;
  run := lifecycle._begin_run('restore_archive', NULL);
  CALL lifecycle._next_transaction();
  FOR step IN 1 .. 4 LOOP
    BEGIN
      SELECT s.staging, s.line INTO staging, line FROM lifecycle._restore_step(run, step, manifest, hold, staging, line) s;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
        failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    EXIT WHEN failed_state IS NOT NULL;
  END LOOP;
  IF failed_state IS NOT NULL AND staging IS NOT NULL THEN
    EXECUTE format('DROP TABLE IF EXISTS %s', staging);
  END IF;
  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('retention');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = format('restore_archive: %s', failed_message), DETAIL = coalesce(nullif(failed_detail, ''), 'SELECT * FROM lifecycle.pipeline_runs ORDER BY run_id DESC; shows it beside the other runs.'),
      HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END, 'The table is as it was.');
  END IF;
  RAISE NOTICE 'restore_archive: %; held until %', line, now() + hold;
END
$$;
COMMENT ON PROCEDURE lifecycle.restore_archive(text, interval) IS
'Brings an archive''s rows back as the partition they were: reads the manifest and the file beside it, holds the file''s hash and the rows'' checksum against it, and attaches the table; where rows of that range came since, both are put together, those present in both as they are now. Readers and writers of the table never wait for more than catalog work. Columns that point to rows since deleted are set to null, and the NOTICE says so. People erased since are not brought back.
hold: apply_retention() leaves the partition alone for so long (90 days), then archives it anew. The manifest may come from another database with the same tables. Interrupted, it leaves the table as it was; call it again. Needs ownership of the table and pg_read_server_files.
Errors: 22023 for what is no manifest, 42P01 and 42804 where the table is not (or no longer) what was archived, XX001 where file or rows differ from the manifest, 55000 where the rows are not gone, 23503 where a row needs one that is gone, 55P03 while another session works on archives, 25001 inside a transaction block.';
