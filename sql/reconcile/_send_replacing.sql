CREATE FUNCTION lifecycle._send_replacing(run bigint, destination text, dataset text, source regclass, orgs text[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target lifecycle.destinations;
  contract jsonb := lifecycle._dataset_contract(dataset);
  timeout_before text := current_setting('lock_timeout');
  sent record;
  times record;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _send_replacing.destination;
  EXECUTE format('SELECT count(*) AS row_count, lifecycle.parity_checksum(lifecycle.parity_text(r)) AS checksum, min(r.%1$I)::timestamptz AS earliest, max(r.%1$I)::timestamptz AS latest FROM %2$s r',
    lifecycle._contract_property(contract, 'timeColumn') #>> '{}', source) INTO times;
  CASE target.kind
    WHEN 'schema' THEN
      PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.delivery_lock_timeout'), true);
      SELECT r.rows_in, r.written, r.unchanged, r.dead, NULL::bigint AS bytes, times.checksum AS checksum, NULL::text AS file, NULL::text AS file_hash INTO sent
        FROM lifecycle._replace_rows(dataset, source, target.place, orgs) r;
      PERFORM set_config('lock_timeout', timeout_before, true);
  END CASE;
  PERFORM lifecycle._record_batch(run, destination, dataset, lifecycle._next_batch(destination, dataset), 'reconcile', contract ->> 'version', lifecycle._uuid_v7(), sent, times.earliest, times.latest);
  PERFORM lifecycle._count_rows(run, sent.rows_in, sent.written, sent.unchanged, 0, sent.dead, 0, 0);
  RETURN times.row_count;
END
$$;
COMMENT ON FUNCTION lifecycle._send_replacing(bigint, text, text, regclass, text[]) IS
  'Internal: sends rows (with the contract''s columns) in the place of those that the destination has under their keys, of these tenants, as a batch of their own, recorded and counted; returns how many. The caller holds _lock_delivery().';
