CREATE FUNCTION lifecycle._target_parity(destination text, dataset text, level text, days date[] DEFAULT NULL, orgs text[] DEFAULT NULL, buckets text[] DEFAULT NULL, digits integer DEFAULT NULL)
RETURNS TABLE (day date, org text, bucket text, key text, "rows" bigint, checksum text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place record;
  columns name[] := (SELECT s.compared FROM lifecycle._parity_shape(lifecycle._dataset_contract(dataset)) s);
BEGIN
  SELECT d.* INTO place FROM lifecycle.destinations d WHERE d.destination = _target_parity.destination;
  CASE place.kind
    WHEN 'schema' THEN
      RETURN QUERY SELECT * FROM lifecycle._warehouse_parity(dataset, place.place, level, columns, days, orgs, buckets, digits);
    ELSE
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('cannot compare with a destination of kind %s', place.kind);
  END CASE;
END
$$;
COMMENT ON FUNCTION lifecycle._target_parity(text, text, text, date[], text[], text[], integer) IS 'Internal: count and checksum of the rows of a dataset at a destination, as _warehouse_parity() tells them.';
