CREATE FUNCTION lifecycle._require_client() RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_require_client' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._require_client() IS
  'Internal: raises 08006 where the client that sent the running statement has closed its connection, or died.';
