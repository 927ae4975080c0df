CREATE PROCEDURE lifecycle.process_triggers(wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  cut record;
  since timestamptz;
  any_new boolean;
  kinds text[] := '{event,lifecycle_event}';
  step record;
  fired bigint := 0;
  told_at timestamptz := pg_catalog.clock_timestamp();
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('process_triggers');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT lifecycle._run_lock('stage:triggers', wait) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'process_triggers: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('stage:triggers')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.';
  END IF;
  run := lifecycle._begin_run('process_triggers', NULL);
  CALL lifecycle._next_transaction();
  BEGIN
    SELECT c.seen, c.upto INTO cut FROM lifecycle._cut('process_triggers') c;
    since := coalesce((SELECT c.moved_at FROM lifecycle.cuts c WHERE c.name = 'process_triggers') - lifecycle._trigger_memory(), '-infinity');
    any_new := lifecycle._any_changed(ARRAY['lifecycle.events', 'lifecycle.lifecycle_events']::regclass[], cut.seen, cut.upto);
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
      failed_hint = PG_EXCEPTION_HINT;
  END;
  SELECT NULL::xid8 AS after_xid, NULL::uuid AS after_id INTO step;
  WHILE failed_state IS NULL AND any_new AND cardinality(kinds) > 0 LOOP
    BEGIN
      SELECT * INTO step FROM lifecycle._trigger_step(run, kinds[1], cut.seen, cut.upto, since, step.after_xid, step.after_id);
      fired := fired + step.fired;
      IF step.after_xid IS NULL THEN
        kinds := kinds[2:];
        IF kinds = '{}' THEN
          -- With the last step. A run that was killed before begins again and finds by their keys the events it judged.
          PERFORM lifecycle._move_cut('process_triggers', cut.upto);
          DELETE FROM lifecycle.trigger_event_keys k WHERE k.received_at < now() - lifecycle._trigger_memory();
        END IF;
      END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
        failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    EXIT WHEN failed_state IS NOT NULL;
    IF clock_timestamp() > told_at + interval '5 seconds' THEN
      RAISE NOTICE 'process_triggers: % pairs of event and trigger so far', (SELECT r.rows_in FROM lifecycle.pipeline_runs r WHERE r.run_id = run);
      told_at := clock_timestamp();
    END IF;
  END LOOP;
  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('stage:triggers');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = 'process_triggers failed: ' || failed_message, DETAIL = coalesce(failed_detail, ''),
      HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END,
        'Mend the cause and call again. Events judged before it are done, the others are as they were.');
  END IF;
  RAISE NOTICE 'process_triggers: % pairs of event and trigger = % judged + % passed over + % dead; % executions started; % s', done.rows_in,
    done.written, done.unchanged, done.dead, fired, round(done.seconds::numeric, 2);
  IF done.dead > 0 THEN
    RAISE WARNING 'process_triggers: % dead letters (SELECT * FROM lifecycle.dead_letter_causes WHERE stage = ''triggers'')', done.dead;
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.process_triggers(boolean) IS
'Holds every event (events by event_name, lifecycle_events by event_type) against every enabled trigger that listens to it, each pair exactly once: a row of trigger_executions whether or not the conditions over {user, event} hold, and where they do, an execution of the trigger''s workflow in pending, pinned to the workflow''s version. A trigger sees what was received since enabled_at; events older than its max_event_age are passed over; an event whose user is not known is judged without one and starts nothing. docs/TRIGGERS.md describes all of it.
Takes what was committed since the last run, in whatever order transactions committed; commits in steps, may be killed at any instruction and called again. A pair whose conditions raise an error is a dead letter of stage triggers. wait: whether to wait for another run instead of raising.
Errors: 25001 inside a transaction block, 55P03 while another session runs it.';
