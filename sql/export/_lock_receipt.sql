CREATE FUNCTION lifecycle._lock_receipt(dataset text, warehouse name, alone boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key bigint := hashtextextended(format('lifecycle_ledger.receipt:%s:%s', warehouse, dataset), 0);
BEGIN
  IF alone THEN
    PERFORM pg_advisory_xact_lock(key);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(key);
    -- A batch whose sender is gone, after it has waited or been frozen here, may have in it who was erased meanwhile. From here on an
    -- erasure waits for it.
    PERFORM lifecycle._require_client();
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._lock_receipt(text, name, boolean) IS
  'Internal: held to the end of the transaction by batches that bring rows into a dataset''s table from another server, and alone by erasures in it: what was sent before an erasure is applied before it, or not at all. Error 08006 where the sender of a batch is gone.';
