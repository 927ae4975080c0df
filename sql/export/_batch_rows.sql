CREATE FUNCTION lifecycle._batch_rows(first tid, beyond tid) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF to_regclass('pg_temp.lifecycle_part') IS NOT NULL THEN
    -- By the schema's own name: Citus knows no pg_temp here.
    EXECUTE format('DROP VIEW %s', to_regclass('pg_temp.lifecycle_part'));
  END IF;
  IF first IS NULL AND beyond IS NULL THEN
    RETURN 'pg_temp.lifecycle_batch'::regclass;
  END IF;
  EXECUTE format('CREATE TEMP VIEW lifecycle_part AS SELECT * FROM pg_temp.lifecycle_batch WHERE %s',
    concat_ws(' AND ', 'ctid >= ' || quote_literal(first) || '::tid', 'ctid < ' || quote_literal(beyond) || '::tid'));
  RETURN 'pg_temp.lifecycle_part'::regclass;
END
$$;
COMMENT ON FUNCTION lifecycle._batch_rows(tid, tid) IS 'Internal: part of the staged rows, from one place in the table to before another, as a relation; nulls: from the beginning, to the end.';
