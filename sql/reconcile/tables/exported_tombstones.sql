CREATE TABLE IF NOT EXISTS lifecycle.exported_tombstones (
  destination text COLLATE "C" NOT NULL,
  dataset text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  org text COLLATE "C" NOT NULL,
  day date NOT NULL,
  bucket text COLLATE "C" NOT NULL,
  checksum text COLLATE "C" NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (destination, dataset, key)
);
COMMENT ON TABLE lifecycle.exported_tombstones IS
  'Tombstones at a destination whose entity no source has any more: so reconcile() knows that they are as they should be, without looking at them each time. Holds keys and hashes, nothing else of the row.';
COMMENT ON COLUMN lifecycle.exported_tombstones.destination IS 'Where the tombstone is.';
COMMENT ON COLUMN lifecycle.exported_tombstones.dataset IS 'The dataset it is of.';
COMMENT ON COLUMN lifecycle.exported_tombstones.key IS 'The columns of its key, as a JSON array.';
COMMENT ON COLUMN lifecycle.exported_tombstones.org IS 'Its tenant.';
COMMENT ON COLUMN lifecycle.exported_tombstones.day IS 'The day, in UTC, of the dataset''s time column.';
COMMENT ON COLUMN lifecycle.exported_tombstones.bucket IS 'MD5 of the key.';
COMMENT ON COLUMN lifecycle.exported_tombstones.checksum IS 'First 16 digits of the MD5 of parity_text(row).';
COMMENT ON COLUMN lifecycle.exported_tombstones.noted_at IS 'When it was made, or found.';
