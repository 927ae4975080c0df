CREATE FUNCTION lifecycle._stream_directly(run bigint, destination text, dataset text, query text, checks jsonb, rejects text, reason text, memory integer,
  OUT batches bigint, OUT rejected bigint, OUT refused boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  number bigint := lifecycle._next_batch(destination, dataset);
  target record;
  call record;
  sent record;
  done record;
  told bigint;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _stream_directly.destination;
  refused := false;
  PERFORM lifecycle._drop_staged_rows();
  BEGIN
    PERFORM lifecycle._make_rejects();
    PERFORM lifecycle._hold_position(memory);
    SELECT * INTO call FROM lifecycle._receiving_call(contract, target.options);
    SELECT * INTO sent FROM lifecycle._send_checked(target.place::name, call.statement, call.parameters, query, rejects, checks::text,
      (SELECT c.place FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'timeColumn') #>> '{}'),
      coalesce((target.options ->> 'batch_bytes')::bigint, (SELECT s.setting::bigint FROM pg_settings s WHERE s.name = 'lifecycle_ledger.batch_bytes')),
      CASE WHEN memory IS NOT NULL THEN 'lifecycle.export_sent'::regclass END, memory);
    rejected := sent.counts[1];
    told := sent.counts[2];
    IF rejected <> told THEN
      -- The contract's checks are told twice, for speed and in SQL. What was remembered is forgotten with this block.
      RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = 'the checks disagree';
    END IF;
  EXCEPTION
    WHEN undefined_function OR invalid_schema_name OR undefined_table OR undefined_object THEN
      -- Something is not there: say what, and what to call.
      PERFORM lifecycle._check_server_destination(target.destination, target.place, target.options, ARRAY[dataset]);
      RAISE;
    WHEN OTHERS THEN
      IF NOT lifecycle._is_rows_fault(SQLSTATE) THEN
        RAISE;
      END IF;
      IF rejected <> told THEN
        PERFORM lifecycle._warn_of_checks(dataset, rejected, told, true);
      END IF;
      refused := true;
      RETURN;
  END;
  SELECT * INTO done FROM lifecycle._record_stream(run, destination, dataset, number, reason, contract ->> 'version', target.place, sent);
  batches := cardinality(sent.batch_ids);
  IF rejected > 0 THEN
    PERFORM lifecycle._bury_rejects(dataset, contract ->> 'version');
  END IF;
  PERFORM lifecycle._count_rows(run, done.good + rejected, done.written, done.unchanged, 0, done.dead + rejected, 0, 0);
END
$$;
COMMENT ON FUNCTION lifecycle._stream_directly(bigint, text, text, text, jsonb, text, text, integer) IS
  'Internal: as _send_directly(), of a query and checks as of _direct_rows() to another server. rejects: as of _rejects_statement(). batches is null, and nothing was recorded, where a batch was refused for what one of its rows may be guilty of, or the checks disagree (refused): such a row is looked for in staged rows. What has arrived is there, as after a run that was killed.';
