CREATE FUNCTION lifecycle._record_batch(run bigint, destination text, dataset text, sequence bigint, reason text, contract_version text, batch_id uuid,
  sent record, earliest timestamptz, latest timestamptz, delivered_at timestamptz DEFAULT clock_timestamp()) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  -- In the place of the attempt that failed, if one did.
  INSERT INTO lifecycle.export_batches AS b (batch_id, destination, dataset, sequence, reason, contract_version, status, rows_in, written, unchanged, dead, bytes, checksum,
      file, file_hash, earliest, latest, run_id, delivered_at)
    VALUES (_record_batch.batch_id, _record_batch.destination, _record_batch.dataset, _record_batch.sequence, _record_batch.reason, _record_batch.contract_version, 'delivered',
      sent.rows_in, sent.written, sent.unchanged, sent.dead, sent.bytes, sent.checksum, sent.file, sent.file_hash, _record_batch.earliest, _record_batch.latest, run, _record_batch.delivered_at)
  ON CONFLICT ON CONSTRAINT export_batches_destination_dataset_sequence_key DO UPDATE SET batch_id = excluded.batch_id, reason = excluded.reason,
      contract_version = excluded.contract_version, status = excluded.status, rows_in = excluded.rows_in, written = excluded.written, unchanged = excluded.unchanged,
      dead = excluded.dead, bytes = excluded.bytes, checksum = excluded.checksum, file = excluded.file, file_hash = excluded.file_hash, earliest = excluded.earliest,
      latest = excluded.latest, attempts = b.attempts + 1, next_attempt_at = NULL, run_id = excluded.run_id, delivered_at = excluded.delivered_at
    WHERE b.status <> 'delivered';
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('batch %s of dataset "%s" to destination "%s" was delivered already', sequence, dataset, destination),
      HINT = 'Nothing was recorded. Please report this.';
  END IF;
  PERFORM lifecycle._resolve_alert('export.dead', dataset || '@' || destination);
END
$$;
COMMENT ON FUNCTION lifecycle._record_batch(bigint, text, text, bigint, text, text, uuid, record, timestamptz, timestamptz, timestamptz) IS
  'Internal: records a batch as delivered, as its deliverer says, and resolves the alert of one that could not be.';
