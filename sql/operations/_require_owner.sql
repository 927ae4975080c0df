CREATE FUNCTION lifecycle._require_owner(what text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = 'lifecycle.schema_version'::regclass) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('permission denied for %s', what),
      DETAIL = format('Role "%s" does not own the tables of lifecycle_ledger.', current_user),
      HINT = lifecycle._owner_hint();
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_owner(text) IS 'Internal: raises 42501 with the mend where the caller neither owns the tables of install() nor is a member of their owner.';
