CREATE FUNCTION lifecycle._send_rows(run bigint, destination text, dataset text, query text, reason text, memory integer DEFAULT NULL, counted boolean DEFAULT true, is_fresh boolean DEFAULT false, in_table boolean DEFAULT false,
  OUT batches bigint, OUT good bigint, OUT rejected bigint, OUT is_remembered boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target record;
  streamed record;
  staged record;
  part record;
  done record;
  refused bigint := 0;
  written bigint := 0;
  unchanged bigint := 0;
  dead bigint := 0;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _send_rows.destination;
  PERFORM lifecycle._drop_staged_rows();
  is_remembered := false;
  IF NOT in_table THEN
    SELECT * INTO streamed FROM lifecycle._stream_rows(run, destination, dataset, query, reason, memory, is_fresh);
  ELSE
    SELECT NULL::bigint AS batches INTO streamed;
  END IF;
  IF streamed.batches IS NOT NULL THEN
    batches := streamed.batches;
    good := streamed.good;
    rejected := streamed.rejected;
    is_remembered := is_fresh;
    IF counted THEN
      PERFORM lifecycle._count_rows(run, streamed.rows_in, streamed.written, streamed.unchanged + streamed.known, 0, streamed.dead + rejected, 0, 0);
    END IF;
    RETURN;
  END IF;
  SELECT * INTO staged FROM lifecycle._stage_rows(contract, query, memory);
  batches := 0;
  good := staged.good;
  rejected := staged.rejected;
  IF rejected > 0 THEN
    PERFORM lifecycle._bury_rejects(dataset, contract ->> 'version');
  END IF;
  IF good > 0 THEN
    FOR part IN SELECT p.first, p.beyond FROM lifecycle._batch_parts(target.kind, target.options) p ORDER BY p.first NULLS FIRST LOOP
      SELECT * INTO done FROM lifecycle._send_part(run, destination, dataset, target.kind, contract, reason, part.first, part.beyond, refused, batches);
      refused := done.refused;
      batches := done.batches;
      written := written + done.written;
      unchanged := unchanged + done.unchanged;
      dead := dead + done.dead;
    END LOOP;
    PERFORM lifecycle._resolve_rejects(dataset, format('SELECT concat_ws(''/'', %s) FROM pg_temp.lifecycle_batch b',
      (SELECT string_agg(format('b.%I', c.name), ', ' ORDER BY c.key_position) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL)));
  END IF;
  IF counted THEN
    PERFORM lifecycle._count_rows(run, staged.rows_in, written, unchanged + staged.known, 0, dead + rejected, 0, 0);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._send_rows(bigint, text, text, text, text, integer, boolean, boolean, boolean) IS
  'Internal: sends the rows of a query (as of _dataset_source_query) to a destination, in the caller''s transaction: what breaks the contract becomes dead letters of stage export, the rest goes in batches, each recorded in export_batches with that reason; the rows are counted in the run (counted). memory: position_id of the memory of sent rows, whose rows are not sent again; the caller adds to it from lifecycle_sent, unless that was done (is_remembered), which can be where the memory is empty (is_fresh). in_table: by way of a table, as what goes straight was refused. The caller holds _lock_delivery(). Any error is the destination''s or the source''s, and nothing was recorded.';
