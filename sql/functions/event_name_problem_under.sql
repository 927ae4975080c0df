CREATE FUNCTION lifecycle.event_name_problem(event_name text, rules jsonb) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_event_name_problem' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle.event_name_problem(text, jsonb) IS
'event_name_problem(event_name) under rules that differ from those in force; see event_problems(event, rules).';
