CREATE FUNCTION lifecycle._reads_rows_of(destination text, dataset text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Each file is what it was written as: the destination may have been registered anew with another format since.
  SELECT d.kind <> 'directory' OR NOT EXISTS (SELECT FROM lifecycle.export_batches b WHERE b.destination = d.destination AND b.dataset = _reads_rows_of.dataset AND b.status = 'delivered'
    AND b.created_at >= d.registered_at AND b.file ~ '\.csv\.(gz|zst)$')
  FROM lifecycle.destinations d WHERE d.destination = _reads_rows_of.destination
$$;
COMMENT ON FUNCTION lifecycle._reads_rows_of(text, text) IS 'Internal: whether the rows of a dataset at a destination can be read: where there are files of compressed CSV, only size and hash are compared.';
