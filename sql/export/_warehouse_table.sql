CREATE FUNCTION lifecycle._warehouse_table(warehouse name, dataset text) RETURNS regclass
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found regclass := to_regclass(format('%I.%I', warehouse, dataset));
BEGIN
  IF found IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('there is no table for dataset "%s" in schema "%s"', dataset, warehouse),
      DETAIL = coalesce('Warehouses here: ' || (SELECT string_agg(w.warehouse, ', ' ORDER BY w.warehouse) FROM lifecycle.warehouses w) || '.', 'No warehouse is installed here.'),
      HINT = format('CALL lifecycle.install_warehouse(%L);', warehouse);
  END IF;
  RETURN found;
END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_table(name, text) IS 'Internal: the table of a dataset in a warehouse; raises 42P01 with the mend.';
