CREATE FUNCTION lifecycle._check_condition(rule jsonb) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_check_condition' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION lifecycle._check_condition(jsonb) IS
'Internal: true where the rule is a condition that matches() takes; otherwise its error, with the place. Null for null.';
