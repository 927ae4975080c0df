CREATE FUNCTION lifecycle.grant_warehouse(role regrole, duty text, warehouse name DEFAULT 'lifecycle') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_grantee(role, warehouse, 'grant_warehouse()');
  IF duty IS NULL OR duty NOT IN ('pooler', 'reader', 'receiver') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('no duty in a warehouse is called "%s"', duty),
      HINT = 'pooler, reader or receiver; a tenant is made by grant_tenant().';
  END IF;
  IF duty = 'pooler' AND (SELECT w.distributable FROM lifecycle.warehouses w WHERE w.warehouse = grant_warehouse.warehouse) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('warehouse "%s" is distributable and takes no poolers', warehouse),
      DETAIL = 'A setting is not known on every node.', HINT = 'Give each tenant a role: SELECT lifecycle.grant_tenant(role, org_id, warehouse); the pooler can SET ROLE to it.';
  END IF;
  PERFORM lifecycle._grant_duty(role, duty, NULL, warehouse);
END
$$;
COMMENT ON FUNCTION lifecycle.grant_warehouse(regrole, text, name) IS
  'Gives a role a duty in a warehouse, with the least privileges it needs. reader: reads all tenants'' rows. receiver: reads and writes them (no UPDATE or DELETE where rows are only added); partitions that are missing are made by the owner or its members alone. pooler: reads the rows of the tenant that the setting lifecycle_ledger.org_id names, none while it is empty; as whoever can run any SQL can set it, it is for a role that a trusted program logs in by. Errors: 42501 for anybody but the owner, 22023 another duty, 42704 no such role, 42P01 no such warehouse, 55000 a pooler that row-level security does not bind, 0A000 a pooler of a distributable warehouse.';
