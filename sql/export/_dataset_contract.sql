CREATE FUNCTION lifecycle._dataset_contract(dataset text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb;
BEGIN
  PERFORM lifecycle._require_tables();
  SELECT d.contract INTO contract FROM lifecycle.datasets d WHERE d.dataset = _dataset_contract.dataset;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no dataset "%s"', dataset),
      DETAIL = coalesce('There are: ' || (SELECT string_agg(d.dataset, ', ' ORDER BY d.dataset) FROM lifecycle.datasets d) || '.', 'There is none.'),
      HINT = 'Name one of them; SELECT dataset, version, status FROM lifecycle.datasets;';
  END IF;
  RETURN contract;
END
$$;
COMMENT ON FUNCTION lifecycle._dataset_contract(text) IS 'Internal: the contract of a dataset; raises 42704 with the names there are.';
