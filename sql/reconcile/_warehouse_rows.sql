CREATE FUNCTION lifecycle._warehouse_rows(dataset text, warehouse name, columns name[], keys text[], orgs text[])
RETURNS TABLE (key text, org text, day date, bucket text, version bigint, is_deleted boolean, checksum text, base jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
BEGIN
  RETURN QUERY EXECUTE lifecycle._rows_query(contract, lifecycle._warehouse_table(warehouse, dataset)::text, columns, (SELECT to_regclass(quote_ident(warehouse) || '.' || quote_ident(s.key_table)) FROM lifecycle._parity_shape(contract) s))
    USING keys, orgs;
END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_rows(text, name, name[], text[], text[]) IS
  'Internal: the rows of a dataset in a warehouse that have one of these keys (JSON arrays of the key''s columns) and the tenant beside it: with version, whether they are tombstones, the first 16 digits of their MD5, and of versioned rows the columns that may not be null. A key that is taken and whose row is not there has an empty hash.';
