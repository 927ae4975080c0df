CREATE FUNCTION lifecycle._delete_due_rows(run bigint, relation regclass, at timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  deleted bigint;
BEGIN
  -- A row that somebody works on is left for the next run.
  EXECUTE format($sql$
    WITH due AS MATERIALIZED (SELECT t.ctid FROM ONLY %1$s t WHERE %2$s LIMIT least(current_setting('lifecycle_ledger.chunk_rows')::bigint, 10000) FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM ONLY %1$s t USING due d WHERE t.ctid = d.ctid RETURNING 1)
    SELECT count(*) FROM gone
    $sql$, relation, lifecycle._due_predicate(relation, at)) INTO deleted;
  PERFORM lifecycle._count_rows(run, 0, 0, 0, 0, 0, 0, deleted);
  RETURN deleted;
END
$$;
COMMENT ON FUNCTION lifecycle._delete_due_rows(bigint, regclass, timestamptz) IS
  'Internal: deletes a chunk of the rows of a table that its policy no longer keeps; returns how many.';
