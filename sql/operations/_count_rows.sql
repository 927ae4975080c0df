CREATE FUNCTION lifecycle._count_rows(run bigint, rows_in bigint, written bigint, unchanged bigint, superseded bigint, dead bigint,
  held bigint, deleted bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF rows_in <> written + unchanged + superseded + dead + held THEN
    RAISE EXCEPTION USING
      ERRCODE = 'data_corrupted',
      MESSAGE = 'the rows of this run do not add up',
      DETAIL = format('%s rows in, but %s written + %s unchanged + %s superseded + %s dead + %s held.', rows_in, written, unchanged,
        superseded, dead, held),
      HINT = 'Nothing was changed. Please report this with the source''s mapping.';
  END IF;
  UPDATE lifecycle.pipeline_runs r SET
      rows_in = r.rows_in + _count_rows.rows_in,
      written = r.written + _count_rows.written,
      unchanged = r.unchanged + _count_rows.unchanged,
      superseded = r.superseded + _count_rows.superseded,
      dead = r.dead + _count_rows.dead,
      held = r.held + _count_rows.held,
      deleted = r.deleted + _count_rows.deleted,
      chunks = r.chunks + 1
    WHERE r.run_id = run;
END
$$;
COMMENT ON FUNCTION lifecycle._count_rows(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) IS
  'Internal: adds one step''s row accounting to its run, in the transaction that did the work; raises when it does not add up.';
