-- hashtext() of a C-collated value is what _run_lock() computes; class and objid are unsigned in pg_locks, objsubid 3 is our own kind.
CREATE FUNCTION lifecycle._run_lock_holder(name text) RETURNS integer
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS
$$
  SELECT l.pid
  FROM pg_locks AS l
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 3
    AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    AND l.classid = 1279607879
    AND l.objid = (hashtext(name COLLATE "C")::bigint & 4294967295)::oid
$$;
COMMENT ON FUNCTION lifecycle._run_lock_holder(text) IS
'Internal: process id of the session that holds the run lock of that name in this database; null when nobody does.';
