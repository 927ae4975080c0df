CREATE FUNCTION lifecycle._event_verdict(event jsonb, source text DEFAULT NULL) RETURNS smallint
AS 'MODULE_PATHNAME', 'lifecycle_event_verdict' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle._event_verdict(jsonb, text) IS
'Internal: 0 where _event_findings(event, source) has no row, 1 where it has warnings alone, 2 where it has an error. Never null. Costs a fraction of it.';
