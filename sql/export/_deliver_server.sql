CREATE FUNCTION lifecycle._deliver_server(destination text, dataset text, batch_id uuid, sequence bigint, rows regclass, next regclass DEFAULT NULL,
  OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT bytes bigint, OUT checksum text, OUT file text, OUT file_hash text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target record;
  contract jsonb := lifecycle._dataset_contract(dataset);
  sent record;
  refusals jsonb;
BEGIN
  SELECT d.* INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _deliver_server.destination;
  BEGIN
    SELECT * INTO sent FROM lifecycle._send_batch(target.place::name,
      format('SELECT b.rows_in, b.written, b.unchanged, b.dead, b.refusals FROM %s(dataset => CASE WHEN set_config(''lock_timeout'', $8, true) IS NOT NULL THEN $3 END, '
        || 'batch_id => $4::uuid, ndjson => $1, contract_version => $5, checksum => $2, warehouse => $6::name, columns => $7::text[]) b',
        lifecycle._receiver_name(target.options)),
      rows,
      ARRAY[dataset, batch_id::text, contract ->> 'version', coalesce(target.options ->> 'warehouse', 'lifecycle'),
        ARRAY(SELECT c.name FROM lifecycle._contract_columns(contract) c ORDER BY c.place)::text,
        coalesce(current_setting('lifecycle_ledger.delivery_lock_timeout', true), '30s')], next);
  EXCEPTION WHEN undefined_function OR invalid_schema_name OR undefined_table OR undefined_object THEN
    -- Something is not there: say what, and what to call.
    PERFORM lifecycle._check_server_destination(target.destination, target.place, target.options, ARRAY[dataset]);
    RAISE;
  END;
  rows_in := sent.rows;
  written := sent.answer[2];
  unchanged := sent.answer[3];
  dead := sent.answer[4];
  bytes := sent.bytes;
  checksum := sent.checksum;
  IF sent.answer[1]::bigint IS DISTINCT FROM rows_in OR written + unchanged + dead IS DISTINCT FROM rows_in THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('server "%s" accounts for other rows than were sent', target.place),
      DETAIL = format('%s were sent; there %s came in, %s were written, %s unchanged, %s refused.', rows_in, sent.answer[1], written, unchanged, dead);
  END IF;
  refusals := sent.answer[5]::jsonb;
  IF dead > 0 THEN
    PERFORM lifecycle._bury_lines(dataset, contract ->> 'version', refusals);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._deliver_server(text, text, uuid, bigint, regclass, regclass) IS
  'Internal: delivers a batch to another PostgreSQL, by one call of receive_batch() there, which verifies the checksum of the rows as it read them. Rows that are refused there become dead letters of stage apply here too. Waits for locks there no longer than lifecycle_ledger.delivery_lock_timeout.';
