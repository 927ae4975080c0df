CREATE FUNCTION lifecycle._wal_bytes() RETURNS bigint
AS 'MODULE_PATHNAME', 'lifecycle_wal_bytes' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._wal_bytes() IS
'Internal: bytes of WAL this session has written so far, its finished parallel workers included; the difference of two calls is what the work between them wrote.';
