CREATE FUNCTION lifecycle._takes_rows(target regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_takes_rows' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION lifecycle._takes_rows(regclass) IS
'Internal: whether _insert_rows() can write into a table: an ordinary one of the caller without triggers on INSERT but those of foreign keys, generated columns, deferrable or exclusion constraints, or row-level security for the caller.';
