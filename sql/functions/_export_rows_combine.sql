CREATE FUNCTION lifecycle._export_rows_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_export_rows_combine' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._export_rows_combine(internal, internal) IS 'Internal: of the aggregate _export_rows: what two processes have written becomes one.';
