CREATE FUNCTION lifecycle._target_parity(destination text, dataset text, level text, days date[] DEFAULT NULL, orgs text[] DEFAULT NULL, buckets text[] DEFAULT NULL, digits integer DEFAULT NULL)
RETURNS TABLE (day date, org text, bucket text, key text, "rows" bigint, checksum text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  place lifecycle.destinations;
  contract jsonb := lifecycle._dataset_contract(dataset);
  columns name[] := lifecycle._compared_columns(destination, dataset);
BEGIN
  SELECT * INTO STRICT place FROM lifecycle.destinations d WHERE d.destination = _target_parity.destination;
  CASE place.kind
    WHEN 'schema' THEN
      RETURN QUERY SELECT * FROM lifecycle._warehouse_parity(dataset, place.place, level, columns, days, orgs, buckets, digits);
    WHEN 'directory' THEN
      RETURN QUERY EXECUTE lifecycle._parity_query(contract, lifecycle._directory_rows(destination, dataset)::text, level, columns, days, orgs, buckets, digits);
    WHEN 'server' THEN
      RETURN QUERY SELECT r[1]::date, r[2], r[3], r[4], r[5]::bigint, r[6] FROM lifecycle._on_server(place.place::name,
        'SELECT p.day, p.org, p.bucket, p.key, p.rows, p.checksum FROM lifecycle._warehouse_parity($1::text, $2::name, $3::text, $4::name[], $5::date[], $6::text[], $7::text[], $8::integer) p',
        dataset, coalesce(place.options ->> 'warehouse', 'lifecycle'), level, columns::text, days::text, orgs::text, buckets::text, digits::text) r;
  END CASE;
END
$$;
COMMENT ON FUNCTION lifecycle._target_parity(text, text, text, date[], text[], text[], integer) IS
  'Internal: count and checksum of the rows of a dataset at a destination, as _parity_query() sums them up: of a warehouse here or on another server, or of what the files of a directory say.';
