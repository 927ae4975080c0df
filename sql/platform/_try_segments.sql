CREATE FUNCTION lifecycle._try_segments(run bigint, whole uuid, segments uuid[], user_ids uuid[], segment_ids uuid[]) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  attempt integer := 0;
  one uuid;
  failures jsonb := '[]';
  state text; message text; detail text; hint text;
BEGIN
  LOOP
    BEGIN
      IF whole IS NOT NULL THEN
        PERFORM lifecycle._judge_segment(run, whole);
      ELSE
        PERFORM lifecycle._segment_step(run, segments, user_ids, segment_ids);
      END IF;
      RETURN failures;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    END;
    attempt := attempt + 1;
    IF state IN ('40001', '40P01', '23503') AND attempt < 10 THEN
      -- A user or a segment was deleted meanwhile.
      PERFORM pg_sleep(0.01 * attempt * random());
    ELSIF left(state, 2) NOT IN ('22', '54') THEN
      -- Not the fault of a segment: a privilege, a lock, a full disk.
      RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
    ELSIF whole IS NULL AND cardinality(segments) > 1 THEN
      -- One segment's trouble never keeps the others waiting.
      FOREACH one IN ARRAY segments LOOP
        failures := failures || lifecycle._try_segments(run, NULL, ARRAY[one], user_ids, segment_ids);
      END LOOP;
      RETURN failures;
    ELSE
      one := coalesce(whole, segments[1]);
      -- Its members are as they were; the next refresh judges it whole.
      DELETE FROM lifecycle.user_segment_states t WHERE t.segment_id = one;
      RETURN jsonb_build_array(jsonb_build_object('segment_id', one, 'sqlstate', state, 'detail', detail, 'hint', hint, 'message',
        format('segment "%s" could not be judged: %s', (SELECT g.name FROM lifecycle.user_segments g WHERE g.id = one), message)));
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._try_segments(bigint, uuid, uuid[], uuid[], uuid[]) IS
  'Internal: _judge_segment(run, whole) where whole is given, else _segment_step(); returns the segments that failed, each with its error. Conflicts with other sessions are tried again.';
