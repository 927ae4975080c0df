CREATE FUNCTION lifecycle._forget_batches(most integer) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  forgotten bigint;
BEGIN
  -- Of who may delete, row-level security leaves a receiver those that are due, of its warehouses.
  IF NOT has_table_privilege('lifecycle.received_batches', 'SELECT') OR NOT has_any_column_privilege('lifecycle.received_batches', 'UPDATE') OR NOT has_table_privilege('lifecycle.received_batches', 'DELETE')
    OR NOT has_table_privilege('lifecycle.retention_policies', 'SELECT') THEN
    RETURN 0;
  END IF;
  -- Those that are locked have somebody at work on them, whom a batch must not wait for.
  DELETE FROM lifecycle.received_batches b USING (
      SELECT o.batch_id FROM lifecycle.received_batches o
      WHERE o.received_at < clock_timestamp() - (SELECT p.keep FROM lifecycle.retention_policies p WHERE p.relation = 'lifecycle.received_batches'::regclass)
      ORDER BY o.received_at LIMIT most FOR UPDATE SKIP LOCKED) old
    WHERE b.batch_id = old.batch_id;
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END
$$;
COMMENT ON FUNCTION lifecycle._forget_batches(integer) IS
  'Internal: deletes some of the batches, the oldest first, that received_batches remembers for longer than retention_policies says; how many. None where the policy was taken out, or where the caller may not.';
