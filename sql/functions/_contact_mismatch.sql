CREATE FUNCTION lifecycle._contact_mismatch(contact_id text, email text) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_contact_mismatch' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION lifecycle._contact_mismatch(text, text) IS
'Internal: whether contact_id is known, an e-mail is given and the contact has e-mails, but not this one in the form of normalize_email. Never null.';
