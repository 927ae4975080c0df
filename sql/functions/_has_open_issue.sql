CREATE FUNCTION lifecycle._has_open_issue(issues regclass, source_system text, source_record_id text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_has_open_issue' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION lifecycle._has_open_issue(regclass, text, text) IS
'Internal: whether a record of a source has an open finding; false for a null id. Sees what the calling statement sees. Fast where record ids come in their order. Error 55000 where _finds_rows() is false.';
