CREATE FUNCTION lifecycle._batch_rows(first tid, beyond tid) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  name name := format('lifecycle_part %s %s', first, beyond);
BEGIN
  IF first IS NULL AND beyond IS NULL THEN
    RETURN 'pg_temp.lifecycle_batch'::regclass;
  END IF;
  -- It goes with the staged rows.
  IF to_regclass(format('pg_temp.%I', name)) IS NULL THEN
    EXECUTE format('CREATE TEMP VIEW %I AS SELECT * FROM pg_temp.lifecycle_batch WHERE %s', name,
      concat_ws(' AND ', 'ctid >= ' || quote_literal(first) || '::tid', 'ctid < ' || quote_literal(beyond) || '::tid'));
  END IF;
  RETURN format('pg_temp.%I', name)::regclass;
END
$$;
COMMENT ON FUNCTION lifecycle._batch_rows(tid, tid) IS 'Internal: part of the staged rows, from one place in the table to before another, as a relation; nulls: from the beginning, to the end.';
