CREATE FUNCTION lifecycle._expand_row(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_expand_row' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._expand_row(internal) IS
'Internal: planner support that turns NAME(row) into _NAME_columns(names, column, ...), so that the row need not be formed.';
