CREATE FUNCTION lifecycle._record_stream(run bigint, destination text, dataset text, number bigint, reason text, contract_version text, place text, sent record,
  OUT good bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  batch record;
BEGIN
  good := 0;
  written := 0;
  unchanged := 0;
  dead := 0;
  FOR i IN 1 .. cardinality(sent.batch_ids) LOOP
    SELECT sent.rows[i] AS rows_in, sent.answers[i][2]::bigint AS written, sent.answers[i][3]::bigint AS unchanged, sent.answers[i][4]::bigint AS dead,
        sent.bytes[i] AS bytes, sent.checksums[i] AS checksum, NULL::text AS file, NULL::text AS file_hash INTO batch;
    PERFORM lifecycle._check_account(place, batch.rows_in, sent.answers[i][1]::bigint, batch.written, batch.unchanged, batch.dead);
    PERFORM lifecycle._record_batch(run, destination, dataset, number + i - 1, reason, contract_version, sent.batch_ids[i], batch, sent.earliest[i], sent.latest[i], sent.delivered[i]);
    IF batch.dead > 0 THEN
      PERFORM lifecycle._bury_lines(dataset, contract_version, sent.answers[i][5]::jsonb);
    END IF;
    good := good + batch.rows_in;
    written := written + batch.written;
    unchanged := unchanged + batch.unchanged;
    dead := dead + batch.dead;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._record_stream(bigint, text, text, bigint, text, text, text, record) IS
  'Internal: records the batches that a stream has sent (a row as of _send_stream()), the first of them under this number, and buries the rows that the other server has refused. place: of the destination. Raises where what the other server answered does not add up.';
