CREATE FUNCTION lifecycle._partition_begin(suffix text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  digits text := regexp_replace(suffix, '\D', '', 'g');
BEGIN
  IF suffix ~ '^_p\d{4}q[1-4]$' THEN
    RETURN to_timestamp(left(digits, 4), 'YYYY') + (right(digits, 1)::integer - 1) * interval '3 months';
  ELSIF suffix ~ '^_p\d{4}w\d\d$' THEN
    RETURN to_timestamp(digits, 'IYYYIW');
  ELSIF suffix ~ '^_p\d{4}((_?\d\d){0,2}|(_?\d\d){2}_\d{4}(\d\d)?)$' THEN
    RETURN to_timestamp(digits || substr('00000101000000', length(digits) + 1), 'YYYYMMDDHH24MISS');
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._partition_begin(text) IS
  'Internal: when the partition begins whose name ends so, as pg_partman of version 4 (_p2024_05, _p2024q2, _p2024w19, _p2024_05_06, _p2024_05_06_0700) or 5 (_p20240501, _p20240501_070000) names them; null for any other ending.';
