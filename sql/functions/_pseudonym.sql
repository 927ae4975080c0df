CREATE FUNCTION lifecycle._pseudonym(user_key text) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_pseudonym' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION lifecycle._pseudonym(text) IS
'Internal: what stands for an erased user in events, given any value of events.user_id that named the user: users.id, the external id or the e-mail address. Null for who was not erased. Needs SELECT on suppression_key, suppressions and erasures.';
