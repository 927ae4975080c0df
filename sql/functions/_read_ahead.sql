CREATE FUNCTION lifecycle._read_ahead(relation regclass, keys text) RETURNS bigint
AS 'MODULE_PATHNAME', 'lifecycle_read_ahead' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._read_ahead(regclass, text) IS
'Internal: has the kernel read ahead the pages of a table in which rows with the given keys lie (the texts of a SELECT, run as the calling role under the calling statement''s snapshot), as far as the server does not hold them; returns how many pages were asked for. Does nothing unless the table is larger than a quarter of shared_buffers, its primary key begins with a text in byte order and effective_io_concurrency is above 0.';
