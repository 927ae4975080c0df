CREATE FUNCTION lifecycle.grant_tenant(role regrole, org_id uuid, warehouse name DEFAULT 'lifecycle') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_grantee(role, warehouse, 'grant_tenant()');
  IF org_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'grant_tenant() needs a tenant',
      HINT = 'For a connection pooler, which says by a setting whom it asks for: SELECT lifecycle.grant_warehouse(role, ''pooler'', warehouse);';
  END IF;
  PERFORM lifecycle._grant_duty(role, 'tenant', org_id, warehouse);
END
$$;
COMMENT ON FUNCTION lifecycle.grant_tenant(regrole, uuid, name) IS
  'Makes a role a tenant of a warehouse: it may read the rows of org_id in every dataset, and its own dead letters in tenant_dead_letters, and nothing of anybody else''s. A role may stand for several tenants, a group for its members. Call it as the owner of the tables. Errors: 42501 for anybody else, 42704 no such role, 42P01 no such warehouse, 55000 for a role that row-level security does not bind (a superuser, one with BYPASSRLS, the owner''s members, a reader or receiver).';
