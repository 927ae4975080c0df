CREATE FUNCTION lifecycle._rehearse_dead_letters(rules jsonb, OUT id bigint, OUT code text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'lifecycle_rehearse_dead_letters' LANGUAGE C STABLE;
COMMENT ON FUNCTION lifecycle._rehearse_dead_letters(jsonb) IS
'Internal: the open dead letters of stage ingest that would be events under an overlay of rules (null: the contract in force), with their present codes. Such as no contract mends are not looked at: text that is no JSON, ids that are taken, lines the tables refused.';
