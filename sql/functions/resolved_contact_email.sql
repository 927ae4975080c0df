CREATE FUNCTION lifecycle.resolved_contact_email(contact_id text, email text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_resolved_contact_email' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle.resolved_contact_email(text, text) IS
'The contact_email column of resolve_contact(contact_id, email): the given e-mail as it came; where it is null, the e-mail stored for contact_id (of several the smallest by bytes), or null.';
