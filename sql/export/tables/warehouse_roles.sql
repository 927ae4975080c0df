CREATE TABLE IF NOT EXISTS lifecycle.warehouse_roles (
  warehouse name NOT NULL,
  role name NOT NULL,
  duty text NOT NULL CHECK (duty IN ('tenant', 'pooler', 'reader', 'receiver')),
  org_id uuid,
  granted_by name NOT NULL DEFAULT current_user,
  granted_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((duty = 'tenant') = (org_id IS NOT NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS warehouse_roles_once ON lifecycle.warehouse_roles (warehouse, role, duty, coalesce(org_id, '00000000-0000-0000-0000-000000000000'));
-- A name may be another role's later. What came with a dump from another cluster goes by the name, until it is stamped here.
SELECT lifecycle._ensure_column('lifecycle.warehouse_roles', 'role_oid', 'oid');
SELECT lifecycle._ensure_column('lifecycle.warehouse_roles', 'cluster', 'bigint');
-- Whom a role stands for is nobody else's business.
DO $policy$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = 'lifecycle.warehouse_roles'::regclass AND polname = 'own') THEN
    ALTER TABLE lifecycle.warehouse_roles ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON lifecycle.warehouse_roles FOR SELECT
      USING (CASE WHEN cluster = (SELECT c.system_identifier FROM pg_catalog.pg_control_system() c)
        THEN EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = role_oid AND r.rolname = role AND pg_catalog.pg_has_role(r.oid, 'USAGE'))
        ELSE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = role AND pg_catalog.pg_has_role(r.oid, 'USAGE')) END);
  END IF;
END
$policy$;

COMMENT ON TABLE lifecycle.warehouse_roles IS
  'Who may do what in a warehouse, and for which tenant. Written by grant_tenant(), grant_warehouse() and what takes them back; install_warehouse() brings privileges and policies in line with it. A role sees its own lines.';
COMMENT ON COLUMN lifecycle.warehouse_roles.warehouse IS 'The schema of the warehouse.';
COMMENT ON COLUMN lifecycle.warehouse_roles.role IS 'The role, which may be a group: its members have what it has. Under another name it has nothing until it is granted anew.';
COMMENT ON COLUMN lifecycle.warehouse_roles.role_oid IS 'Its oid in that cluster: a role that was dropped and made again under its name has nothing of it.';
COMMENT ON COLUMN lifecycle.warehouse_roles.cluster IS 'System identifier of the cluster that role_oid is of. Where it is another, as after a restore elsewhere, or null, the role goes by its name until install_warehouse() or a grant writes down who it is.';
COMMENT ON COLUMN lifecycle.warehouse_roles.duty IS 'tenant: reads the rows of org_id. pooler: reads those of the tenant that the setting lifecycle_ledger.org_id names. reader: reads all. receiver: reads and writes all.';
COMMENT ON COLUMN lifecycle.warehouse_roles.org_id IS 'The tenant. Null but for duty tenant.';
COMMENT ON COLUMN lifecycle.warehouse_roles.granted_by IS 'Who granted it.';
COMMENT ON COLUMN lifecycle.warehouse_roles.granted_at IS 'When.';
