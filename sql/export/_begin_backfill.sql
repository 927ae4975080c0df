CREATE FUNCTION lifecycle._begin_backfill(dataset text, from_time timestamptz, until_time timestamptz, step interval) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  id bigint;
BEGIN
  IF num_nulls(dataset, from_time, until_time, step) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'backfill() needs a dataset, two times and a step',
      HINT = 'CALL lifecycle.backfill(''dx_operation_runs_v1'', ''2025-01-01'', ''2025-02-01'');';
  END IF;
  PERFORM lifecycle._dataset_contract(dataset);
  PERFORM lifecycle._require_in_force(dataset);
  IF NOT (isfinite(from_time) AND isfinite(until_time) AND from_time < until_time) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'backfill() needs a time and a later one, both finite', DETAIL = format('They are %s and %s.', from_time, until_time),
      HINT = 'The first is the earliest that is replayed, the second the first that is not.';
  ELSIF from_time + step <= from_time OR step < interval '1 second' OR (until_time - from_time) / greatest(extract(epoch FROM step), 1) > interval '1000000 seconds' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('backfill() cannot go by steps of %s', step), DETAIL = 'A step is a second at least, and there are a million of them at most.',
      HINT = 'Such as 1 hour, 1 day or 1 month.';
  ELSIF lifecycle._contract_property(lifecycle._dataset_contract(dataset), 'writeSemantics') #>> '{}' = 'replace' THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('dataset "%s" is not delivered in batches', dataset), HINT = 'It is exported in bulk, as a whole.';
  END IF;
  -- The same call once more goes on with what is not done.
  SELECT b.backfill_id INTO id FROM lifecycle.backfills b
    WHERE (b.dataset, b.from_time, b.until_time, b.step) = (_begin_backfill.dataset, _begin_backfill.from_time, _begin_backfill.until_time, _begin_backfill.step) AND b.finished_at IS NULL
    ORDER BY b.backfill_id DESC LIMIT 1;
  IF id IS NULL THEN
    LOCK TABLE lifecycle.backfills IN SHARE ROW EXCLUSIVE MODE;
    id := coalesce((SELECT max(b.backfill_id) FROM lifecycle.backfills b), 0) + 1;
    INSERT INTO lifecycle.backfills (backfill_id, destination, dataset, from_time, until_time, step, done_until, resumed_from)
      SELECT id, e.destination, e.dataset, _begin_backfill.from_time, _begin_backfill.until_time, _begin_backfill.step, _begin_backfill.from_time, _begin_backfill.from_time
      FROM lifecycle._export_datasets() e WHERE e.enabled AND e.dataset = _begin_backfill.dataset;
  END IF;
  RETURN id;
END
$$;
COMMENT ON FUNCTION lifecycle._begin_backfill(text, timestamptz, timestamptz, interval) IS 'Internal: checks the arguments of backfill(); the number of the one that it goes on with, or of a new one.';
