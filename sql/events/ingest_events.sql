CREATE PROCEDURE lifecycle.ingest_events(wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  step record;
  warned bigint := 0;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('ingest_events');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT lifecycle._run_lock('stage:ingest', wait) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'ingest_events: another run is working on the inbox',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('stage:ingest')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.';
  END IF;
  run := lifecycle._begin_run('ingest_events', NULL);
  CALL lifecycle._next_transaction();
  -- From the lowest id, again in every run: a line whose transaction committed late is there by then.
  SELECT (-9223372036854775808)::bigint AS after_id, NULL::bigint AS lines, 0::bigint AS warned INTO step;
  WHILE step.after_id IS NOT NULL LOOP
    BEGIN
      SELECT * INTO step FROM lifecycle._ingest_step(run, false, NULL, NULL, step.after_id, step.lines);
      warned := warned + step.warned;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
        failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    EXIT WHEN failed_state IS NOT NULL;
  END LOOP;
  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('stage:ingest');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = format('ingest_events failed: %s', failed_message),
      DETAIL = coalesce(failed_detail, ''), HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END,
        'Mend the cause and call again. Lines not placed yet are in event_inbox as they were.');
  END IF;
  RAISE NOTICE 'ingest_events: % in = % written + % repeats + % dead; % s', done.rows_in, done.written, done.unchanged, done.dead, round(done.seconds::numeric, 2);
  IF warned > 0 THEN
    RAISE WARNING 'ingest_events: % of the events written have names the contract warns of, from sources that enforce it as warnings', warned;
  END IF;
  IF done.dead > 0 THEN
    RAISE WARNING 'ingest_events: % dead letters (SELECT * FROM lifecycle.dead_letter_causes)', done.dead;
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.ingest_events(boolean) IS
  'Moves every line of event_inbox to where it belongs: to events; nowhere, where the same event is stored already (counted as a repeat); or to dead_letters with the reasons and the line itself. Lines are JSON objects of the five mandatory fields or CloudEvents 1.0 envelopes. Works in the order of ids, commits every lifecycle_ledger.chunk_rows lines, may be killed at any instruction and called again. Missing months of events are made for whatever time the contract allows. Logged in pipeline_runs. Errors: 25001 inside a transaction block, 55P03 while another session ingests (wait => true waits instead).';
