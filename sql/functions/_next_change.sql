CREATE FUNCTION lifecycle._next_change(rule jsonb, user_data jsonb, event jsonb DEFAULT NULL, now timestamptz DEFAULT pg_catalog.now()) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'lifecycle_next_change' LANGUAGE C STABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION lifecycle._next_change(jsonb, jsonb, jsonb, timestamptz) IS
'Internal: the first moment after now at which a condition over {user, event} comes out differently than at now, though the document is the same: to the microsecond. Null where it never does, as far as can be foreseen (_time_use()). Null for a null rule or now. Errors as of matches().';
