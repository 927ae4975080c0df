CREATE FUNCTION lifecycle._lock_writing(relation regclass, name text) RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_lock_writing' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._lock_writing(regclass, text) IS
'Internal: held to the end of the transaction by whoever writes what is called so into the table, so that two take turns. In pg_locks the advisory lock (the table, hash of name) with objsubid 4, which pg_advisory_lock() cannot take. Error 42501 for who may not INSERT into the table.';
