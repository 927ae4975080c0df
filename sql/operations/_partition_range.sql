CREATE FUNCTION lifecycle._partition_range(partition regclass, OUT lower_bound timestamptz, OUT upper_bound timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
  bounds text[] := (SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid),
    '^FOR VALUES FROM \((?:''([^'']*)''|MINVALUE)\) TO \((?:''([^'']*)''|MAXVALUE)\)$') FROM pg_class c WHERE c.oid = partition);
BEGIN
  IF bounds IS NOT NULL THEN
    lower_bound := coalesce(bounds[1], '-infinity')::timestamptz;
    upper_bound := coalesce(bounds[2], 'infinity')::timestamptz;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._partition_range(regclass) IS
  'Internal: the range of a partition by one time column, the upper bound not included; timestamps and dates as UTC. Null for a DEFAULT partition and whatever else is no such range. Error where the bounds are no times.';
