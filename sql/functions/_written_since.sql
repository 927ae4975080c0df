CREATE FUNCTION lifecycle._written_since(written_by xid, command cid, since bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_written_since' LANGUAGE C VOLATILE STRICT COST 2;
COMMENT ON FUNCTION lifecycle._written_since(xid, cid, bigint) IS
  'Internal: whether a row, by its xmin and cmin, was written by this transaction since a moment that _command_number() gave.';
