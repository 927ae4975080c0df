CREATE FUNCTION lifecycle._lock_partitions(parent regclass) RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_lock_partitions' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._lock_partitions(regclass) IS
'Internal: held to the end of the transaction by whoever makes a partition of the table. In pg_locks the advisory lock (the table, 0) with objsubid 5, which pg_advisory_lock() cannot take. Error 42501 for all but the table''s owner, who alone can make one.';
