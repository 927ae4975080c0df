CREATE TABLE IF NOT EXISTS lifecycle.received_batches (
  batch_id uuid PRIMARY KEY,
  dataset text COLLATE "C" NOT NULL,
  warehouse name NOT NULL,
  contract_version text,
  content_hash text NOT NULL,
  rows_in bigint NOT NULL,
  written bigint NOT NULL,
  unchanged bigint NOT NULL,
  dead bigint NOT NULL,
  snapshots bigint NOT NULL,
  checksum text NOT NULL,
  refusals jsonb,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (rows_in = written + unchanged + dead)
);
CREATE INDEX IF NOT EXISTS received_batches_received ON lifecycle.received_batches (received_at);

COMMENT ON TABLE lifecycle.received_batches IS
  'Every batch that receive_batch() applied here, written in the same transaction: what it answers from when the batch comes again. After 90 days, by its row of retention_policies, apply_retention() deletes them, and each batch that comes up to twenty; a repeat of one that is deleted is applied anew, which changes nothing: the rows are there, or later versions, or were erased since.';
COMMENT ON COLUMN lifecycle.received_batches.batch_id IS 'Number of the batch, given by its sender.';
COMMENT ON COLUMN lifecycle.received_batches.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.received_batches.warehouse IS 'The schema whose tables took it.';
COMMENT ON COLUMN lifecycle.received_batches.contract_version IS 'Version of the contract that its sender said its rows keep. Null where it did not say.';
COMMENT ON COLUMN lifecycle.received_batches.content_hash IS 'XXH3-128 of its lines: the same batch_id with another content is refused.';
COMMENT ON COLUMN lifecycle.received_batches.rows_in IS 'Its rows.';
COMMENT ON COLUMN lifecycle.received_batches.written IS 'Rows that were new here.';
COMMENT ON COLUMN lifecycle.received_batches.unchanged IS 'Rows that were here already, or in a higher version.';
COMMENT ON COLUMN lifecycle.received_batches.dead IS 'Rows that were refused: dead letters.';
COMMENT ON COLUMN lifecycle.received_batches.snapshots IS 'Versions of entities that were kept beside.';
COMMENT ON COLUMN lifecycle.received_batches.checksum IS 'parity_checksum(parity_text(row)) of its rows, as they were read here.';
COMMENT ON COLUMN lifecycle.received_batches.refusals IS 'The rows that were refused, as an array of objects: key, sqlstate, code, json_pointer, detail, body, stage. Null where there were none.';
COMMENT ON COLUMN lifecycle.received_batches.received_at IS 'When it was applied.';
