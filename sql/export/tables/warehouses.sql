CREATE TABLE IF NOT EXISTS lifecycle.warehouses (
  warehouse name PRIMARY KEY,
  partition_step interval NOT NULL,
  distributable boolean NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE lifecycle.warehouses IS 'The schemas of this database that hold the datasets'' tables: written by install_warehouse(), looked at by maintain_partitions().';
COMMENT ON COLUMN lifecycle.warehouses.warehouse IS 'The schema.';
COMMENT ON COLUMN lifecycle.warehouses.partition_step IS 'Length of a partition of its append-only tables.';
COMMENT ON COLUMN lifecycle.warehouses.distributable IS 'Whether its tables have only keys that contain the tenant, and no triggers, as distributed tables need it.';
COMMENT ON COLUMN lifecycle.warehouses.installed_at IS 'When it was first installed.';
