CREATE PROCEDURE lifecycle.backfill(dataset text, from_time timestamptz, until_time timestamptz, step interval DEFAULT '1 day')
LANGUAGE plpgsql
AS $$
DECLARE
  id bigint;
  target record;
  subject text;
  run bigint;
  at record;
  batches bigint;
  took double precision;
  begun timestamptz;
  told_at timestamptz := pg_catalog.clock_timestamp();
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  first_state text; first_message text; first_detail text; first_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('backfill');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_writable('backfill');
  IF NOT (has_table_privilege('lifecycle.pipeline_runs', 'INSERT') AND has_table_privilege('lifecycle.backfills', 'INSERT')) THEN
    PERFORM lifecycle._require_owner('backfill()');
  END IF;
  id := lifecycle._begin_backfill(dataset, from_time, until_time, step);
  CALL lifecycle._next_transaction();
  IF NOT EXISTS (SELECT FROM lifecycle.backfills b WHERE b.backfill_id = id) THEN
    RAISE NOTICE 'backfill: nothing to do: no enabled destination gets dataset "%", or it has no source', dataset;
    RETURN;
  END IF;
  FOR target IN SELECT b.destination, d.kind FROM lifecycle.backfills b JOIN lifecycle.destinations d USING (destination) WHERE b.backfill_id = id AND b.finished_at IS NULL ORDER BY 1 LOOP
    subject := format('%s@%s backfill', dataset, target.destination);
    failed_state := NULL;
    IF NOT lifecycle._run_lock('backfill:' || subject, false) THEN
      failed_state := '55P03';
      failed_message := format('backfill: another run is replaying dataset "%s" to destination "%s"', dataset, target.destination);
      failed_detail := format('Process %s holds its run lock.', lifecycle._run_lock_holder('backfill:' || subject));
      failed_hint := 'Wait for it: SELECT * FROM lifecycle.progress;';
      RAISE WARNING '%', failed_message;
    ELSE
      run := lifecycle._begin_run('backfill', subject);
      begun := clock_timestamp();
      batches := 0;
      UPDATE lifecycle.backfills b SET run_id = run, resumed_from = b.done_until WHERE b.backfill_id = id AND b.destination = target.destination;
      CALL lifecycle._next_transaction();
      LOOP
        SELECT b.* INTO at FROM lifecycle.backfills b WHERE b.backfill_id = id AND b.destination = target.destination;
        EXIT WHEN NOT FOUND OR at.finished_at IS NOT NULL OR failed_state IS NOT NULL;
        BEGIN
          batches := batches + lifecycle._backfill_step(run, id, target.destination);
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
          failed_message := format('backfill of dataset "%s" to destination "%s" failed at %s: %s', dataset, target.destination, at.done_until, failed_message);
          RAISE WARNING '%', failed_message;
        END;
        CALL lifecycle._next_transaction();
        IF failed_state IS NULL AND clock_timestamp() > told_at + interval '1 second' THEN
          SELECT p.* INTO done FROM lifecycle.progress p WHERE p.run_id = run;
          RAISE NOTICE 'backfill: dataset "%" to destination "%": until %; % rows, % rows/s, % %%, ends about %', dataset, target.destination,
            (SELECT b.done_until FROM lifecycle.backfills b WHERE b.backfill_id = id AND b.destination = target.destination), done.rows_done, done.rows_per_second, done.percent_done,
            to_char(done.eta, 'YYYY-MM-DD HH24:MI:SS TZ');
          told_at := clock_timestamp();
        END IF;
      END LOOP;
      BEGIN
        IF target.kind = 'directory' AND batches > 0 THEN
          PERFORM lifecycle._write_export_manifest(target.destination, dataset);
        END IF;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
      END;
      PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
      SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
      CALL lifecycle._next_transaction();
      PERFORM lifecycle._run_unlock('backfill:' || subject);
      IF failed_state IS NULL THEN
        RAISE NOTICE 'backfill: dataset "%" to destination "%": % in = % written + % there already + % dead; % batches, % s', dataset, target.destination, done.rows_in, done.written,
          done.unchanged, done.dead, batches, round(done.seconds::numeric, 2);
      END IF;
    END IF;
    IF failed_state IS NOT NULL AND first_state IS NULL THEN
      first_state := failed_state;
      first_message := failed_message;
      first_detail := failed_detail;
      first_hint := failed_hint;
    END IF;
  END LOOP;
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message, DETAIL = coalesce(first_detail, ''),
      HINT = coalesce(nullif(first_hint, ''), CASE first_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and make the same call again: it goes on where it stopped.');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.backfill(text, timestamptz, timestamptz, interval) IS
'Sends a dataset''s rows again, to every enabled destination that gets it: those whose time (the contract''s timeColumn: created_at, occurred_at, updated_at or captured_at) lies from from_time on and before until_time, in windows of step, the earliest first. Commits after each window, and tells rows, rows a second and when it ends, as NOTICE and in view progress. Cancelled, killed or failed, the same call goes on where it stopped (table backfills). May run beside exports: they take turns, batch by batch, and what a warehouse has is not written twice; a directory gets the rows in further files, marked backfill in its manifest. Errors: 25001 inside a transaction block, 22004 and 22023 for arguments, 42704 unknown dataset, 0A000 for one that leaves in bulk, 55P03 while another session does the same, and what a delivery raised.';
