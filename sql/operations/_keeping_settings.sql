CREATE FUNCTION lifecycle._keeping_settings(command text) RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_keeping_settings' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._keeping_settings(text) IS
'Internal: runs an SQL command as the caller, with search_path pg_catalog and in UTC, and afterwards puts back every setting the command has changed, those it changed for the session included: pg_partman sets search_path so.';
