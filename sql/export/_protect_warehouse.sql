CREATE FUNCTION lifecycle._protect_warehouse(warehouse name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  item record;
  wanted record;
  distributable boolean := (SELECT w.distributable FROM lifecycle.warehouses w WHERE w.warehouse = _protect_warehouse.warehouse);
BEGIN
  -- What came from another cluster is stamped with who has the name here.
  UPDATE lifecycle.warehouse_roles w SET role_oid = r.oid, cluster = c.system_identifier FROM pg_roles r CROSS JOIN pg_control_system() c
    WHERE w.warehouse = _protect_warehouse.warehouse AND r.rolname = w.role AND w.cluster IS DISTINCT FROM c.system_identifier;
  FOR item IN SELECT t.*, c.relrowsecurity FROM lifecycle._tenant_tables(warehouse) t JOIN pg_class c ON c.oid = t.relation LOOP
    IF NOT item.relrowsecurity THEN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', item.relation);
    END IF;
    PERFORM lifecycle._protect_partitions(item.relation);
    IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = item.relation AND a.attname = item.tenant AND a.atttypid = 'uuid'::regtype) THEN
      IF distributable THEN
        PERFORM lifecycle._protect_distributable(warehouse, item.relation, item.tenant);
      ELSIF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = item.relation AND p.polname = 'tenant') THEN
        -- One array, computed once a query, so that an index that begins with the tenant serves the policy.
        EXECUTE format('CREATE POLICY tenant ON %s FOR SELECT USING (%I = ANY ((SELECT lifecycle.tenants(%L))::uuid[]))', item.relation, item.tenant, warehouse);
      END IF;
    END IF;
    -- Of roles and not of rows: a condition beside the tenant's would keep it from using an index.
    FOR wanted IN
      SELECT d.duty, d.command, p.oid IS NOT NULL AS is_there, array_agg(r.oid ORDER BY r.oid) FILTER (WHERE r.oid IS NOT NULL) AS roles,
        ARRAY(SELECT o FROM unnest(p.polroles) o ORDER BY o) AS present
      FROM (VALUES ('reader', 'FOR SELECT'), ('receiver', 'FOR ALL')) d(duty, command)
        LEFT JOIN lifecycle.warehouse_roles w ON w.warehouse = _protect_warehouse.warehouse AND w.duty = d.duty
        LEFT JOIN pg_roles r ON r.rolname = w.role AND r.oid = w.role_oid
        LEFT JOIN pg_policy p ON p.polrelid = item.relation AND p.polname = d.duty
      GROUP BY d.duty, d.command, p.oid, p.polroles
    LOOP
      IF wanted.roles IS NULL AND wanted.is_there THEN
        EXECUTE format('DROP POLICY %I ON %s', wanted.duty, item.relation);
      ELSIF wanted.is_there AND wanted.roles <> wanted.present THEN
        EXECUTE format('ALTER POLICY %I ON %s TO %s', wanted.duty, item.relation, (SELECT string_agg(quote_ident(rolname), ', ') FROM pg_roles WHERE oid = ANY (wanted.roles)));
      ELSIF wanted.roles IS NOT NULL AND NOT wanted.is_there THEN
        EXECUTE format('CREATE POLICY %I ON %s %s TO %s USING (true)', wanted.duty, item.relation, wanted.command,
          (SELECT string_agg(quote_ident(rolname), ', ') FROM pg_roles WHERE oid = ANY (wanted.roles)));
      END IF;
    END LOOP;
    FOR wanted IN
      SELECT p.role, p.privileges FROM (
        SELECT r.rolname AS role, string_agg(DISTINCT k.privilege, ', ') AS privileges
        FROM lifecycle.warehouse_roles w JOIN pg_roles r ON r.rolname = w.role AND r.oid = w.role_oid
          CROSS JOIN LATERAL unnest(lifecycle._warehouse_privileges(w.duty, item.semantics, item.is_keys)) k(privilege)
        WHERE w.warehouse = _protect_warehouse.warehouse AND NOT EXISTS (SELECT FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
          WHERE c.oid = item.relation AND a.grantee = r.oid AND a.privilege_type = k.privilege)
        GROUP BY r.rolname) p
    LOOP
      EXECUTE format('GRANT %s ON %s TO %I', wanted.privileges, item.relation, wanted.role);
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._protect_warehouse(name) IS
  'Internal: brings row-level security, policies and privileges of a warehouse''s tables in line with warehouse_roles. Roles that only have the name of one that was granted something get nothing. Takes nothing back but policies; locks only what it alters. Idempotent.';
