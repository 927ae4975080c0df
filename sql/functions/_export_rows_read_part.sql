CREATE FUNCTION lifecycle._export_rows_read_part(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_export_rows_read_part' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._export_rows_read_part(bytea, internal) IS 'Internal: of the aggregate _export_rows: what another process has written, from its bytes.';
