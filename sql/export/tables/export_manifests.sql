CREATE TABLE IF NOT EXISTS lifecycle.export_manifests (
  destination text COLLATE "C" NOT NULL REFERENCES lifecycle.destinations ON DELETE CASCADE,
  dataset text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  file_hash text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (destination, dataset)
);

COMMENT ON TABLE lifecycle.export_manifests IS 'The manifests of directories as they were written last: an export writes one anew where the file is not that, or batches have come since.';
COMMENT ON COLUMN lifecycle.export_manifests.destination IS 'The destination, of kind directory.';
COMMENT ON COLUMN lifecycle.export_manifests.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.export_manifests.sequence IS 'The last batch that it lists.';
COMMENT ON COLUMN lifecycle.export_manifests.file_hash IS 'XXH3-128 of the manifest, as xxh128sum prints it.';
COMMENT ON COLUMN lifecycle.export_manifests.written_at IS 'When it was written.';
