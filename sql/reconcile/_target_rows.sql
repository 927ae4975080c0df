CREATE FUNCTION lifecycle._target_rows(destination text, dataset text, keys text[], orgs text[])
RETURNS TABLE (key text, org text, day date, bucket text, version bigint, is_deleted boolean, checksum text, base jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place record;
  columns name[] := (SELECT s.compared FROM lifecycle._parity_shape(lifecycle._dataset_contract(dataset)) s);
BEGIN
  SELECT d.* INTO place FROM lifecycle.destinations d WHERE d.destination = _target_rows.destination;
  CASE place.kind
    WHEN 'schema' THEN
      RETURN QUERY SELECT * FROM lifecycle._warehouse_rows(dataset, place.place, columns, keys, orgs);
    ELSE
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('cannot compare with a destination of kind %s', place.kind);
  END CASE;
END
$$;
COMMENT ON FUNCTION lifecycle._target_rows(text, text, text[], text[]) IS 'Internal: the rows of these keys and tenants at a destination, as _warehouse_rows() tells them.';
