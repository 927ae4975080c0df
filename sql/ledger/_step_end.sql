CREATE FUNCTION lifecycle._step_end(relation regclass, change_column name, change_type text, after timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  nth timestamptz;
BEGIN
  -- Without an index that leads with the change column each step would read the whole source: then one step does it all.
  IF change_type <> 'timestamp with time zone' OR NOT EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = relation AND i.indisvalid AND i.indpred IS NULL AND a.attname = change_column) THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT s.%1$I FROM %2$s s WHERE s.%1$I >= $1 ORDER BY s.%1$I OFFSET $2 LIMIT 1', change_column, relation)
    INTO nth USING after, current_setting('lifecycle_ledger.chunk_rows')::bigint;
  IF nth IS NULL OR nth > after THEN
    RETURN nth;
  END IF;
  -- A whole step of rows with one stamp: it ends where the next stamp begins.
  EXECUTE format('SELECT min(s.%1$I) FROM %2$s s WHERE s.%1$I > $1', change_column, relation) INTO nth USING after;
  RETURN nth;
END
$$;
COMMENT ON FUNCTION lifecycle._step_end(regclass, name, text, timestamptz) IS
  'Internal: where the step of an incremental run that begins at a change time ends, so that it takes about lifecycle_ledger.chunk_rows rows. Null: to the end.';
