CREATE FUNCTION lifecycle._parity_checksum_serialize(internal) RETURNS bytea
AS 'MODULE_PATHNAME', 'lifecycle_parity_checksum_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_checksum_serialize(internal) IS 'Internal: of the aggregate parity_checksum: the state as bytes, for a parallel worker.';
