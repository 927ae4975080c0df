CREATE FUNCTION lifecycle._check_metric_range(from_date date, until_date date) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF (from_date IS NULL AND until_date IS NOT NULL) OR from_date > until_date OR NOT isfinite(from_date) OR NOT isfinite(until_date) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'roll_up_metrics() needs two dates in their order, or none',
      DETAIL = format('It was given from_date %s and until_date %s.', coalesce(from_date::text, 'null'), coalesce(until_date::text, 'null')),
      HINT = 'CALL lifecycle.roll_up_metrics(''2025-03-01'', ''2025-03-31''); both days are included. Without dates it finds the days that changed.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_metric_range(date, date) IS 'Internal: raises 22023 for a range of days that is none.';
