CREATE FUNCTION lifecycle._is_rows_fault(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT left(state, 2) IN ('21', '22', '23', '54', 'P0')
$$;
COMMENT ON FUNCTION lifecycle._is_rows_fault(text) IS 'Internal: whether an error of this SQLSTATE may be the fault of one of the rows that were sent.';
