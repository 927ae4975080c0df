CREATE FUNCTION lifecycle._check_known(dataset text, contract jsonb, known bigint, memory integer) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF known > 0 AND memory IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('%s rows of dataset "%s" have no %s', known, dataset, (SELECT c.name FROM lifecycle._contract_columns(contract) c WHERE c.place = 1)),
      HINT = 'The first column of a contract must be required.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_known(text, jsonb, bigint, integer) IS
  'Internal: raises XX001 for rows that keep the contract and were not sent, where no memory can know them: their first column is null, by which rows of _staged_rows_query() are told.';
