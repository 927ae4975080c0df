CREATE FUNCTION lifecycle._parity_checksum_result(internal) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_parity_checksum_result' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_checksum_result(internal) IS 'Internal: of the aggregate parity_checksum: the state as text, COUNT:SUM.';
