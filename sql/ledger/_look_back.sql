CREATE FUNCTION lifecycle._look_back(source_system text, given jsonb) RETURNS interval
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  look_back interval;
BEGIN
  BEGIN
    look_back := CASE jsonb_typeof(given) WHEN 'string' THEN (given #>> '{}')::interval END;
  EXCEPTION WHEN data_exception THEN
    look_back := NULL;
  END;
  -- A negative one would skip rows.
  IF look_back IS NULL OR look_back < '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('mapping of source "%s": look_back is not an interval of zero or more', source_system),
      DETAIL = format('/look_back is %s.', given),
      HINT = 'Give it as text, such as "10 minutes"; leave the key out for 5 minutes.';
  END IF;
  RETURN look_back;
END
$$;
COMMENT ON FUNCTION lifecycle._look_back(text, jsonb) IS 'Internal: the look_back of a mapping as an interval; raises 22023 where it is none, or negative.';
