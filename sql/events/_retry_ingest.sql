CREATE FUNCTION lifecycle._retry_ingest(run bigint, source text, code text, INOUT after_id bigint, INOUT lines bigint)
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT s.after_id, s.lines FROM lifecycle._ingest_step(run, true, source, code, after_id, lines) s
$$;
COMMENT ON FUNCTION lifecycle._retry_ingest(bigint, text, text, bigint, bigint) IS
  'Internal: one step of retry_dead_letters(''ingest''). retry_dead_letters() calls _retry_STAGE of these arguments for each stage: it tries open dead letters of the stage after after_id again, about as many as lines says (null: as it likes), counts them in the run, and gives back what to go on from; after_id null where nothing is left.';
