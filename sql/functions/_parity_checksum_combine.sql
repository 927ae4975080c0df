CREATE FUNCTION lifecycle._parity_checksum_combine(internal, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_parity_checksum_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_checksum_combine(internal, internal) IS 'Internal: of the aggregate parity_checksum: two states become one.';
