CREATE FUNCTION lifecycle._any_suppressed() RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_any_suppressed' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._any_suppressed() IS
'Internal: whether anybody was erased at all, so that whoever has nobody to leave out need not ask for each row. Anybody may ask.';
