CREATE FUNCTION lifecycle._time_use(rule jsonb) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_time_use' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION lifecycle._time_use(jsonb) IS
'Internal: whether a condition may change by time alone: none; foreseen, where time.now stands only in comparisons (<, <=, >, >=), added to, subtracted, or multiplied by what does not depend on it, so that _next_change() can tell when; unforeseen otherwise. Errors as of matches().';
