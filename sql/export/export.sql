CREATE PROCEDURE lifecycle.export(dataset text DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  pair record;
  subject text;
  relations oid[];
  waiting record;
  run bigint;
  step record;
  rejected bigint;
  batches bigint;
  told_at timestamptz := pg_catalog.clock_timestamp();
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  recorded text; -- detail and hint, for the tables that keep one text of both
  first_state text; first_message text; first_detail text; first_hint text;
  status text;
  reason text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('export');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT (has_table_privilege('lifecycle.pipeline_runs', 'INSERT') AND has_table_privilege('lifecycle.export_batches', 'INSERT')) THEN
    PERFORM lifecycle._require_owner('export()');
  END IF;
  IF export.dataset IS NOT NULL THEN
    PERFORM lifecycle._dataset_contract(export.dataset);
    PERFORM lifecycle._require_in_force(export.dataset);
  END IF;
  IF NOT EXISTS (SELECT FROM lifecycle._export_pairs(export.dataset)) THEN
    RAISE NOTICE 'export: nothing to do: no enabled destination gets %', coalesce('dataset "' || export.dataset || '"', 'a dataset that has a source');
    RETURN;
  END IF;

  FOR pair IN SELECT e.* FROM lifecycle._export_pairs(export.dataset) e LOOP
    subject := pair.dataset || '@' || pair.destination;
    failed_state := NULL;
    reason := 'export';
    SELECT b.status, b.sequence, b.next_attempt_at, b.attempts, b.message INTO waiting FROM lifecycle.export_batches b
      WHERE b.destination = pair.destination AND b.dataset = pair.dataset AND b.status <> 'delivered';
    IF waiting.status = 'dead' THEN
      RAISE WARNING 'export: dataset "%" is not sent to destination "%": its batch % was given up after % attempts (%)', pair.dataset, pair.destination, waiting.sequence,
        waiting.attempts, waiting.message USING HINT = 'Mend the cause, then CALL lifecycle.retry_dead_letters(''export'');';
      CONTINUE;
    ELSIF waiting.next_attempt_at > clock_timestamp() THEN
      RAISE NOTICE 'export: dataset "%" to destination "%" is tried again at % (attempt % failed: %)', pair.dataset, pair.destination, waiting.next_attempt_at, waiting.attempts, waiting.message;
      CONTINUE;
    END IF;
    IF NOT lifecycle._run_lock('export:' || subject, false) THEN
      failed_state := '55P03';
      failed_message := format('export: another run is sending dataset "%s" to destination "%s"', pair.dataset, pair.destination);
      failed_detail := format('Process %s holds its run lock.', lifecycle._run_lock_holder('export:' || subject));
      failed_hint := 'Wait for it: SELECT * FROM lifecycle.progress;';
      RAISE WARNING '%', failed_message;
    ELSE
      run := lifecycle._begin_run('export', subject);
      CALL lifecycle._next_transaction();
      batches := 0;
      rejected := 0;
      relations := ARRAY(SELECT s.relation FROM lifecycle.dataset_sources s WHERE s.dataset = pair.dataset AND pair.has_rows ORDER BY s.relation::text);
      BEGIN
        -- Who was erased first: what is sent after it has nothing of them.
        PERFORM lifecycle._send_erasures(run, pair.destination, pair.dataset);
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
        reason := 'erasure';
      END;
      CALL lifecycle._next_transaction();
      BEGIN
        -- A run that was killed may have committed batches and not come to their manifest.
        IF pair.kind = 'directory' AND failed_state IS NULL THEN
          PERFORM lifecycle._write_export_manifest(pair.destination, pair.dataset);
          PERFORM lifecycle._remove_erased_files(pair.destination, pair.dataset);
        END IF;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
      END;
      CALL lifecycle._next_transaction();
      FOR place IN 1 .. cardinality(relations) LOOP
        SELECT NULL::timestamptz AS step_begin, NULL::timestamptz AS horizon, true AS goes_on INTO step;
        WHILE step.goes_on AND failed_state IS NULL LOOP
          BEGIN
            SELECT * INTO step FROM lifecycle._export_step(run, pair.destination, pair.dataset, relations[place], step.step_begin, step.horizon);
            batches := batches + step.batches;
            rejected := rejected + step.rejected;
          EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
          END;
          CALL lifecycle._next_transaction();
          IF clock_timestamp() > told_at + interval '5 seconds' THEN
            RAISE NOTICE 'export: dataset "%" to destination "%": % rows so far', pair.dataset, pair.destination, (SELECT r.rows_in FROM lifecycle.pipeline_runs r WHERE r.run_id = run);
            told_at := clock_timestamp();
          END IF;
        END LOOP;
      END LOOP;
      IF failed_state IS NULL THEN
        BEGIN
          IF pair.kind = 'directory' AND batches > 0 THEN
            PERFORM lifecycle._write_export_manifest(pair.destination, pair.dataset);
          END IF;
          -- A batch that had failed and whose rows are gone: nothing is left to deliver.
          DELETE FROM lifecycle.export_batches b WHERE b.destination = pair.destination AND b.dataset = pair.dataset AND b.status <> 'delivered';
          IF FOUND THEN
            PERFORM lifecycle._resolve_alert('export.dead', subject);
          END IF;
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
        END;
      END IF;
      IF failed_state IS NULL THEN
        PERFORM lifecycle._end_run(run, NULL, NULL, NULL);
        SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
        RAISE NOTICE 'export: dataset "%" to destination "%": % in = % written + % there already + % dead; % batches, % s', pair.dataset, pair.destination, done.rows_in, done.written,
          done.unchanged, done.dead, batches, round(done.seconds::numeric, 2);
        IF done.dead > 0 THEN
          RAISE WARNING 'export: dataset "%": % rows are dead letters (SELECT * FROM lifecycle.dead_letter_causes)', pair.dataset, done.dead;
        END IF;
      ELSE
        recorded := nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), '');
        status := lifecycle._fail_batch(run, pair.destination, pair.dataset, reason, failed_state, failed_message, recorded);
        failed_message := format('export of dataset "%s" to destination "%s" failed: %s', pair.dataset, pair.destination, failed_message);
        PERFORM lifecycle._end_run(run, failed_state, failed_message, recorded);
        IF status = 'failed' THEN
          RAISE WARNING '%', failed_message;
        END IF;
      END IF;
      CALL lifecycle._next_transaction();
      PERFORM lifecycle._run_unlock('export:' || subject);
    END IF;
    IF failed_state IS NOT NULL AND first_state IS NULL THEN
      first_state := failed_state;
      first_message := failed_message;
      first_detail := failed_detail;
      first_hint := failed_hint;
    END IF;
  END LOOP;
  -- One destination's trouble never keeps the others waiting; it is raised when all had their turn.
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message, DETAIL = coalesce(first_detail, ''),
      HINT = coalesce(nullif(first_hint, ''), CASE first_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause. What was not delivered goes out with a later export: SELECT * FROM lifecycle.export_batches WHERE status <> ''delivered'';');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.export(text) IS
'Sends what has changed in the sources of one dataset, or of all, to every enabled destination that gets it: reads by a cut that misses no late commit, maps, holds each row against the contract, delivers in batches of about lifecycle_ledger.batch_bytes, verifies, and records each batch in export_batches with the position of the source, in one transaction. Killed at any instruction and called again it ends in the same state. Rows that break the contract are dead letters of stage export, rows that a destination refuses of stage apply; neither keeps the others back. A batch that cannot be delivered is tried again after a growing pause and given up in the end (an alert, export.dead); other destinations are served all the same, and the first error is raised at the end. lifecycle_event_history leaves in bulk, not by this. One run in pipeline_runs for each dataset and destination. Errors: 25001 inside a transaction block, 42704 unknown dataset, 55P03 where another session sends the same dataset to the same destination, and what a delivery raised.';
