CREATE TABLE IF NOT EXISTS lifecycle.export_batches (
  batch_id uuid PRIMARY KEY,
  destination text COLLATE "C" NOT NULL,
  dataset text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  reason text NOT NULL CHECK (reason IN ('export', 'backfill', 'reconcile', 'retry', 'erasure')),
  contract_version text NOT NULL,
  status text NOT NULL CHECK (status IN ('delivered', 'failed', 'dead')),
  rows_in bigint NOT NULL DEFAULT 0,
  written bigint NOT NULL DEFAULT 0,
  unchanged bigint NOT NULL DEFAULT 0,
  dead bigint NOT NULL DEFAULT 0,
  bytes bigint,
  checksum text,
  file text,
  file_hash text,
  earliest timestamptz,
  latest timestamptz,
  attempts integer NOT NULL DEFAULT 1,
  next_attempt_at timestamptz,
  sqlstate text,
  message text,
  detail text,
  run_id bigint,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  delivered_at timestamptz,
  UNIQUE (destination, dataset, sequence),
  CHECK (status <> 'delivered' OR (rows_in = written + unchanged + dead AND checksum IS NOT NULL AND delivered_at IS NOT NULL)),
  CHECK (status = 'delivered' OR sqlstate IS NOT NULL)
);
-- One batch at a time is under way to a destination: what comes later waits behind it.
CREATE UNIQUE INDEX IF NOT EXISTS export_batches_undelivered ON lifecycle.export_batches (destination, dataset) WHERE status <> 'delivered';

COMMENT ON TABLE lifecycle.export_batches IS
  'Every batch that was sent, or could not be: what was in it and how it ended. A batch that failed is tried again after a growing pause, with all that has changed since; nothing behind it is sent before it.';
COMMENT ON COLUMN lifecycle.export_batches.batch_id IS 'Number of the batch, a UUID of version 7; every attempt has a new one. A server that has taken it answers a repeat from memory.';
COMMENT ON COLUMN lifecycle.export_batches.destination IS 'Where it went.';
COMMENT ON COLUMN lifecycle.export_batches.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.export_batches.sequence IS 'Its number among the batches of this dataset to this destination, from 1 and without gaps.';
COMMENT ON COLUMN lifecycle.export_batches.reason IS 'What sent it: export, backfill, reconcile, retry (of dead letters) or erasure.';
COMMENT ON COLUMN lifecycle.export_batches.contract_version IS 'Version of the contract its rows keep.';
COMMENT ON COLUMN lifecycle.export_batches.status IS 'delivered: applied and verified there. failed: tried again from next_attempt_at on. dead: given up; retry_dead_letters(''export'') takes it up again.';
COMMENT ON COLUMN lifecycle.export_batches.rows_in IS 'Rows sent.';
COMMENT ON COLUMN lifecycle.export_batches.written IS 'Rows that the destination did not have.';
COMMENT ON COLUMN lifecycle.export_batches.unchanged IS 'Rows that it had already, or of which it had a higher version.';
COMMENT ON COLUMN lifecycle.export_batches.dead IS 'Rows that it refused: dead letters.';
COMMENT ON COLUMN lifecycle.export_batches.bytes IS 'Bytes sent, or of the file. Null for a schema.';
COMMENT ON COLUMN lifecycle.export_batches.checksum IS 'parity_checksum(parity_text(row)) of its rows, the same on both sides.';
COMMENT ON COLUMN lifecycle.export_batches.file IS 'Its file, relative to the directory. Null elsewhere.';
COMMENT ON COLUMN lifecycle.export_batches.file_hash IS 'XXH3-128 of the file, as xxh128sum prints it. Null elsewhere.';
COMMENT ON COLUMN lifecycle.export_batches.earliest IS 'Earliest value among its rows of the contract''s timeColumn: created_at, occurred_at, updated_at or captured_at.';
COMMENT ON COLUMN lifecycle.export_batches.latest IS 'Latest value of it.';
COMMENT ON COLUMN lifecycle.export_batches.attempts IS 'How often it was tried.';
COMMENT ON COLUMN lifecycle.export_batches.next_attempt_at IS 'Before this time it is not tried again. Null: it is due with the next export, or has not failed.';
COMMENT ON COLUMN lifecycle.export_batches.sqlstate IS 'SQLSTATE of the latest failure. Null where there was none.';
COMMENT ON COLUMN lifecycle.export_batches.message IS 'Its message.';
COMMENT ON COLUMN lifecycle.export_batches.detail IS 'Its DETAIL and HINT.';
COMMENT ON COLUMN lifecycle.export_batches.run_id IS 'The run that tried it last: pipeline_runs.';
COMMENT ON COLUMN lifecycle.export_batches.created_at IS 'When it was first tried.';
COMMENT ON COLUMN lifecycle.export_batches.delivered_at IS 'When it was delivered and verified.';
