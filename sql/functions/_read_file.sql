CREATE FUNCTION lifecycle._read_file(path text) RETURNS SETOF text
AS 'MODULE_PATHNAME', 'lifecycle_read_file' LANGUAGE C VOLATILE STRICT ROWS 100000;
COMMENT ON FUNCTION lifecycle._read_file(text) IS
'Internal: the lines of a file on the server, in order, without their line feeds; gzip and zstd are told by the first bytes and unpacked. Memory is bounded by the longest line; in a SELECT list the rows are not stored in between. Needs pg_read_server_files. Errors: 42501 without it, 42602 for a path that is not absolute, 42809 for what is no regular file, 22021 for a line that is not UTF-8, 54000 for one over lifecycle_ledger.max_document_bytes, XX001 where compressed data is damaged or cut off, 58P01 and 58030 from the file system.';
