CREATE FUNCTION lifecycle._make_rejects() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  CREATE TEMP TABLE lifecycle_rejects (code text, sqlstate text, json_pointer text, detail text, key text, is_whole boolean, body jsonb, org_id text) ON COMMIT DROP;
$$;
COMMENT ON FUNCTION lifecycle._make_rejects() IS 'Internal: makes the temporary table of rows that break the contract, to the end of the transaction. is_whole: no column of the key is null. org_id: the tenant, where it could be read.';
