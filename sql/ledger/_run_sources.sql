CREATE PROCEDURE lifecycle._run_sources(procedure text, source text, wait boolean, refreshed boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
  names text[];
  name text;
  run bigint;
  kind text;
  step_begin timestamptz;
  horizon timestamptz;
  new_errors bigint; new_warnings bigint; resolved bigint;
  contacts_state text; contacts_message text; contacts_detail text; contacts_hint text;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  first_state text; first_message text; first_detail text; first_hint text;
  done record;
BEGIN
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT (has_table_privilege('lifecycle.pipeline_runs', 'INSERT') AND has_table_privilege('lifecycle.pipeline_runs', 'UPDATE')) THEN
    PERFORM lifecycle._require_owner(procedure || '()');
  END IF;
  IF lifecycle._lies_elsewhere('lifecycle.contact_events') THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('%s: contact_events is distributed, and runs write to a ledger on one node', procedure),
      HINT = 'SELECT undistribute_table(''lifecycle.contact_events''); for reading on several nodes distribute a copy (docs/SCALE.md).';
  END IF;
  -- What else is wrong with a source is found by its run, which puts it on record.
  IF source IS NOT NULL AND NOT EXISTS (SELECT FROM lifecycle.sources s WHERE s.source_system = source) THEN
    PERFORM lifecycle._source(source);
  END IF;
  names := ARRAY(SELECT s.source_system FROM lifecycle.sources s WHERE s.source_system = coalesce(source, s.source_system)
    ORDER BY s.source_system);
  IF cardinality(names) = 0 THEN
    RAISE NOTICE '%: no source is registered', procedure;
    RETURN;
  END IF;

  IF NOT refreshed THEN
    PERFORM lifecycle._run_lock('contacts', true);
    BEGIN
      PERFORM lifecycle._refresh_contact_directory();
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS contacts_state = RETURNED_SQLSTATE, contacts_message = MESSAGE_TEXT, contacts_detail = PG_EXCEPTION_DETAIL,
        contacts_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    PERFORM lifecycle._run_unlock('contacts');
  END IF;

  -- Several at once, the largest first; what the server has no room for is done here.
  IF procedure = 'rebuild_contact_events' AND contacts_state IS NULL AND cardinality(names) > 1 AND current_setting('lifecycle_ledger.rebuild_workers')::integer > 1 THEN
    SELECT coalesce(array_agg(w.name ORDER BY w.name) FILTER (WHERE NOT w.was_run), '{}'),
        (array_agg(w.sqlstate ORDER BY w.name) FILTER (WHERE w.message IS NOT NULL))[1], (array_agg(w.message ORDER BY w.name) FILTER (WHERE w.message IS NOT NULL))[1],
        (array_agg(w.detail ORDER BY w.name) FILTER (WHERE w.message IS NOT NULL))[1], (array_agg(w.hint ORDER BY w.name) FILTER (WHERE w.message IS NOT NULL))[1]
      INTO names, first_state, first_message, first_detail, first_hint
      FROM lifecycle._rebuild_in_workers(names, wait) w;
  END IF;

  FOREACH name IN ARRAY names LOOP
    -- Without its contacts no source can be worked on; each has it on record.
    failed_state := contacts_state;
    failed_message := format('%s of source "%s" failed: %s', procedure, name, contacts_message);
    failed_detail := contacts_detail;
    failed_hint := contacts_hint;
    IF NOT lifecycle._run_lock('contact_events:' || name, wait) THEN
      failed_state := '55P03';
      failed_message := format('%s: another run is working on source "%s"', procedure, name);
      failed_detail := format('Process %s holds its run lock.', lifecycle._run_lock_holder('contact_events:' || name));
      failed_hint := 'Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.';
      RAISE WARNING '%', failed_message;
    ELSE
      run := lifecycle._begin_run(procedure, name);
      -- Another release of this source may have run while this one waited for the lock: look again.
      kind := CASE WHEN procedure = 'sync_contact_events' AND (SELECT s.loaded_at IS NULL FROM lifecycle.sources s WHERE s.source_system = name)
        THEN 'rebuild_contact_events' ELSE procedure END;
      step_begin := NULL;
      CALL lifecycle._next_transaction();
      WHILE failed_state IS NULL LOOP
        BEGIN
          IF kind = 'rebuild_contact_events' THEN
            CALL lifecycle._rebuild_step(run, name, new_errors, new_warnings, resolved);
          ELSE
            SELECT s.next_begin, s.horizon, s.new_errors, s.new_warnings INTO step_begin, horizon, new_errors, new_warnings
              FROM lifecycle._sync_step(run, name, kind = 'reconcile_contact_events', step_begin, horizon) s;
          END IF;
          IF new_errors > 0 THEN
            RAISE WARNING 'source "%": % rows newly held, % new warnings (SELECT * FROM lifecycle.issues)', name, new_errors, new_warnings;
          END IF;
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
            failed_hint = PG_EXCEPTION_HINT;
          failed_message := format('%s of source "%s" failed: %s', procedure, name, failed_message);
          RAISE WARNING '%', failed_message;
        END;
        CALL lifecycle._next_transaction();
        EXIT WHEN step_begin IS NULL;
      END LOOP;
      IF failed_state IS NULL THEN
        PERFORM lifecycle._end_run(run, NULL, NULL, NULL);
        SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
        RAISE NOTICE '%: source "%": % in = % written + % unchanged + % superseded + % held; % deleted; % s', procedure, name, done.rows_in,
          done.written, done.unchanged, done.superseded, done.held, done.deleted, round(done.seconds::numeric, 2);
      ELSE
        PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
      END IF;
      CALL lifecycle._next_transaction();
      PERFORM lifecycle._run_unlock('contact_events:' || name);
    END IF;
    IF failed_state IS NOT NULL AND first_state IS NULL THEN
      first_state := failed_state;
      first_message := failed_message;
      first_detail := failed_detail;
      first_hint := failed_hint;
    END IF;
  END LOOP;
  -- One source's trouble never keeps the others waiting; it is raised when all had their turn.
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message,
      DETAIL = coalesce(nullif(first_detail, ''), 'SELECT * FROM lifecycle.pipeline_runs ORDER BY run_id DESC; shows it beside the other runs.'),
      HINT = coalesce(nullif(first_hint, ''), CASE first_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and call again. The ledger rows of this source are as they were before the step that failed.');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle._run_sources(text, text, boolean, boolean) IS
  'Internal: runs a procedure over one source or all of them: locks, logs, commits each step, goes on past a failing source and raises its error at the end. refreshed: the caller has just brought the contact directory up to date.';
