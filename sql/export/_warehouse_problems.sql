CREATE FUNCTION lifecycle._warehouse_problems(dataset text, warehouse name) RETURNS TABLE (problem text, mend text, stricter boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  key_table name := (lifecycle._warehouse_shape(contract)).key_table;
BEGIN
  RETURN QUERY SELECT p.problem, p.mend, p.stricter FROM lifecycle._table_problems(contract, lifecycle._warehouse_table(warehouse, dataset),
    CASE WHEN key_table IS NOT NULL THEN lifecycle._warehouse_table(warehouse, key_table) END,
    coalesce((SELECT w.distributable FROM lifecycle.warehouses w WHERE w.warehouse = _warehouse_problems.warehouse), false)) p;
END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_problems(text, name) IS
  'Internal: where the table of a dataset in a warehouse differs from the dataset''s contract, each difference with what mends it, and whether it is but a constraint of their own, which refuses single rows. Errors: 42704 unknown dataset, 42P01 no such table.';
