CREATE FUNCTION lifecycle._lock_installation() RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_lock_installation' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._lock_installation() IS
'Internal: held to the end of the transaction by whoever changes what is installed: tables, published contracts, privileges. In pg_locks an advisory lock with objsubid 5, which pg_advisory_lock() cannot take. Error 42501 for all but the owner of the tables; before there are any, for whoever may not create them.';
