CREATE FUNCTION lifecycle._deliver_server(destination text, dataset text, batch_id uuid, sequence bigint, rows regclass,
  OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT bytes bigint, OUT checksum text, OUT file text, OUT file_hash text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target record;
  contract jsonb := lifecycle._dataset_contract(dataset);
  call record;
  sent record;
  refusals jsonb;
BEGIN
  SELECT d.* INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _deliver_server.destination;
  BEGIN
    SELECT * INTO call FROM lifecycle._receiving_call(contract, target.options);
    call.parameters[2] := batch_id;
    SELECT * INTO sent FROM lifecycle._send_batch(target.place::name, call.statement, rows, call.parameters);
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
  PERFORM lifecycle._check_account(target.place, rows_in, sent.answer[1]::bigint, written, unchanged, dead);
  refusals := sent.answer[5]::jsonb;
  IF dead > 0 THEN
    PERFORM lifecycle._bury_lines(dataset, contract ->> 'version', refusals);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._deliver_server(text, text, uuid, bigint, regclass) IS
  'Internal: delivers a batch to another PostgreSQL, by one call of receive_batch() there, which verifies the checksum of the rows as it read them. Rows that are refused there become dead letters of stage apply here too. Waits for locks there no longer than lifecycle_ledger.delivery_lock_timeout.';
