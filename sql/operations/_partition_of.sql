CREATE FUNCTION lifecycle._partition_of(parent regclass, moment timestamptz) RETURNS regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT p.partition FROM (
    SELECT c.oid::regclass AS partition, regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''(.*)''\) TO \(''(.*)''\)$') AS bounds
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent) p
  WHERE moment >= p.bounds[1]::timestamptz AND moment < p.bounds[2]::timestamptz
$$;
COMMENT ON FUNCTION lifecycle._partition_of(regclass, timestamptz) IS
  'Internal: the partition that holds a time, of a table that is partitioned by ranges of one time column. Null where there is none.';
