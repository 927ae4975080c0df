CREATE FUNCTION lifecycle.revoke_warehouse(role regrole, duty text, warehouse name DEFAULT 'lifecycle') RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_grantee(role, warehouse, 'revoke_warehouse()');
  IF duty IS NULL OR duty NOT IN ('pooler', 'reader', 'receiver') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('no duty in a warehouse is called "%s"', duty),
      HINT = 'pooler, reader or receiver; a tenant is taken back by revoke_tenant().';
  END IF;
  RETURN lifecycle._revoke_duty(role, duty, NULL, warehouse);
END
$$;
COMMENT ON FUNCTION lifecycle.revoke_warehouse(regrole, text, name) IS
  'Takes a duty in a warehouse back from a role, with the privileges that no other duty of it needs, however they were granted. False where it had none. Errors: as grant_warehouse().';
