CREATE FUNCTION lifecycle.resolved_contact_id(contact_id text, email text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_resolved_contact_id' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle.resolved_contact_id(text, text) IS
'The contact_id column of resolve_contact(contact_id, email): null where the outcome is orphan, ambiguous or unknown_contact.';
