CREATE FUNCTION lifecycle._send_part(run bigint, destination text, dataset text, kind text, contract jsonb, reason text, first tid, beyond tid,
  INOUT refused bigint, INOUT batches bigint, OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  batch uuid := lifecycle._uuid_v7();
  number bigint := lifecycle._next_batch(destination, dataset);
  part regclass := lifecycle._batch_rows(first, beyond);
  sent record;
  times record;
  middle tid;
  half record;
  state text; message text; problem text;
BEGIN
  BEGIN
    EXECUTE format('SELECT * FROM lifecycle.%I($1, $2, $3, $4, $5)', '_deliver_' || kind) INTO sent USING destination, dataset, batch, number, part;
    EXECUTE format('SELECT min(b.%1$I)::timestamptz AS earliest, max(b.%1$I)::timestamptz AS latest FROM %2$s b', lifecycle._contract_property(contract, 'timeColumn') #>> '{}', part)
      INTO times;
    PERFORM lifecycle._record_batch(run, destination, dataset, number, reason, contract ->> 'version', batch, sent, times.earliest, times.latest);
    batches := batches + 1;
    rows_in := sent.rows_in;
    written := sent.written;
    unchanged := sent.unchanged;
    dead := sent.dead;
    RETURN;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, problem = PG_EXCEPTION_DETAIL;
    EXECUTE format('SELECT count(*) FROM %s', part) INTO rows_in;
    -- Only what a row can be guilty of. A destination that refuses one row after the other and takes none is out of order itself.
    IF NOT lifecycle._is_rows_fault(state) OR (batches = 0 AND refused >= 20) THEN
      RAISE;
    END IF;
  END;
  IF rows_in > 1 THEN
    -- One row must not keep the others back: the halves are sent by themselves, down to the rows that are refused.
    EXECUTE format('SELECT b.ctid FROM pg_temp.lifecycle_batch b WHERE %s ORDER BY b.ctid OFFSET %s LIMIT 1',
        concat_ws(' AND ', 'true', 'b.ctid >= ' || quote_literal(first) || '::tid', 'b.ctid < ' || quote_literal(beyond) || '::tid'), rows_in / 2)
      INTO middle;
    rows_in := 0;
    written := 0;
    unchanged := 0;
    dead := 0;
    FOR half IN SELECT h.* FROM (VALUES (coalesce(first, '(0,0)'), middle), (middle, beyond)) h(first, beyond) LOOP
      DECLARE
        done record;
      BEGIN
        SELECT * INTO done FROM lifecycle._send_part(run, destination, dataset, kind, contract, reason, half.first, half.beyond, refused, batches);
        refused := done.refused;
        batches := done.batches;
        rows_in := rows_in + done.rows_in;
        written := written + done.written;
        unchanged := unchanged + done.unchanged;
        dead := dead + done.dead;
      END;
    END LOOP;
    RETURN;
  END IF;
  part := lifecycle._batch_rows(first, beyond);
  EXECUTE format($sql$
    INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, contract_version, org_id)
    SELECT 'apply', $1, f.key, $2, 'write.' || $2, '', $3, f.body, $4, f.body::jsonb ->> $5
    FROM (SELECT concat_ws('/', %s) AS key, to_jsonb(b.*)::text AS body FROM %s b) f
    WHERE NOT EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'apply' AND l.source = $1 AND l.key = f.key AND l.sqlstate = $2 AND l.body = f.body)
    $sql$, (SELECT string_agg(format('b.%I', c.name), ', ' ORDER BY c.key_position) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL), part)
    USING dataset, state, concat_ws(' ', format('Destination "%s":', destination), message, nullif(problem, '')), contract ->> 'version', lifecycle._contract_property(contract, 'tenantColumn') #>> '{}';
  refused := refused + 1;
  written := 0;
  unchanged := 0;
  dead := 1;
END
$$;
COMMENT ON FUNCTION lifecycle._send_part(bigint, text, text, text, jsonb, text, tid, tid, bigint, bigint) IS
  'Internal: delivers part of the staged rows as one batch and records it. Where the far side refuses it for what a row may be guilty of, it is halved, down to the rows that cause it, which become dead letters of stage apply. Raises what else went wrong, and where twenty rows were refused before any was taken.';
