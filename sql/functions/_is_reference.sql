CREATE FUNCTION lifecycle._is_reference(value text, most_bytes integer) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_is_reference' LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._is_reference(text, integer) IS
'Internal: whether a value can be a reference to something that is kept elsewhere: on one line, no longer than most_bytes, and neither a JSON document, XML, a quoted text nor a data: URL, which would be the thing itself.';
