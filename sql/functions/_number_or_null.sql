CREATE FUNCTION lifecycle._number_or_null(value text) RETURNS numeric
AS 'MODULE_PATHNAME', 'lifecycle_number_or_null' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._number_or_null(text) IS
'Internal: the decimal number a text is, with or without sign, point and exponent and nothing around it; null for any other text, for NaN and Infinity, and for more than 1000 digits.';
