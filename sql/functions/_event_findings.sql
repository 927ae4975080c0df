CREATE FUNCTION lifecycle._event_findings(event jsonb, source text DEFAULT NULL, rules jsonb DEFAULT NULL,
  OUT severity text, OUT code text, OUT json_pointer text, OUT detail text, OUT proposed text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'lifecycle_event_findings' LANGUAGE C STABLE PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION lifecycle._event_findings(jsonb, text, jsonb) IS
'Internal: everything wrong with an event, a row each. severity: error or warning; naming problems of a source whose enforcement is warn in event_sources are warnings, those of its structure stay errors. A source that is null or unknown is strict. json_pointer: RFC 6901, empty for the event as a whole. proposed: the mended value, null where none is known. rules: an overlay, see event_problems(event, rules).';
