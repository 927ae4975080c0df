CREATE FUNCTION lifecycle.tenants(warehouse name DEFAULT NULL) RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(DISTINCT t.org_id) FILTER (WHERE t.org_id IS NOT NULL), '{}')
  FROM (
    SELECT CASE w.duty WHEN 'tenant' THEN w.org_id ELSE nullif(current_setting('lifecycle_ledger.org_id', true), '')::uuid END AS org_id
    FROM lifecycle.warehouse_roles w JOIN pg_roles r ON r.rolname = w.role AND (w.role_oid = r.oid OR w.cluster IS DISTINCT FROM (SELECT c.system_identifier FROM pg_control_system() c))
    WHERE w.duty IN ('tenant', 'pooler') AND (w.warehouse = tenants.warehouse OR tenants.warehouse IS NULL) AND pg_has_role(r.oid, 'USAGE')) t
$$;
COMMENT ON FUNCTION lifecycle.tenants(name) IS
  'The tenants (org_id) whose rows the current role may see in a warehouse, or (null) in any: those granted to it, or to a role it has the privileges of, by grant_tenant(); and, where that role is a pooler, the one that the setting lifecycle_ledger.org_id names. What the policies of a warehouse ask. Empty for whoever is no tenant. Error 22P02 where a pooler''s setting is no UUID.';
