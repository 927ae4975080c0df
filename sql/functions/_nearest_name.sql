CREATE FUNCTION lifecycle._nearest_name(given text, names text[]) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_nearest_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._nearest_name(text, text[]) IS
'Internal: the name (none of them null) that was probably meant: the one with the fewest edits to given; null where more than a third of it would have to change.';
