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
  -- A negative one would skip rows, and so may a part of it ("1 month -30 days" compares as nothing, and is days ahead in March); a longer one
  -- would leave the range of times.
  IF look_back IS NULL OR look_back > '1000 years' OR extract(year FROM look_back) * 12 + extract(month FROM look_back) < 0 OR extract(day FROM look_back) < 0
    OR extract(hour FROM look_back) * 3600 + extract(minute FROM look_back) * 60 + extract(second FROM look_back) < 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('mapping of source "%s": look_back is not an interval of zero or more, up to 1000 years', source_system),
      DETAIL = format('/look_back is %s.', given),
      HINT = 'Give it as text, such as "10 minutes"; leave the key out for 5 minutes.';
  END IF;
  RETURN look_back;
END
$$;
COMMENT ON FUNCTION lifecycle._look_back(text, jsonb) IS 'Internal: the look_back of a mapping as an interval; raises 22023 where it is none, negative in any part, or longer than 1000 years.';
