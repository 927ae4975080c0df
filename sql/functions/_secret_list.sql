CREATE FUNCTION lifecycle._secret_list(document jsonb) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_secret_list' LANGUAGE C STRICT STABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION lifecycle._secret_list(jsonb) IS
'Internal: what secrets_in() shows, as a JSON array of objects: path (of keys and numbers of elements), rule, and what: value (the text there has a secret in it), under (what stands there is one, after its key) or key (the last key is one itself). The first thousand.';
