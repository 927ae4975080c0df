CREATE FUNCTION lifecycle._warehouse_parity(dataset text, warehouse name, level text, columns name[], days date[] DEFAULT NULL, orgs text[] DEFAULT NULL,
  buckets text[] DEFAULT NULL, digits integer DEFAULT NULL)
RETURNS TABLE (day date, org text, bucket text, key text, "rows" bigint, checksum text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  RETURN QUERY EXECUTE lifecycle._parity_query(lifecycle._dataset_contract(dataset), lifecycle._warehouse_table(warehouse, dataset)::text, level, columns, days, orgs, buckets, digits);
END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_parity(text, name, text, name[], date[], text[], text[], integer) IS
  'Internal: count and checksum of the rows of a dataset in a warehouse, as _parity_query(), over the columns that the sender names. What a sender on another server asks for.';
