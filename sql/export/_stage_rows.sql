CREATE FUNCTION lifecycle._stage_rows(contract jsonb, query text, memory integer, OUT rows_in bigint, OUT good bigint, OUT rejected bigint, OUT known bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  counts bigint[];
BEGIN
  EXECUTE (SELECT format('CREATE TEMP TABLE lifecycle_batch (%s) ON COMMIT DROP', string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place)) FROM lifecycle._contract_columns(contract) c);
  PERFORM lifecycle._make_rejects();
  IF memory IS NOT NULL THEN
    CREATE TEMP TABLE lifecycle_sent (fingerprint uuid, change_time timestamptz, is_known boolean) ON COMMIT DROP;
  END IF;
  counts := lifecycle._insert_rows(lifecycle._staged_rows_query(contract, query, memory),
    CASE WHEN memory IS NULL THEN '{pg_temp.lifecycle_batch,pg_temp.lifecycle_rejects}' ELSE '{pg_temp.lifecycle_batch,pg_temp.lifecycle_rejects,pg_temp.lifecycle_sent}' END::regclass[]);
  rows_in := counts[1];
  good := counts[2];
  rejected := counts[3];
  known := rows_in - good - rejected;
  PERFORM lifecycle._check_known(contract ->> 'name', contract, known, memory);
  -- The planner would take an empty table for what was just filled.
  ANALYZE pg_temp.lifecycle_batch;
END
$$;
COMMENT ON FUNCTION lifecycle._stage_rows(jsonb, text, integer) IS
  'Internal: reads the rows of a query (as of _dataset_source_query) once, in one snapshot, into temporary tables of this transaction: lifecycle_batch (the contract''s columns of rows to be sent), lifecycle_rejects (what breaks the contract) and, for a memory of sent rows, lifecycle_sent. rows_in = good + rejected + known; known: sent before.';
