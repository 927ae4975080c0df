CREATE FUNCTION lifecycle._run_lock_shut(name text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_run_lock_shut' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._run_lock_shut(text) IS
'Internal: takes the run lock of that name to the end of this transaction, without being a run: none of that name begins meanwhile. False, without waiting, where another session holds it. Errors as of _run_lock().';
