CREATE TABLE IF NOT EXISTS lifecycle.contract_consumers (
  consumer text COLLATE "C" NOT NULL CHECK (consumer <> ''),
  dataset text COLLATE "C" NOT NULL REFERENCES lifecycle.datasets,
  contact text,
  registered_at timestamptz NOT NULL DEFAULT now(),
  migrated_to text COLLATE "C" REFERENCES lifecycle.datasets,
  migrated_at timestamptz,
  migrated_by name,
  PRIMARY KEY (consumer, dataset),
  CHECK ((migrated_to IS NULL) = (migrated_at IS NULL))
);

COMMENT ON TABLE lifecycle.contract_consumers IS
  'Who reads which dataset. A deprecated one is retired only when all of its consumers have acknowledged that they read the successor. Written by register_consumer(), unregister_consumer() and acknowledge_migration().';
COMMENT ON COLUMN lifecycle.contract_consumers.consumer IS 'Its name, such as hq.';
COMMENT ON COLUMN lifecycle.contract_consumers.dataset IS 'The dataset it reads.';
COMMENT ON COLUMN lifecycle.contract_consumers.contact IS 'Whom to ask.';
COMMENT ON COLUMN lifecycle.contract_consumers.registered_at IS 'Since when it is known.';
COMMENT ON COLUMN lifecycle.contract_consumers.migrated_to IS 'The successor that it reads instead. Null: it still needs this dataset.';
COMMENT ON COLUMN lifecycle.contract_consumers.migrated_at IS 'When it acknowledged that.';
COMMENT ON COLUMN lifecycle.contract_consumers.migrated_by IS 'The role that acknowledged for it.';
