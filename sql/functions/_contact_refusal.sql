CREATE FUNCTION lifecycle._contact_refusal(contact_id text, email text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_contact_refusal' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle._contact_refusal(text, text) IS
'Internal: contact_outcome() where it keeps a row out of the ledger (ambiguous, unknown_contact); email_too_long, of more than 1048576 bytes; contact_id_too_long, where the contacts own has more than 1000; else null.';
