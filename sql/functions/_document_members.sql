CREATE FUNCTION lifecycle._document_members(rule jsonb) RETURNS text[]
AS 'MODULE_PATHNAME', 'lifecycle_document_members' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION lifecycle._document_members(jsonb) IS
'Internal: the first two steps of the paths that a condition follows into its document, such as user.email and event; "" where it takes the whole. Paths that are computed, and those within the elements of map and its like, are left out. Errors as of matches().';
