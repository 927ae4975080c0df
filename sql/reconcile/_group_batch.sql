CREATE FUNCTION lifecycle._group_batch(taken bigint, upto bigint DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- As many groups as make a step, all parted or all whole.
  RETURN (SELECT jsonb_agg(to_jsonb(b.*) - 'so_far' - 'bytes' - 'differs' ORDER BY b.place)
    FROM (SELECT g.*, sum(g.weight) OVER (ORDER BY g.place) AS so_far FROM pg_temp.reconcile_groups g
      WHERE g.place > taken AND g.place <= coalesce(upto, taken + 1000) AND (g.bucket = '') = (SELECT f.bucket = '' FROM pg_temp.reconcile_groups f WHERE f.place = taken + 1)) b
    WHERE upto IS NOT NULL OR b.place = taken + 1 OR b.so_far <= current_setting('lifecycle_ledger.chunk_rows')::bigint);
END
$$;
COMMENT ON FUNCTION lifecycle._group_batch(bigint, bigint) IS
  'Internal: the next groups of reconcile_groups (of _parity_groups()) that a step takes, behind those that were taken; or all up to a place, which an earlier call gave. At most 1,000, an array of objects.';
