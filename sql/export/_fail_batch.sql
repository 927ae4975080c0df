CREATE FUNCTION lifecycle._fail_batch(run bigint, destination text, dataset text, reason text, failed_sqlstate text, failed_message text, failed_detail text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  most integer := current_setting('lifecycle_ledger.retry_attempts');
  base double precision := (SELECT setting::double precision FROM pg_settings WHERE name = 'lifecycle_ledger.retry_base');
  cap double precision := (SELECT setting::double precision FROM pg_settings WHERE name = 'lifecycle_ledger.retry_cap');
  batch record;
BEGIN
  INSERT INTO lifecycle.export_batches AS b (batch_id, destination, dataset, sequence, reason, contract_version, status, sqlstate, message, detail, run_id, next_attempt_at)
    VALUES (lifecycle._uuid_v7(), _fail_batch.destination, _fail_batch.dataset, lifecycle._next_batch(_fail_batch.destination, _fail_batch.dataset), _fail_batch.reason,
      coalesce((SELECT d.version FROM lifecycle.datasets d WHERE d.dataset = _fail_batch.dataset), '?'), CASE WHEN most <= 1 THEN 'dead' ELSE 'failed' END,
      failed_sqlstate, failed_message, failed_detail, run, CASE WHEN most > 1 THEN clock_timestamp() + base * (0.5 + random() / 2) * interval '1 second' END)
  ON CONFLICT ON CONSTRAINT export_batches_destination_dataset_sequence_key DO UPDATE SET
      attempts = b.attempts + 1, reason = excluded.reason, sqlstate = excluded.sqlstate, message = excluded.message, detail = excluded.detail, run_id = excluded.run_id,
      contract_version = excluded.contract_version, status = CASE WHEN b.attempts + 1 >= most THEN 'dead' ELSE 'failed' END,
      -- Each pause is up to twice as long as the one before; half of it is chance, so that many do not come back at once.
      next_attempt_at = CASE WHEN b.attempts + 1 < most
        THEN clock_timestamp() + least(base * 2 ^ least(b.attempts, 60), cap) * (0.5 + random() / 2) * interval '1 second' END
    WHERE b.status <> 'delivered'
  RETURNING b.status, b.sequence, b.attempts INTO batch;
  IF batch.status = 'dead' THEN
    PERFORM lifecycle._raise_alert('export.dead', dataset || '@' || destination, 'error',
      format('batch %s of dataset "%s" could not be delivered to destination "%s"', batch.sequence, dataset, destination),
      format('%s attempts; the last one failed with %s: %s', batch.attempts, failed_sqlstate, concat_ws(' ', failed_message, failed_detail)),
      'Mend the cause, then CALL lifecycle.retry_dead_letters(''export''); nothing is lost meanwhile: it goes out with the next export.');
  END IF;
  RETURN batch.status;
END
$$;
COMMENT ON FUNCTION lifecycle._fail_batch(bigint, text, text, text, text, text, text) IS
  'Internal: records that a batch could not be delivered: tried again after lifecycle_ledger.retry_base, doubled with each attempt up to lifecycle_ledger.retry_cap, half of it chance; after lifecycle_ledger.retry_attempts it is dead, which is an alert (export.dead). Returns its status.';
