CREATE PROCEDURE lifecycle.refresh_segments(wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  cut record;
  begun_at timestamptz;
  any_changed boolean;
  todo record;
  judged_whole integer := 0;
  most bigint;
  step record;
  due record;
  failure jsonb;
  failures jsonb := '[]';
  phase text := 'whole';
  told_at timestamptz := pg_catalog.clock_timestamp();
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('refresh_segments');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT lifecycle._run_lock('refresh_segments', wait) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'refresh_segments: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('refresh_segments')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.';
  END IF;
  run := lifecycle._begin_run('refresh_segments', NULL);
  CALL lifecycle._next_transaction();
  BEGIN
    SELECT c.seen, c.upto INTO cut FROM lifecycle._cut('refresh_segments') c;
    begun_at := now();
    any_changed := lifecycle._any_changed(ARRAY['lifecycle.users']::regclass[], cut.seen, cut.upto);
    SELECT s.whole, s.by_user INTO todo FROM lifecycle._segments_to_judge() s;
    IF cut.seen IS NULL THEN
      -- Nobody knows who changed.
      todo.whole := todo.whole || todo.by_user;
      todo.by_user := '{}';
    END IF;
    most := greatest(current_setting('lifecycle_ledger.chunk_rows')::bigint / greatest(cardinality(todo.by_user), 1), 1);
    PERFORM lifecycle._ensure_partition('lifecycle.lifecycle_events', now());
    SELECT NULL::xid8 AS after_xid, NULL::uuid AS after_id, NULL::uuid[] AS ids INTO step;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
      failed_hint = PG_EXCEPTION_HINT;
  END;
  WHILE failed_state IS NULL AND phase <> 'done' LOOP
    BEGIN
      failure := '[]';
      IF phase = 'whole' AND judged_whole < cardinality(todo.whole) THEN
        failure := lifecycle._try_segments(run, todo.whole[judged_whole + 1], NULL, NULL, NULL);
        judged_whole := judged_whole + 1;
      ELSIF phase = 'whole' THEN
        phase := CASE WHEN any_changed AND cardinality(todo.by_user) > 0 THEN 'changed' ELSE 'cut' END;
      ELSIF phase = 'changed' THEN
        SELECT * INTO step FROM lifecycle._changed_users(cut.seen, cut.upto, most, step.after_xid, step.after_id);
        IF step.ids IS NOT NULL THEN
          failure := lifecycle._try_segments(run, NULL, todo.by_user, step.ids, NULL);
        END IF;
        phase := CASE WHEN step.after_xid IS NULL THEN 'cut' ELSE 'changed' END;
      ELSIF phase = 'due' THEN
        SELECT * INTO due FROM lifecycle._due_memberships(todo.by_user, begun_at, most);
        IF due.user_ids IS NULL THEN
          phase := 'done';
        ELSE
          failure := lifecycle._try_segments(run, NULL, todo.by_user, due.user_ids, due.segment_ids);
        END IF;
      END IF;
      IF phase = 'cut' THEN
        -- A run that was killed before begins again, and finds what it did unchanged.
        IF any_changed THEN
          PERFORM lifecycle._move_cut('refresh_segments', cut.upto);
        END IF;
        phase := 'due';
      END IF;
      IF failure <> '[]' THEN
        failures := failures || failure;
        todo.by_user := ARRAY(SELECT s FROM unnest(todo.by_user) s WHERE NOT jsonb_path_exists(failures, '$[*] ? (@.segment_id == $id)', jsonb_build_object('id', s)));
        RAISE WARNING '%', failure -> 0 ->> 'message';
      END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
        failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    IF clock_timestamp() > told_at + interval '5 seconds' THEN
      RAISE NOTICE 'refresh_segments: % of % segments judged whole, % pairs of user and segment so far', judged_whole, cardinality(todo.whole),
        (SELECT r.rows_in FROM lifecycle.pipeline_runs r WHERE r.run_id = run);
      told_at := clock_timestamp();
    END IF;
  END LOOP;
  IF failed_state IS NULL AND failures <> '[]' THEN
    failed_state := failures -> 0 ->> 'sqlstate';
    failed_message := failures -> 0 ->> 'message';
    failed_detail := failures -> 0 ->> 'detail';
    failed_hint := 'Mend its conditions; the next refresh judges it over all users. The other segments are up to date.';
  END IF;
  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('refresh_segments');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = 'refresh_segments failed: ' || failed_message, DETAIL = coalesce(failed_detail, ''),
      HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END,
        'Mend the cause and call again. What was judged before it is done.');
  END IF;
  RAISE NOTICE 'refresh_segments: % segments judged whole; % pairs of user and segment = % memberships written + % unchanged; % of them ended; % s',
    judged_whole, done.rows_in, done.written, done.unchanged, done.deleted, round(done.seconds::numeric, 2);
END
$$;
COMMENT ON PROCEDURE lifecycle.refresh_segments(boolean) IS
'Brings user_segment_memberships in line with user_segments: who meets a segment''s conditions and is in one of its stages is a member. Judges only users who changed since the last run, users whom time alone moves in or out (valid_until, user_segment_rechecks), and, over all users, segments that are new or defined otherwise, with the GIN index on attributes where it can answer. Writes only memberships that differ; each entry and exit is a lifecycle event, segment_entered or segment_left. docs/TRIGGERS.md describes all of it.
Commits in steps, may be killed at any instruction and called again. A segment whose conditions raise an error keeps its members and is reported at the end; the others are refreshed. wait: whether to wait for another run instead of raising.
Errors: 25001 inside a transaction block, 55P03 while another session runs it, that of the first segment that failed.';
