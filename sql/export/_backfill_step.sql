CREATE FUNCTION lifecycle._backfill_step(run bigint, backfill_id bigint, destination text, OUT batches bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  at record;
  window_end timestamptz;
  found record;
  rows_before bigint := (SELECT r.rows_in FROM lifecycle.pipeline_runs r WHERE r.run_id = run);
BEGIN
  SELECT b.* INTO STRICT at FROM lifecycle.backfills b WHERE b.backfill_id = _backfill_step.backfill_id AND b.destination = _backfill_step.destination FOR UPDATE;
  window_end := least(at.done_until + at.step, at.until_time);
  batches := 0;
  SELECT * INTO found FROM lifecycle._window_query(at.dataset, at.done_until, window_end);
  IF found.any_rows THEN
    -- A live export waits for this step, and the next step for the export.
    PERFORM lifecycle._lock_delivery(destination, at.dataset);
    SELECT s.batches INTO batches FROM lifecycle._send_rows(run, destination, at.dataset, found.query, 'backfill') s;
  END IF;
  UPDATE lifecycle.backfills b SET done_until = window_end, finished_at = CASE WHEN window_end = b.until_time THEN clock_timestamp() END,
      rows_in = b.rows_in + (SELECT r.rows_in FROM lifecycle.pipeline_runs r WHERE r.run_id = run) - rows_before
    WHERE b.backfill_id = at.backfill_id AND b.destination = at.destination;
END
$$;
COMMENT ON FUNCTION lifecycle._backfill_step(bigint, bigint, text) IS 'Internal: one transaction of a backfill: replays the next window to a destination and notes that it is done.';
