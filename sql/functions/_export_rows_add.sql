CREATE FUNCTION lifecycle._export_rows_add(internal, "order" text, numbers bigint, unread boolean, VARIADIC columns "any") RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_export_rows_add' LANGUAGE C VOLATILE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION lifecycle._export_rows_add(internal, text, bigint, boolean, "any") IS 'Internal: of the aggregate _export_rows: a row that keeps the contract goes into a file, another is counted.';
