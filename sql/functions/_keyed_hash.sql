CREATE FUNCTION lifecycle._keyed_hash(kind text, value text) RETURNS bytea
AS 'MODULE_PATHNAME', 'lifecycle_keyed_hash' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._keyed_hash(text, text) IS
'Internal: HMAC-SHA256 with the key in lifecycle.suppression_key over kind, a line feed and the value; of kind email the value in the form of normalize_email(). Needs SELECT on suppression_key, suppressions and erasures.';
