CREATE FUNCTION lifecycle._retry_triggers(run bigint, source text, code text, INOUT after_id bigint, INOUT lines bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  letter record;
  done record;
  tried bigint := 0;
  dead bigint := 0;
  state text; message text; problem text;
BEGIN
  lines := coalesce(lines, least(current_setting('lifecycle_ledger.chunk_rows')::bigint, 1000));
  PERFORM lifecycle._ensure_partition('lifecycle.trigger_executions', now());
  FOR letter IN
    SELECT d.id, d.source::uuid AS trigger_id, d.received_at, t.id IS NULL AS is_orphan
    FROM lifecycle.dead_letters d LEFT JOIN lifecycle.triggers t ON t.id = d.source::uuid
    WHERE d.stage = 'triggers' AND d.resolved_at IS NULL AND d.id > after_id
      AND (_retry_triggers.source IS NULL OR d.source = _retry_triggers.source) AND (_retry_triggers.code IS NULL OR d.code = _retry_triggers.code)
    ORDER BY d.id LIMIT lines FOR UPDATE OF d
  LOOP
    tried := tried + 1;
    state := NULL;
    BEGIN
      IF letter.is_orphan THEN
        RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = 'its trigger has been deleted';
      END IF;
      -- Locked like those of a step.
      PERFORM FROM lifecycle.triggers t WHERE t.id = letter.trigger_id FOR KEY SHARE;
      PERFORM lifecycle._write_firings(
        format('SELECT d.body::jsonb AS event, coalesce(d.body::jsonb ->> ''user_id'', '''') COLLATE "C" AS user_key, NULL::uuid AS event_id, t.event_type AS event_name,'
          ' timestamptz ''infinity'' AS event_time, timestamptz ''infinity'' AS received_at, false AS known'
          ' FROM lifecycle.dead_letters d, lifecycle.triggers t WHERE d.id = %s AND t.id = %L', letter.id, letter.trigger_id),
        'true', 'false', ARRAY[letter.trigger_id], false);
      UPDATE lifecycle.dead_letters d SET resolved_at = now(), attempts = d.attempts + 1, last_seen = now() WHERE d.id = letter.id;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, problem = PG_EXCEPTION_DETAIL;
    END;
    IF state IS NOT NULL THEN
      IF left(state, 2) NOT IN ('22', '54', 'P0') THEN
        RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = problem;
      END IF;
      dead := dead + 1;
      UPDATE lifecycle.dead_letters d SET sqlstate = state, code = 'condition.' || state, attempts = d.attempts + 1, last_seen = now(),
          detail = concat_ws(': ', message, nullif(problem, ''))
        WHERE d.id = letter.id;
    END IF;
  END LOOP;
  PERFORM lifecycle._count_rows(run, tried, tried - dead, 0, 0, dead, 0, 0);
  after_id := letter.id;
END
$$;
COMMENT ON FUNCTION lifecycle._retry_triggers(bigint, text, text, bigint, bigint) IS
  'Internal: one step of retry_dead_letters(''triggers''): events that a trigger could not judge are held against it again, as its conditions are now and whether or not it is enabled. Arguments as of _retry_ingest().';
