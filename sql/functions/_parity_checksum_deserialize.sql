CREATE FUNCTION lifecycle._parity_checksum_deserialize(bytea, internal) RETURNS internal
AS 'MODULE_PATHNAME', 'lifecycle_parity_checksum_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_checksum_deserialize(bytea, internal) IS 'Internal: of the aggregate parity_checksum: the state from the bytes of a parallel worker.';
