CREATE FUNCTION lifecycle._condensed(query text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'lifecycle_condensed' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._condensed(text) IS
'Internal: the rows of a SELECT, run as the calling role under the calling statement''s snapshot, whose first two columns are quiet boolean and rows bigint. Those with quiet come back as one row: quiet true, rows their number, all else null.';
