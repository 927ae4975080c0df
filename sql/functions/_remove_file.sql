CREATE FUNCTION lifecycle._remove_file(path text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_remove_file' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._remove_file(text) IS
'Internal: removes a file on the server and syncs its directory; false where there is none. A ROLLBACK does not bring it back. Needs pg_write_server_files. Errors: 42501 without it and among the server''s own files, 42602 for a path that is not absolute, 42809 for what is no regular file, 58P01 and 58030 from the file system.';
