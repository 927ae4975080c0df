CREATE FUNCTION lifecycle._target_rows(destination text, dataset text, keys text[], orgs text[])
RETURNS TABLE (key text, org text, day date, bucket text, version bigint, is_deleted boolean, checksum text, base jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  place lifecycle.destinations;
  contract jsonb := lifecycle._dataset_contract(dataset);
  columns name[] := lifecycle._compared_columns(destination, dataset);
BEGIN
  SELECT * INTO STRICT place FROM lifecycle.destinations d WHERE d.destination = _target_rows.destination;
  CASE place.kind
    WHEN 'schema' THEN
      RETURN QUERY SELECT * FROM lifecycle._warehouse_rows(dataset, place.place, columns, keys, orgs);
    WHEN 'directory' THEN
      RETURN QUERY EXECUTE lifecycle._rows_query(contract, lifecycle._directory_rows(destination, dataset)::text, columns) USING keys, orgs;
    WHEN 'server' THEN
      RETURN QUERY SELECT r[1], r[2], r[3]::date, r[4], r[5]::bigint, r[6]::boolean, r[7], r[8]::jsonb FROM lifecycle._on_server(place.place::name,
        'SELECT p.key, p.org, p.day, p.bucket, p.version, p.is_deleted, p.checksum, p.base FROM lifecycle._warehouse_rows($1::text, $2::name, $3::name[], $4::text[], $5::text[]) p',
        dataset, coalesce(place.options ->> 'warehouse', 'lifecycle'), columns::text, keys::text, orgs::text) r;
  END CASE;
END
$$;
COMMENT ON FUNCTION lifecycle._target_rows(text, text, text[], text[]) IS 'Internal: the rows of these keys and tenants at a destination, as _rows_query() tells them.';
