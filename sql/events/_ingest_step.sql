CREATE FUNCTION lifecycle._ingest_step(run bigint, retry boolean, retry_source text, retry_code text, INOUT after_id bigint, INOUT lines bigint,
  OUT warned bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := current_setting('lifecycle_ledger.chunk_rows');
  attempt integer := 0;
  step record;
  state text; message text; detail text; hint text; broken text;
BEGIN
  lines := least(coalesce(lines, most), most);
  LOOP
    BEGIN
      IF retry THEN
        SELECT * INTO step FROM lifecycle._retry_chunk(after_id, lines, retry_source, retry_code);
      ELSE
        SELECT * INTO step FROM lifecycle._ingest_chunk(after_id, lines);
      END IF;
      PERFORM lifecycle._count_rows(run, step.taken, step.written, step.repeats, 0, step.dead, 0, 0);
      after_id := step.last_id;
      lines := least(lines * 4, most);
      warned := step.warned;
      RETURN;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        broken = CONSTRAINT_NAME;
    END;
    attempt := attempt + 1;
    IF (state IN ('40001', '40P01') OR (state = '23505' AND broken = 'event_keys_pkey')) AND attempt < 20 THEN
      -- Somebody inserts the same ids at the same time.
      PERFORM pg_sleep(0.01 * attempt * random());
    ELSIF left(state, 2) NOT IN ('21', '22', '23', '54', 'P0') THEN
      -- Not the fault of a line: a privilege, a lock, a full disk. Lines must not be called dead for it.
      RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
    ELSIF lines > 1 THEN
      -- A line that a constraint or trigger of the user's own refuses. It must not condemn the others: smaller steps find it.
      lines := greatest(lines / 8, 1);
    ELSE
      after_id := lifecycle._bury_line(after_id, state, message, detail, retry, retry_source, retry_code);
      PERFORM lifecycle._count_rows(run, 1, 0, 0, 0, 1, 0, 0) WHERE after_id IS NOT NULL;
      warned := 0;
      RETURN;
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._ingest_step(bigint, boolean, text, text, bigint, bigint) IS
  'Internal: one step of ingest_events() or of a retry, with its row accounting: up to so many lines after an id. What to go on from comes back, after_id null where nothing is left. Conflicts with other sessions are tried again; a line that the tables refuse is found by ever smaller steps and buried.';
