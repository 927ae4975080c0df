CREATE FUNCTION lifecycle._ndjson_columns(names text[], VARIADIC columns "any") RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_ndjson_columns' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._ndjson_columns(text[], "any") IS
'Internal: ndjson() of the row with these columns; what the planner puts in place of ndjson(row). The names must be constant.';
