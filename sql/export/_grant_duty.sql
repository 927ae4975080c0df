CREATE FUNCTION lifecycle._grant_duty(role regrole, duty text, org_id uuid, warehouse name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  grantee name := (SELECT r.rolname FROM pg_roles r WHERE r.oid = role);
  unbound text;
  item record;
BEGIN
  IF duty IN ('tenant', 'pooler') THEN
    -- Row-level security binds neither of these, so a tenant must not be one.
    unbound := (SELECT CASE WHEN r.rolsuper THEN 'is a superuser' WHEN r.rolbypassrls THEN 'has BYPASSRLS'
        WHEN EXISTS (SELECT FROM lifecycle._tenant_tables(warehouse) t JOIN pg_class c ON c.oid = t.relation WHERE pg_has_role(r.oid, c.relowner, 'MEMBER'))
          THEN 'owns its tables, or is a member of who does'
        WHEN EXISTS (SELECT FROM lifecycle.warehouse_roles w JOIN pg_roles o ON o.rolname = w.role AND (w.role_oid = o.oid OR w.cluster IS DISTINCT FROM (SELECT c.system_identifier FROM pg_control_system() c)) WHERE w.warehouse = _grant_duty.warehouse
            AND w.duty IN ('reader', 'receiver') AND pg_has_role(r.oid, o.oid, 'MEMBER')) THEN 'reads all tenants'' rows, as a reader or receiver or a member of one' END
      FROM pg_roles r WHERE r.oid = role);
    IF unbound IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('role %s cannot be a tenant of warehouse "%s"', role, warehouse),
        DETAIL = format('It %s: no policy keeps other tenants'' rows from it.', unbound), HINT = 'Use a role of its own for each tenant.';
    END IF;
  END IF;
  PERFORM lifecycle._lock_installation();
  -- What a role had that was dropped, and whose name this one has.
  DELETE FROM lifecycle.warehouse_roles w USING pg_control_system() c WHERE w.warehouse = _grant_duty.warehouse AND w.role = grantee AND w.role_oid <> _grant_duty.role AND w.cluster = c.system_identifier;
  INSERT INTO lifecycle.warehouse_roles (warehouse, role, role_oid, cluster, duty, org_id) SELECT warehouse, grantee, role, (SELECT c.system_identifier FROM pg_control_system() c), duty, org_id
    WHERE NOT EXISTS (SELECT FROM lifecycle.warehouse_roles w WHERE w.warehouse = _grant_duty.warehouse AND w.role = grantee AND w.duty = _grant_duty.duty
      AND w.org_id IS NOT DISTINCT FROM _grant_duty.org_id);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', warehouse, grantee);
  FOR item IN SELECT * FROM lifecycle._common_privileges(duty) LOOP
    EXECUTE format('GRANT %s ON %s TO %I', item.privileges, item.object, grantee);
  END LOOP;
  -- An owner of the tables need not own the schema of the extension; GRANT says no more than a warning then.
  IF NOT has_schema_privilege(role, 'lifecycle', 'USAGE') THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('role %s cannot be given the use of schema lifecycle', role),
      DETAIL = format('Role "%s" owns the tables of the warehouse, and has no right to grant on that schema.', current_user),
      HINT = format('As its owner, or a superuser: GRANT USAGE ON SCHEMA lifecycle TO %I WITH GRANT OPTION;', current_user);
  END IF;
  PERFORM lifecycle._protect_warehouse(warehouse);
END
$$;
COMMENT ON FUNCTION lifecycle._grant_duty(regrole, text, uuid, name) IS
  'Internal: writes down what a role may do in a warehouse and grants what it needs for that. Errors: 55000 for a tenant whom no policy would bind, 42501 where the caller cannot grant the use of schema lifecycle.';
