CREATE FUNCTION lifecycle._protect_distributable(warehouse name, relation regclass, tenant name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  item record;
BEGIN
  -- A distributed table takes no policy that asks another table: one for each role, that names its tenants.
  FOR item IN
    SELECT coalesce(w.name, p.polname) AS name, w.role, w.expression, p.polname IS NOT NULL AS is_there, pg_get_expr(p.polqual, p.polrelid) AS present
    FROM (SELECT left('tenant ' || r.rolname, 63)::name AS name, r.rolname AS role,
          format('(%I = ANY (''{%s}''::uuid[]))', tenant, string_agg(DISTINCT d.org_id::text, ',' ORDER BY d.org_id::text)) AS expression
        FROM lifecycle.warehouse_roles d JOIN pg_roles r ON r.rolname = d.role AND (d.role_oid = r.oid OR d.cluster IS DISTINCT FROM (SELECT c.system_identifier FROM pg_control_system() c)) WHERE d.warehouse = _protect_distributable.warehouse AND d.duty = 'tenant' GROUP BY r.rolname) w
      FULL JOIN (SELECT * FROM pg_policy o WHERE o.polrelid = relation AND o.polname LIKE 'tenant %') p ON p.polname = w.name
  LOOP
    IF item.is_there AND item.expression IS DISTINCT FROM item.present THEN
      EXECUTE format('DROP POLICY %I ON %s', item.name, relation);
    END IF;
    IF item.expression IS NOT NULL AND item.expression IS DISTINCT FROM item.present THEN
      EXECUTE format('CREATE POLICY %I ON %s FOR SELECT TO %I USING %s', item.name, relation, item.role, item.expression);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._protect_distributable(name, regclass, name) IS
  'Internal: the policies of tenants on a table that is, or may be, distributed: one for each role, in line with warehouse_roles.';
