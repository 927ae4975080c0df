CREATE PROCEDURE lifecycle.retry_dead_letters(stage text DEFAULT NULL, source text DEFAULT NULL, code text DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  stages text[];
  one_stage text;
  run bigint;
  step record;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  first_state text; first_message text; first_detail text; first_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('retry_dead_letters');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  -- A stage is known by its function.
  stages := ARRAY(SELECT substr(p.proname, 8) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'lifecycle' AND p.proname LIKE '\_retry\_%' AND p.proargnames[1:5] = '{run,source,code,after_id,lines}' ORDER BY 1);
  IF stage IS NOT NULL AND stage <> ALL (stages) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('there is no stage "%s"', stage),
      HINT = format('Stages with dead letters are %s.', array_to_string(stages, ', '));
  END IF;
  IF NOT lifecycle._run_lock('retry_dead_letters', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'retry_dead_letters: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('retry_dead_letters')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress) and call again.';
  END IF;
  FOREACH one_stage IN ARRAY stages LOOP
    CONTINUE WHEN one_stage <> stage
      OR (stage IS NULL AND NOT EXISTS (SELECT FROM lifecycle.dead_letters d WHERE d.stage = one_stage AND d.resolved_at IS NULL)
        AND NOT (one_stage = 'export' AND EXISTS (SELECT FROM lifecycle.export_batches b WHERE b.status <> 'delivered')));
    failed_state := NULL;
    PERFORM lifecycle._run_lock('stage:' || one_stage, true);
    run := lifecycle._begin_run('retry_dead_letters', NULL);
    CALL lifecycle._next_transaction();
    SELECT (-9223372036854775808)::bigint AS after_id, NULL::bigint AS lines INTO step;
    WHILE step.after_id IS NOT NULL LOOP
      BEGIN
        EXECUTE format('SELECT * FROM lifecycle.%I($1, $2, $3, $4, $5)', '_retry_' || one_stage)
          INTO step USING run, source, code, step.after_id, step.lines;
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
    PERFORM lifecycle._run_unlock('stage:' || one_stage);
    IF failed_state IS NULL THEN
      RAISE NOTICE 'retry_dead_letters: stage %: % tried = % written + % there already + % dead again; % s', one_stage, done.rows_in, done.written,
        done.unchanged, done.dead, round(done.seconds::numeric, 2);
    ELSIF first_state IS NULL THEN
      first_state := failed_state;
      first_message := format('retry_dead_letters of stage %s failed: %s', one_stage, failed_message);
      first_detail := failed_detail;
      first_hint := failed_hint;
    END IF;
  END LOOP;
  PERFORM lifecycle._run_unlock('retry_dead_letters');
  -- One stage's trouble never keeps the others waiting; it is raised when all had their turn.
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message, DETAIL = coalesce(first_detail, ''),
      HINT = coalesce(nullif(first_hint, ''), CASE first_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and call again.');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.retry_dead_letters(text, text, text) IS
  'Tries open dead letters again, where given those of one stage, one source, one reason code: after the contract, or their body, was mended. What is taken now, or was taken meanwhile, is marked as resolved, so that nothing is stored twice; the others keep their place with one more attempt and their present reasons. Stage export also takes up batches that could not be delivered: they go out with the next export(). Commits in steps; may be killed and called again. Logged in pipeline_runs, one run a stage. Errors: 25001 inside a transaction block, 22023 for an unknown stage, 55P03 while another session runs it.';
