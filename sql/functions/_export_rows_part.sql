CREATE FUNCTION lifecycle._export_rows_part(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'lifecycle_export_rows_part' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._export_rows_part(internal) IS 'Internal: of the aggregate _export_rows: completes the file at hand; all that was written, as bytes.';
