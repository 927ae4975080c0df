CREATE FUNCTION lifecycle._stream_rows(run bigint, destination text, dataset text, query text, reason text, memory integer, is_fresh boolean,
  OUT batches bigint, OUT rows_in bigint, OUT good bigint, OUT rejected bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT known bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  number bigint := lifecycle._next_batch(destination, dataset);
  target record;
  times record;
  call record;
  -- Of a row that is sent and has a dead letter, this is resolved by its key.
  with_keys boolean := EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'export' AND l.source = dataset);
  tables text[];
  sent record;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _stream_rows.destination;
  SELECT c.place, c.type INTO times FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'timeColumn') #>> '{}';
  IF target.kind <> 'server' OR times.type IS DISTINCT FROM 'timestamptz' THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM lifecycle._make_rejects();
    tables := '{pg_temp.lifecycle_rejects}';
    IF memory IS NOT NULL AND is_fresh THEN
      PERFORM lifecycle._hold_position(memory);
      tables := tables || 'lifecycle.export_sent'::text;
    ELSIF memory IS NOT NULL THEN
      CREATE TEMP TABLE lifecycle_sent (fingerprint uuid, change_time timestamptz, is_known boolean) ON COMMIT DROP;
      tables := tables || 'pg_temp.lifecycle_sent'::text;
    END IF;
    IF with_keys THEN
      CREATE TEMP TABLE lifecycle_keys (key text) ON COMMIT DROP;
      tables := tables || 'pg_temp.lifecycle_keys'::text;
    END IF;
    SELECT * INTO call FROM lifecycle._receiving_call(contract, target.options);
    SELECT * INTO sent FROM lifecycle._send_stream(target.place::name, call.statement, call.parameters, lifecycle._staged_rows_query(contract, query, memory, is_fresh, with_keys),
      (SELECT count(*)::integer FROM lifecycle._contract_columns(contract)), times.place,
      coalesce((target.options ->> 'batch_bytes')::bigint, (SELECT s.setting::bigint FROM pg_settings s WHERE s.name = 'lifecycle_ledger.batch_bytes')), tables::regclass[]);
  EXCEPTION
    WHEN undefined_function OR invalid_schema_name OR undefined_table OR undefined_object THEN
      -- Something is not there: say what, and what to call.
      PERFORM lifecycle._check_server_destination(target.destination, target.place, target.options, ARRAY[dataset]);
      RAISE;
    WHEN OTHERS THEN
      -- What a row may be guilty of is looked for in staged rows. What has arrived is there, as after a run that was killed.
      IF NOT lifecycle._is_rows_fault(SQLSTATE) THEN
        RAISE;
      END IF;
      RETURN;
  END;

  SELECT cardinality(sent.batch_ids), r.good, r.written, r.unchanged, r.dead INTO batches, good, written, unchanged, dead
    FROM lifecycle._record_stream(run, destination, dataset, number, reason, contract ->> 'version', target.place, sent) r;
  rows_in := sent.counts[1];
  rejected := sent.counts[2];
  known := rows_in - good - rejected;
  PERFORM lifecycle._check_known(dataset, contract, known, memory);
  IF rejected > 0 THEN
    PERFORM lifecycle._bury_rejects(dataset, contract ->> 'version');
  END IF;
  IF with_keys THEN
    PERFORM lifecycle._resolve_rejects(dataset, 'SELECT key FROM pg_temp.lifecycle_keys');
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._stream_rows(bigint, text, text, text, text, integer, boolean) IS
  'Internal: as _send_rows(), to another server, without a table in between: rows go from the query into batches, and while one is applied there the next is read here. batches is null, and nothing was recorded, where that cannot be: another kind of destination, or a batch that was refused for what one of its rows may be guilty of. is_fresh: the memory is empty, and what is sent is added to it.';
