CREATE FUNCTION lifecycle._warehouse_parity(dataset text, warehouse name, level text, columns name[], days date[] DEFAULT NULL, orgs text[] DEFAULT NULL,
  buckets text[] DEFAULT NULL, digits integer DEFAULT NULL)
RETURNS TABLE (day date, org text, bucket text, key text, "rows" bigint, checksum text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  relation regclass := lifecycle._warehouse_table(warehouse, dataset);
  elsewhere boolean := lifecycle._lies_elsewhere(relation);
  query text := lifecycle._parity_query(lifecycle._dataset_contract(dataset), relation::text, CASE WHEN elsewhere AND level = 'day' THEN 'org' ELSE level END, columns, days, orgs, buckets, digits, elsewhere);
BEGIN
  -- Each node sums up the tenants it has; else every row's text would come here to be summed up.
  IF elsewhere AND level = 'day' THEN
    query := format('SELECT p.day, %1$L, %1$L, NULL::text, sum(p.rows)::bigint, lifecycle._sum_checksums(array_agg(p.checksum)) FROM (%2$s) p GROUP BY 1', '', query);
  END IF;
  RETURN QUERY EXECUTE query;
END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_parity(text, name, text, name[], date[], text[], text[], integer) IS
  'Internal: count and checksum of the rows of a dataset in a warehouse, as _parity_query(), over the columns that the sender names. What a sender on another server asks for.';
