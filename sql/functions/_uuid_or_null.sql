CREATE FUNCTION lifecycle._uuid_or_null(value text) RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_uuid_or_null' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._uuid_or_null(text) IS
'Internal: the UUID that a text is in the form 8-4-4-4-12 hexadecimal digits of either case; null where it is none.';
