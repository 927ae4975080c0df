CREATE TABLE IF NOT EXISTS lifecycle.history_files (
  directory text COLLATE "C" NOT NULL,
  organization_id bigint NOT NULL,
  sequence bigint NOT NULL,
  file text NOT NULL,
  format text NOT NULL CHECK (format IN ('ndjson', 'csv')),
  compression text NOT NULL CHECK (compression IN ('none', 'gzip', 'zstd')),
  contract_version text NOT NULL,
  rows bigint NOT NULL,
  extracted_at timestamptz NOT NULL,
  earliest timestamp NOT NULL,
  data_as_of timestamp NOT NULL,
  other_types jsonb NOT NULL DEFAULT '{}',
  batch_id uuid,
  bytes bigint,
  plain_bytes bigint,
  checksum text,
  file_hash text,
  written_at timestamptz,
  superseded_at timestamptz,
  PRIMARY KEY (directory, organization_id, sequence),
  CHECK (written_at IS NULL OR (batch_id IS NOT NULL AND checksum IS NOT NULL AND file_hash IS NOT NULL))
);
-- One file of an organization is its history; earlier ones wait to be removed.
CREATE UNIQUE INDEX IF NOT EXISTS history_files_current ON lifecycle.history_files (directory, organization_id) WHERE written_at IS NOT NULL AND superseded_at IS NULL;

COMMENT ON TABLE lifecycle.history_files IS
  'The files of lifecycle_event_history: one an organization and directory, which the next export replaces. The manifest of a directory is written from it. Written by export_history().';
COMMENT ON COLUMN lifecycle.history_files.directory IS 'The directory on the server: the destination''s, in which lifecycle_event_history/ has the files.';
COMMENT ON COLUMN lifecycle.history_files.organization_id IS 'The organization whose events are in the file.';
COMMENT ON COLUMN lifecycle.history_files.sequence IS 'Number of the batch, as in export_batches.';
COMMENT ON COLUMN lifecycle.history_files.file IS 'Its name in lifecycle_event_history/.';
COMMENT ON COLUMN lifecycle.history_files.format IS 'ndjson or csv.';
COMMENT ON COLUMN lifecycle.history_files.compression IS 'none, gzip or zstd.';
COMMENT ON COLUMN lifecycle.history_files.contract_version IS 'Version of the contract its rows keep.';
COMMENT ON COLUMN lifecycle.history_files.rows IS 'Events in it.';
COMMENT ON COLUMN lifecycle.history_files.extracted_at IS 'When the export was made: extracted_at of every row of every file of that export.';
COMMENT ON COLUMN lifecycle.history_files.earliest IS 'Earliest event_date in it, UTC.';
COMMENT ON COLUMN lifecycle.history_files.data_as_of IS 'Latest event_date in it, UTC: data_as_of of every row.';
COMMENT ON COLUMN lifecycle.history_files.other_types IS 'Types of the organization''s rows that are not in history_event_types and so stayed out, each with how many.';
COMMENT ON COLUMN lifecycle.history_files.batch_id IS 'The batch: export_batches. Null while the file is being written.';
COMMENT ON COLUMN lifecycle.history_files.bytes IS 'Bytes of the file.';
COMMENT ON COLUMN lifecycle.history_files.plain_bytes IS 'Bytes before compression.';
COMMENT ON COLUMN lifecycle.history_files.checksum IS 'parity_checksum(parity_text(row)) of its rows.';
COMMENT ON COLUMN lifecycle.history_files.file_hash IS 'XXH3-128 of the file, as xxh128sum prints it.';
COMMENT ON COLUMN lifecycle.history_files.written_at IS 'When it was written and verified. Null while it is being written: a run that was killed leaves it so, and the next one removes what there is of it.';
COMMENT ON COLUMN lifecycle.history_files.superseded_at IS 'When a newer one took its place. It is removed once the manifest names that one. Null for the current one.';
