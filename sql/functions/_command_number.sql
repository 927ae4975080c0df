CREATE FUNCTION lifecycle._command_number() RETURNS bigint
AS 'MODULE_PATHNAME', 'lifecycle_command_number' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._command_number() IS
  'Internal: a moment within the transaction: rows written from now on have this number, or a higher one, in cmin.';
