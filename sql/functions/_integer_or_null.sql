CREATE FUNCTION lifecycle._integer_or_null(value text) RETURNS bigint
AS 'MODULE_PATHNAME', 'lifecycle_integer_or_null' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._integer_or_null(text) IS
'Internal: the whole number a text is, digits with or without a sign and nothing around them; null for any other text, and for numbers beyond 64 bits.';
