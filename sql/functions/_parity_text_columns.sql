CREATE FUNCTION lifecycle._parity_text_columns(names text[], VARIADIC columns "any") RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_parity_text_columns' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_text_columns(text[], "any") IS
'Internal: parity_text() of the row with these columns; what the planner puts in place of parity_text(row). The names must be constant.';
