CREATE TABLE IF NOT EXISTS lifecycle.archives (
  archive_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  relation text NOT NULL,
  partition_name name NOT NULL,
  lower_bound timestamptz NOT NULL,
  upper_bound timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'writing' CHECK (status IN ('writing', 'written', 'detached', 'dropped', 'restored')),
  manifest text NOT NULL UNIQUE,
  compression text NOT NULL,
  revision integer NOT NULL DEFAULT 0,
  path text,
  rows bigint,
  bytes bigint,
  plain_bytes bigint,
  checksum text,
  file_hash text,
  columns jsonb,
  snapshot pg_snapshot,
  system_identifier bigint,
  begun_at timestamptz NOT NULL DEFAULT now(),
  written_at timestamptz,
  dropped_at timestamptz,
  restored_at timestamptz,
  hold_until timestamptz,
  detached text,
  suppressions_applied bigint NOT NULL DEFAULT 0,
  obsolete text[] NOT NULL DEFAULT '{}',
  CHECK (status = 'writing' OR (path IS NOT NULL AND rows IS NOT NULL AND checksum IS NOT NULL AND file_hash IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS archives_partition ON lifecycle.archives (relation, lower_bound);

COMMENT ON TABLE lifecycle.archives IS
  'The files that retention has written, one row each. Written by apply_retention(), restore_archive(), erase_user() and erase_contact(). The file is the rows'' only copy once its status is dropped; its manifest, beside it, says everything that restore_archive() needs, also without this table.';
COMMENT ON COLUMN lifecycle.archives.archive_id IS 'Number of the archive.';
COMMENT ON COLUMN lifecycle.archives.relation IS 'The partitioned table, with its schema.';
COMMENT ON COLUMN lifecycle.archives.partition_name IS 'The partition it was made of.';
COMMENT ON COLUMN lifecycle.archives.lower_bound IS 'Where the partition begins.';
COMMENT ON COLUMN lifecycle.archives.upper_bound IS 'Where it ends; not included.';
COMMENT ON COLUMN lifecycle.archives.status IS
  'writing: begun, no archive yet. written: complete and checked, the partition still in place. detached: the partition is no longer part of its table, but not dropped. dropped: the file is what there is. restored: the rows are back.';
COMMENT ON COLUMN lifecycle.archives.manifest IS 'Path of the manifest, a JSON document.';
COMMENT ON COLUMN lifecycle.archives.compression IS 'none, gzip or zstd.';
COMMENT ON COLUMN lifecycle.archives.revision IS 'How often the file was written: anew where rows came in between, and by erasures.';
COMMENT ON COLUMN lifecycle.archives.path IS 'Path of the file: NDJSON, keys of null columns left out. Null while writing.';
COMMENT ON COLUMN lifecycle.archives.rows IS 'Its rows.';
COMMENT ON COLUMN lifecycle.archives.bytes IS 'Its bytes.';
COMMENT ON COLUMN lifecycle.archives.plain_bytes IS 'Its bytes before compression.';
COMMENT ON COLUMN lifecycle.archives.checksum IS 'parity_checksum(parity_text(row)) of its rows, the columns in the order of columns.';
COMMENT ON COLUMN lifecycle.archives.file_hash IS 'XXH3-128 of the file, as xxh128sum prints it.';
COMMENT ON COLUMN lifecycle.archives.columns IS 'Names and types of the columns, in order. A column changed_xid is left out: it means nothing later.';
COMMENT ON COLUMN lifecycle.archives.snapshot IS 'The snapshot the rows were read by.';
COMMENT ON COLUMN lifecycle.archives.system_identifier IS 'The cluster of that snapshot.';
COMMENT ON COLUMN lifecycle.archives.begun_at IS 'When it was begun.';
COMMENT ON COLUMN lifecycle.archives.written_at IS 'When the file was last written and read back.';
COMMENT ON COLUMN lifecycle.archives.dropped_at IS 'When the partition was dropped.';
COMMENT ON COLUMN lifecycle.archives.restored_at IS 'When its rows were last brought back. Null: never.';
COMMENT ON COLUMN lifecycle.archives.hold_until IS 'Until then apply_retention() leaves the restored partition alone.';
COMMENT ON COLUMN lifecycle.archives.detached IS 'What the partition is called while it is detached.';
COMMENT ON COLUMN lifecycle.archives.suppressions_applied IS 'The last lifecycle.suppressions.suppression_id that was looked for in the file.';
COMMENT ON COLUMN lifecycle.archives.obsolete IS 'Earlier files of this archive that are still to be removed.';
