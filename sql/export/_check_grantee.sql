CREATE FUNCTION lifecycle._check_grantee(role regrole, warehouse name, what text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner(what);
  IF role IS NULL OR warehouse IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = format('%s takes no null', what), HINT = 'docs/TENANCY.md shows the calls.';
  ELSIF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no role %s', role);
  ELSIF NOT EXISTS (SELECT FROM lifecycle.warehouses w WHERE w.warehouse = _check_grantee.warehouse)
    AND NOT EXISTS (SELECT FROM lifecycle.warehouse_roles w WHERE w.warehouse = _check_grantee.warehouse) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('there is no warehouse "%s"', warehouse),
      DETAIL = coalesce('Warehouses here: ' || (SELECT string_agg(w.warehouse, ', ' ORDER BY w.warehouse) FROM lifecycle.warehouses w) || '.', 'No warehouse is installed here.'),
      HINT = format('CALL lifecycle.install_warehouse(%L);', warehouse);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_grantee(regrole, name, text) IS
  'Internal: what granting in a warehouse asks first: the caller is the owner, role and warehouse exist.';
