CREATE FUNCTION lifecycle._partition_unit(step interval) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN CASE step WHEN interval '1 hour' THEN 'hour' WHEN interval '1 day' THEN 'day' WHEN interval '1 week' THEN 'week'
    WHEN interval '1 month' THEN 'month' WHEN interval '3 months' THEN 'quarter' WHEN interval '1 year' THEN 'year' END;
END
$$;
COMMENT ON FUNCTION lifecycle._partition_unit(interval) IS
  'Internal: the unit of date_trunc() that partitions of this length begin with; null for lengths that are not an hour, day, week, month, quarter or year.';
