CREATE FUNCTION lifecycle._require_warehouse(warehouse name) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A caller with fewer rights than this function runs with must not have rows written into tables of his own making, whose triggers would run with them.
  IF NOT EXISTS (SELECT FROM lifecycle.warehouses w WHERE w.warehouse = _require_warehouse.warehouse) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('schema "%s" is no warehouse', warehouse),
      DETAIL = coalesce('Warehouses here: ' || (SELECT string_agg(w.warehouse, ', ' ORDER BY w.warehouse) FROM lifecycle.warehouses w) || '.', 'No warehouse is installed here.'),
      HINT = format('CALL lifecycle.install_warehouse(%L);', warehouse);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_warehouse(name) IS 'Internal: raises 42P01, with the mend, where a schema is none of those that install_warehouse() made.';
