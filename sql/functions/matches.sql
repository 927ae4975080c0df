CREATE FUNCTION lifecycle.matches(rule jsonb, data jsonb) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_matches' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle.matches(jsonb, jsonb) IS
'Whether a JsonLogic condition holds for a document: whether jsonlogic(rule, data) is true as JsonLogic sees it (not false, null, 0, "" or []). The rule must be an object with one operator, or true or false: a string, an array or an object of several keys is refused, as it would hold for everyone. Null for null. Compiled once a statement; many rules, as from a table''s column, are kept side by side. Errors as of jsonlogic().';

CREATE FUNCTION lifecycle.matches(rule jsonb, user_data jsonb, event jsonb) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_matches_user_event' LANGUAGE C STABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle.matches(jsonb, jsonb, jsonb) IS
'matches(rule, {"user": user_data, "event": event}) without building that object. A null user_data or event leaves its member out; null for a null rule.';
