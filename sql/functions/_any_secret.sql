CREATE FUNCTION lifecycle._any_secret(VARIADIC "any") RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_any_secret' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle._any_secret("any") IS
'Internal: whether one of the values (text, varchar, jsonb; nulls are passed over) has something in it that the enabled secret_rules take for a secret. One pass over the bytes for the rules'' literals; patterns are asked only where one stands.';
