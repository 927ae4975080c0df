CREATE FUNCTION lifecycle._parity_checksum_add(internal, text) RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_parity_checksum_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_checksum_add(internal, text) IS 'Internal: of the aggregate parity_checksum: the next value enters the state; null does not.';
