CREATE FUNCTION lifecycle._erase_at_server(destination text, dataset text, erasure_id bigint, entities uuid[], salt bytea, addresses bytea[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  target record;
  receiver text;
  eraser text;
  answer text[];
  state text; message text;
BEGIN
  SELECT d.* INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _erase_at_server.destination;
  -- Beside the function that takes the batches.
  receiver := lifecycle._receiver_name(target.options);
  eraser := quote_ident((parse_ident(receiver))[1]) || '.receive_erasure';
  SELECT a INTO answer FROM lifecycle._on_server(target.place::name,
    format('SELECT %s(CASE WHEN set_config(''lock_timeout'', $6, true) IS NOT NULL THEN $1 END, $2::name, $3::uuid[], $4::bytea, $5::bytea[])', eraser),
    dataset, coalesce(target.options ->> 'warehouse', 'lifecycle'), entities::text, salt::text, addresses::text,
    coalesce(current_setting('lifecycle_ledger.delivery_lock_timeout', true), '30s')) a;
  RETURN answer[1];
EXCEPTION WHEN undefined_function OR invalid_schema_name OR undefined_table OR undefined_object OR insufficient_privilege THEN
  -- Something is not there, or not allowed: say what, and what to do.
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
  PERFORM lifecycle._check_server_destination(target.destination, target.place, target.options, ARRAY[dataset]);
  RAISE EXCEPTION USING ERRCODE = state, MESSAGE = format('server "%s" does not take erasures from here: %s', target.place, message),
    DETAIL = format('They are delivered by %s() there, in a release that has it, and by the right of its owner.', eraser),
    HINT = CASE WHEN receiver = 'lifecycle.receive_batch' THEN 'There: ALTER EXTENSION lifecycle_ledger UPDATE; CALL lifecycle.install(); or give the role of the user mapping a door: '
      ELSE format('There: a function %s() beside %s(): ', eraser, receiver) END || '"Another server" in docs/EXPORT.md has it.';
END
$$;
COMMENT ON FUNCTION lifecycle._erase_at_server(text, text, bigint, uuid[], bytea, bytea[]) IS
  'Internal: an erasure on another PostgreSQL, by receive_erasure() there, in the schema of the function that takes the batches. Arguments as of _erase_at_schema(). Where that function is missing or must not be called, the error says what to do there.';
