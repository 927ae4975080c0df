CREATE FUNCTION lifecycle._check_directory(path text) RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_check_directory' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._check_directory(text) IS
'Internal: raises unless files can be written in a directory on the server: 42602 for a path that is not absolute, 58P01 where there is none, 42809 where it is no directory or is reached through a symbolic link, 42501 without pg_write_server_files and among the server''s own files, 58030 where the operating system refuses.';
