CREATE FUNCTION lifecycle.unregister_warehouse(warehouse name) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner('unregister_warehouse()');
  DELETE FROM lifecycle.warehouses w WHERE w.warehouse = unregister_warehouse.warehouse;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no warehouse "%s"', warehouse),
      DETAIL = format('Warehouses: %s.', coalesce((SELECT string_agg(w.warehouse, ', ' ORDER BY 1) FROM lifecycle.warehouses w), 'none')), HINT = 'Name one of them.';
  END IF;
  RETURN format('%I is no warehouse any more. Its tables stay, and may be altered or dropped; install_warehouse() takes them up again.', warehouse);
END
$$;
COMMENT ON FUNCTION lifecycle.unregister_warehouse(name) IS
'Lets a warehouse go: its tables stay with all rows, are no longer kept to their contracts and get no more partitions. For the owner of the tables. Errors: 42704 there is none.';
