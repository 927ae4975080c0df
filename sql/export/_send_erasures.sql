CREATE FUNCTION lifecycle._send_erasures(run bigint, destination text, dataset text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target record;
  erasure record;
  sent record;
  done bigint := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM lifecycle.export_erasures e WHERE e.destination = _send_erasures.destination AND e.dataset = _send_erasures.dataset AND e.delivered_at IS NULL) THEN
    RETURN 0;
  END IF;
  SELECT d.* INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _send_erasures.destination;
  -- Whoever sends rows at this moment may send what they were before: that is redacted after it.
  PERFORM lifecycle._lock_delivery(destination, dataset);
  FOR erasure IN SELECT e.* FROM lifecycle.export_erasures e WHERE e.destination = _send_erasures.destination AND e.dataset = _send_erasures.dataset AND e.delivered_at IS NULL
    ORDER BY e.erasure_id FOR UPDATE
  LOOP
    EXECUTE format('SELECT r AS rows_in, r AS written, 0::bigint AS unchanged, 0::bigint AS dead, NULL::bigint AS bytes, ''0:0000000000000000'' AS checksum, NULL::text AS file,
      NULL::text AS file_hash FROM lifecycle.%I($1, $2, $3, $4, $5, $6) r', '_erase_at_' || target.kind)
      INTO sent USING target.destination, dataset, erasure.erasure_id, erasure.entities, erasure.salt, erasure.addresses;
    PERFORM lifecycle._record_batch(run, destination, dataset, lifecycle._next_batch(destination, dataset), 'erasure',
      (SELECT d.version FROM lifecycle.datasets d WHERE d.dataset = _send_erasures.dataset), lifecycle._uuid_v7(), sent, NULL, NULL);
    UPDATE lifecycle.export_erasures e SET rows = sent.rows_in, delivered_at = clock_timestamp(), entities = '{}', addresses = '{}', salt = ''
      WHERE (e.destination, e.dataset, e.erasure_id) = (erasure.destination, erasure.dataset, erasure.erasure_id);
    PERFORM lifecycle._count_rows(run, sent.rows_in, sent.rows_in, 0, 0, 0, 0, 0);
    done := done + 1;
  END LOOP;
  RETURN done;
END
$$;
COMMENT ON FUNCTION lifecycle._send_erasures(bigint, text, text) IS
  'Internal: delivers the erasures of a dataset that a destination has not got, each recorded as a batch with reason erasure; returns how many. _erase_at_KIND does it there.';
