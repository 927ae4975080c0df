CREATE FUNCTION lifecycle._file_exists(path text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_file_exists' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._file_exists(text) IS 'Internal: whether there is something at a path on the server. Needs pg_read_server_files.';
