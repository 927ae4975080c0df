CREATE FUNCTION lifecycle._deliver_schema(destination text, dataset text, batch_id uuid, sequence bigint, rows regclass,
  OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT bytes bigint, OUT checksum text, OUT file text, OUT file_hash text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  warehouse name := (SELECT d.place FROM lifecycle.destinations d WHERE d.destination = _deliver_schema.destination);
  timeout_before text := current_setting('lock_timeout');
  applied record;
  since bigint;
BEGIN
  -- Whoever locks a table of the warehouse must not keep other destinations waiting.
  PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.delivery_lock_timeout'), true);
  since := lifecycle._command_number();
  SELECT * INTO applied FROM lifecycle._apply_rows(dataset, rows, warehouse);
  PERFORM set_config('lock_timeout', timeout_before, true);
  PERFORM lifecycle._verify_applied(dataset, rows, warehouse, applied.dead, since);
  rows_in := applied.rows_in;
  written := applied.written;
  unchanged := applied.unchanged;
  dead := applied.dead;
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(b.*)) FROM %s b', rows) INTO checksum;
END
$$;
COMMENT ON FUNCTION lifecycle._deliver_schema(text, text, uuid, bigint, regclass) IS
  'Internal: delivers a batch to a warehouse in this database: applies it by the dataset''s write semantics and verifies that it is there. Each kind of destination has a function _deliver_KIND of these arguments: rows is a table or view with the contract''s columns in order; rows_in = written + unchanged + dead; checksum is parity of the rows it was given, bytes, file and file_hash are null where there are none. It runs in a subtransaction; an error of class 21, 22, 23, 54 or P0 is taken for the fault of some row, any other for the destination''s.';
