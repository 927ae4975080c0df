CREATE FUNCTION lifecycle._content_hash(content text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_content_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._content_hash(text) IS 'Internal: XXH3-128 (seed 0) of the text''s bytes in UTF-8, as 32 hex digits: what xxh128sum prints for a file of them.';
