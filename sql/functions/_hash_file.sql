CREATE FUNCTION lifecycle._hash_file(path text, OUT bytes bigint, OUT file_hash text)
AS 'MODULE_PATHNAME', 'lifecycle_hash_file' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._hash_file(text) IS
'Internal: size and XXH3-128 (as xxh128sum prints it) of a file on the server, which is also unpacked where it is compressed, so that damage shows. Needs pg_read_server_files. Errors as _read_file().';
