CREATE FUNCTION lifecycle._make_directory(path text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_make_directory' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._make_directory(text) IS
'Internal: makes a directory within one that is there, with its permissions; false where it exists. Needs pg_write_server_files. Errors as of _check_directory(); 42809 also where a symbolic link has its name.';
