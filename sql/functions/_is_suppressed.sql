CREATE FUNCTION lifecycle._is_suppressed(contact_id text, email text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_is_suppressed' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION lifecycle._is_suppressed(text, text) IS
'Internal: whether the contact id or the e-mail address is that of somebody who was erased. The list is read once a statement. Needs SELECT on suppression_key, suppressions and erasures.';
