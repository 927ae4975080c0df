CREATE FUNCTION lifecycle._lock_delivery(destination text, dataset text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT lifecycle._lock_writing('lifecycle.export_batches', format('%s:%s', destination, dataset))
$$;
COMMENT ON FUNCTION lifecycle._lock_delivery(text, text) IS
  'Internal: held to the end of the transaction by whoever sends a batch of a dataset to a destination: batches are numbered without gaps, so they go one after the other. A backfill and an export take turns by it.';
