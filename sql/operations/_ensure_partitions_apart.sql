CREATE FUNCTION lifecycle._ensure_partitions_apart(parent regclass, moments timestamptz[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Who waits for the worker may hold what it waits for.
SET lock_timeout = '5s'
AS $$
DECLARE
  moment timestamptz;
BEGIN
  FOREACH moment IN ARRAY moments LOOP
    PERFORM lifecycle._ensure_partition(parent, moment);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._ensure_partitions_apart(regclass, timestamptz[]) IS 'Internal: what _ensure_partitions() has a background worker do. Error 55P03 where a lock is not to be had soon.';
