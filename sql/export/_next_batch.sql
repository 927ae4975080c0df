CREATE FUNCTION lifecycle._next_batch(destination text, dataset text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce((SELECT b.sequence FROM lifecycle.export_batches b WHERE b.destination = _next_batch.destination AND b.dataset = _next_batch.dataset AND b.status <> 'delivered'),
    1 + coalesce((SELECT max(b.sequence) FROM lifecycle.export_batches b WHERE b.destination = _next_batch.destination AND b.dataset = _next_batch.dataset), 0))
$$;
COMMENT ON FUNCTION lifecycle._next_batch(text, text) IS 'Internal: the number of the next batch: that of the one that could not be delivered, else one more than the last.';
