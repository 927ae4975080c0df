CREATE FUNCTION lifecycle._require_top_level(procedure text) RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_require_top_level' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._require_top_level(text) IS
'Internal: first statement of a procedure that commits in steps; procedure is its name without schema. Raises active_sql_transaction (25001), saying why and how to mend it, where the procedure could not COMMIT: inside BEGIN or one of several statements sent as one query, below a function, a procedure with a SET clause or an EXCEPTION block. A CALL from a DO block or from another procedure at top level is allowed.';
