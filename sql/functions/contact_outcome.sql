CREATE FUNCTION lifecycle.contact_outcome(contact_id text, email text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_contact_outcome' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle.contact_outcome(text, text) IS
'The outcome column of resolve_contact(contact_id, email): given, matched, orphan, ambiguous or unknown_contact. Never null.';
