CREATE FUNCTION lifecycle.event_problems(event jsonb, rules jsonb) RETURNS text[]
AS 'MODULE_PATHNAME', 'lifecycle_event_problems' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle.event_problems(jsonb, jsonb) IS
'event_problems(event) under rules that differ from those in force: {"add": [{"applies_to", "pattern", "code", "severity", "reason"}], "disable": [pattern], "verbs": [{"past", "base", "kind", "proposed"}], "words": [{"class", "word", "becomes"}]}, each part optional; null: the rules in force. An overlay of another shape is 22023 with its place. Equal overlays in succession are compiled once.';
