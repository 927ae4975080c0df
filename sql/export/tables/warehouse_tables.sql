CREATE TABLE IF NOT EXISTS lifecycle.warehouse_tables (
  warehouse name NOT NULL REFERENCES lifecycle.warehouses ON DELETE CASCADE,
  dataset text COLLATE "C" NOT NULL,
  relation regclass NOT NULL,
  key_relation regclass,
  contract jsonb NOT NULL,
  digest text,
  installed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (warehouse, dataset)
);

COMMENT ON TABLE lifecycle.warehouse_tables IS
  'The tables of the warehouses, each with the contract it was brought to. While a table is listed here, an event trigger refuses DDL that would break that contract. Written by install_warehouse(), retire_dataset() and unregister_warehouse().';
COMMENT ON COLUMN lifecycle.warehouse_tables.warehouse IS 'The schema.';
COMMENT ON COLUMN lifecycle.warehouse_tables.dataset IS 'The dataset, and the name its table has to have.';
COMMENT ON COLUMN lifecycle.warehouse_tables.relation IS 'The table.';
COMMENT ON COLUMN lifecycle.warehouse_tables.key_relation IS 'Its table of keys. Null where it has none.';
COMMENT ON COLUMN lifecycle.warehouse_tables.contract IS 'The contract that the table had to keep when install_warehouse() last completed it.';
COMMENT ON COLUMN lifecycle.warehouse_tables.digest IS 'Hash of the table''s shape when it was found to keep the contract: exports look closer only where it is another. Null where it was not.';
COMMENT ON COLUMN lifecycle.warehouse_tables.installed_at IS 'When that was.';
