CREATE FUNCTION lifecycle._revoke_duty(role regrole, duty text, org_id uuid, warehouse name) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  grantee name := (SELECT r.rolname FROM pg_roles r WHERE r.oid = role);
  taken boolean;
  item record;
BEGIN
  PERFORM lifecycle._lock_installation();
  DELETE FROM lifecycle.warehouse_roles w WHERE w.warehouse = _revoke_duty.warehouse AND w.role = grantee AND w.duty = _revoke_duty.duty
    AND (w.org_id = _revoke_duty.org_id OR _revoke_duty.org_id IS NULL);
  taken := FOUND;
  -- Everything, and then again what other duties need: of the privileges nobody can tell what they were granted for.
  IF taken THEN
    FOR item IN SELECT t.relation FROM lifecycle._tenant_tables(warehouse) t LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %I', item.relation, grantee);
    END LOOP;
    IF NOT EXISTS (SELECT FROM lifecycle.warehouse_roles w WHERE w.warehouse = _revoke_duty.warehouse AND w.role = grantee) THEN
      EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %I', warehouse, grantee);
    END IF;
    FOR item IN SELECT * FROM lifecycle._common_privileges(duty) c WHERE NOT EXISTS (SELECT FROM lifecycle.warehouse_roles w
      CROSS JOIN LATERAL lifecycle._common_privileges(w.duty) o WHERE w.role = grantee AND o.object = c.object)
    LOOP
      EXECUTE format('REVOKE %s ON %s FROM %I', item.privileges, item.object, grantee);
    END LOOP;
    PERFORM lifecycle._protect_warehouse(warehouse);
  END IF;
  RETURN taken;
END
$$;
COMMENT ON FUNCTION lifecycle._revoke_duty(regrole, text, uuid, name) IS
  'Internal: takes back what _grant_duty() gave, but for what the role''s other duties need. False where there was nothing to take back.';
