CREATE FUNCTION lifecycle._send_replacing(run bigint, destination text, dataset text, source regclass, orgs text[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target lifecycle.destinations;
  contract jsonb := lifecycle._dataset_contract(dataset);
  timeout_before text := current_setting('lock_timeout');
  batch uuid := lifecycle._uuid_v7();
  number bigint := lifecycle._next_batch(destination, dataset);
  sent record;
  times record;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _send_replacing.destination;
  EXECUTE format('SELECT count(*) AS row_count, lifecycle.parity_checksum(lifecycle.parity_text(r.*)) AS checksum, min(r.%1$I)::timestamptz AS earliest, max(r.%1$I)::timestamptz AS latest FROM %2$s r',
    lifecycle._contract_property(contract, 'timeColumn') #>> '{}', source) INTO times;
  CASE target.kind
    WHEN 'schema' THEN
      PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.delivery_lock_timeout'), true);
      SELECT r.rows_in, r.written, r.unchanged, r.dead, NULL::bigint AS bytes, times.checksum AS checksum, NULL::text AS file, NULL::text AS file_hash INTO sent
        FROM lifecycle._replace_rows(dataset, source, target.place, orgs) r;
      PERFORM set_config('lock_timeout', timeout_before, true);
    WHEN 'directory' THEN
      -- Files are never changed by that: what is read last counts.
      SELECT * INTO sent FROM lifecycle._deliver_directory(destination, dataset, batch, number, source);
    WHEN 'server' THEN
      -- In parts, so that neither side holds more than a few thousand rows, or 8 MB of them, as one document.
      EXECUTE format($sql$
        SELECT sum(a.r[1]::bigint)::bigint AS rows_in, sum(a.r[2]::bigint)::bigint AS written, sum(a.r[3]::bigint)::bigint AS unchanged, sum(a.r[4]::bigint)::bigint AS dead,
          sum(octet_length(p.body))::bigint AS bytes, lifecycle._sum_checksums(array_agg(a.r[6])) AS checksum, NULL::text AS file, NULL::text AS file_hash
        FROM (SELECT jsonb_agg(to_jsonb(s.*) - 'part number')::text AS body FROM (SELECT r.*, (sum(octet_length(to_jsonb(r.*)::text) + 1700) OVER (ROWS UNBOUNDED PRECEDING) - 1)::bigint / 8388608 AS "part number" FROM %s r) s GROUP BY s."part number") p
          CROSS JOIN LATERAL lifecycle._on_server($1::name, 'SELECT b.rows_in, b.written, b.unchanged, b.dead, b.overwritten, b.checksum FROM lifecycle._replace_batch($1::text, $2::name, $3::jsonb, $4::text[]) b',
            $2, $3, p.body, $4) a(r)
        $sql$, source) INTO sent USING target.place, dataset, coalesce(target.options ->> 'warehouse', 'lifecycle'), orgs::text;
      IF sent.checksum <> times.checksum THEN
        RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('server "%s" read other rows than were sent', target.place), DETAIL = format('Sent: %s, read there: %s.', times.checksum, sent.checksum),
          HINT = 'Compare the contracts and releases of both sides.';
      END IF;
  END CASE;
  PERFORM lifecycle._record_batch(run, destination, dataset, number, 'reconcile', contract ->> 'version', batch, sent, times.earliest, times.latest);
  PERFORM lifecycle._count_rows(run, sent.rows_in, sent.written, sent.unchanged, 0, sent.dead, 0, 0);
  RETURN times.row_count;
END
$$;
COMMENT ON FUNCTION lifecycle._send_replacing(bigint, text, text, regclass, text[]) IS
  'Internal: sends rows (with the contract''s columns) in the place of those that the destination has under their keys, of these tenants, as a batch of their own, recorded and counted; returns how many. The caller holds _lock_delivery().';
