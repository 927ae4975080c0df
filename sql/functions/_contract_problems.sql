CREATE FUNCTION lifecycle._contract_problems(contract jsonb) RETURNS text[]
AS 'MODULE_PATHNAME', 'lifecycle_contract_problems' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle._contract_problems(jsonb) IS
'Internal: everything wrong with a contract document, form and sense, each as "JSON pointer: sentence"; empty where it can be acted upon. Errors: 54000 over lifecycle_ledger.max_document_bytes or max_depth.';
