CREATE FUNCTION lifecycle.jsonlogic(rule jsonb, data jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'lifecycle_jsonlogic' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle.jsonlogic(jsonb, jsonb) IS
'The result of a JsonLogic rule over a document, as json-logic-js computes it: https://jsonlogic.com. What is no rule stands for itself. The rule is compiled once a statement. Beyond JsonLogic there are the operators time.now, time.ms, text.lower and text.matches; docs/CONDITIONS.md describes all of them. Numbers of rule and document are compared exactly, arithmetic is done in doubles; a result that is no JSON number (NaN, infinite) is null. Null for null. STABLE: time.now is the transaction''s start.
Errors: invalid_parameter_value for an unknown operator or a wrong number of arguments, with the place as a JSON pointer; program_limit_exceeded beyond lifecycle_ledger.max_condition_steps, max_depth or max_document_bytes.';
