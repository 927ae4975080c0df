CREATE FUNCTION lifecycle._matches_at(rule jsonb, user_data jsonb, event jsonb, now timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_matches_at' LANGUAGE C STABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle._matches_at(jsonb, jsonb, jsonb, timestamptz) IS
'Internal: matches(rule, user_data, event) as of another time than the transaction''s start. Null for a null rule or now.';
