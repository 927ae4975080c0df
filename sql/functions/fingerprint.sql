CREATE FUNCTION lifecycle.fingerprint(doc jsonb) RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_fingerprint'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle.fingerprint(jsonb) IS
'128-bit fingerprint of the content of a JSON document: XXH3-128 (seed 0) of canonical_json(doc, exact => true) in UTF-8, in big-endian order, as a UUIDv8 (6 of the bits are its version and variant). Equal for equal content on every machine and release; recomputable outside the database. Not cryptographic: it finds duplicates and changes, it does not resist forgery. Null for null.';
