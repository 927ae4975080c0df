CREATE FUNCTION lifecycle._parity_md5_columns(names text[], VARIADIC columns "any") RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_parity_md5_columns' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._parity_md5_columns(text[], "any") IS
'Internal: md5(_parity_text_columns(names, columns))::uuid, without making the text. The names must be constant.';
