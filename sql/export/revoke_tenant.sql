CREATE FUNCTION lifecycle.revoke_tenant(role regrole, org_id uuid DEFAULT NULL, warehouse name DEFAULT 'lifecycle') RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_grantee(role, warehouse, 'revoke_tenant()');
  RETURN lifecycle._revoke_duty(role, 'tenant', org_id, warehouse);
END
$$;
COMMENT ON FUNCTION lifecycle.revoke_tenant(regrole, uuid, name) IS
  'Takes back what grant_tenant() gave: for one tenant, or (org_id null) for all that the role stands for in the warehouse; with the last of them its privileges on the tables, however they were granted. False where there was nothing. Errors: as grant_tenant().';
