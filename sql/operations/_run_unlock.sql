CREATE FUNCTION lifecycle._run_unlock(name text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_run_unlock' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._run_unlock(text) IS
'Internal: gives back the run lock taken by _run_lock(name, ...); false when this session does not hold it.';
