CREATE TABLE IF NOT EXISTS lifecycle.destinations (
  destination text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('schema', 'server', 'directory')),
  place text NOT NULL,
  options jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
  datasets text[],
  enabled boolean NOT NULL DEFAULT true,
  registered_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lifecycle.destinations IS 'Where datasets are delivered to. Written by register_destination() and unregister_destination().';
COMMENT ON COLUMN lifecycle.destinations.destination IS 'Its name.';
COMMENT ON COLUMN lifecycle.destinations.kind IS 'schema: a warehouse in this database. server: another PostgreSQL, through a foreign server. directory: files on this server.';
COMMENT ON COLUMN lifecycle.destinations.place IS 'The schema, the name of the foreign server, or the absolute path of the directory.';
COMMENT ON COLUMN lifecycle.destinations.options IS 'schema: none. server: warehouse (schema on the far side, lifecycle), receiver (the function there that takes batches, lifecycle.receive_batch). directory: format (ndjson or csv), compression (none, gzip or zstd). server and directory: batch_bytes (lifecycle_ledger.batch_bytes).';
COMMENT ON COLUMN lifecycle.destinations.datasets IS 'The datasets it gets. Null: every one that has a source.';
COMMENT ON COLUMN lifecycle.destinations.enabled IS 'False: it is passed over; what it misses is delivered once it is true again.';
COMMENT ON COLUMN lifecycle.destinations.registered_at IS 'When it was first registered.';
