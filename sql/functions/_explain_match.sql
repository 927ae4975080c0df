CREATE FUNCTION lifecycle._explain_match(rule jsonb, data jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'lifecycle_explain_match' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION lifecycle._explain_match(jsonb, jsonb) IS
'Internal: the rows of explain_match() as [[pointer, leaf, [[path, value], ...], result, decisive], ...].';
