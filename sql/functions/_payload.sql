CREATE FUNCTION lifecycle._payload(names text[], VARIADIC "values" "any") RETURNS jsonb
AS 'MODULE_PATHNAME', 'lifecycle_payload' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._payload(text[], "any") IS
'Internal: the jsonb of jsonb_build_object(name1, value1, ...), byte for byte the same and several times faster; names should be a constant.
A null value is a JSON null. Times with zone are written in the session''s time zone, as jsonb_build_object does: pin it to UTC for one result everywhere. Errors: invalid_parameter_value (22023) for a null or repeated name or another number of values; program_limit_exceeded where jsonb cannot hold the result.';
