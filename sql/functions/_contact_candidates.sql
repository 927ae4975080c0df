CREATE FUNCTION lifecycle._contact_candidates(email text) RETURNS text[]
AS 'MODULE_PATHNAME', 'lifecycle_contact_candidates' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION lifecycle._contact_candidates(text) IS
'Internal: the ids of the contacts that have this e-mail in the form of normalize_email, each once, in byte order; empty where none has it or there is no e-mail. Never null.';
