CREATE FUNCTION lifecycle._uuid_v7() RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_uuid_v7' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._uuid_v7() IS
'Internal: a new UUID of version 7 (RFC 9562): the time to a quarter of a microsecond, then 62 random bits. Those made together are neighbours in an index.';
