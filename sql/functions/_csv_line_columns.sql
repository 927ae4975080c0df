CREATE FUNCTION lifecycle._csv_line_columns(names text[], VARIADIC columns "any") RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_csv_line_columns' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._csv_line_columns(text[], "any") IS
'Internal: csv_line() of the row with these columns; what the planner puts in place of csv_line(row). The names must be constant.';
