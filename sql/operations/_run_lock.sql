CREATE FUNCTION lifecycle._run_lock(name text, wait boolean) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_run_lock' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._run_lock(text, boolean) IS
'Internal: takes the run lock of that name in this database, so that a run does not go twice at once. True when taken; false when another session holds it and wait is false, and always false, without waiting, when this session holds it already: a run cannot start inside itself. It outlives COMMIT and ends with _run_unlock(name), with the session, with any error or ROLLBACK of a transaction (also of the savepoint or EXCEPTION block in which it was taken), so an error or cancel anywhere in a procedure frees it. In pg_locks: the session-level advisory lock (1279607879, hashtext(name)).';
