CREATE TABLE IF NOT EXISTS lifecycle.contract_migrations (
  dataset text COLLATE "C" PRIMARY KEY REFERENCES lifecycle.datasets,
  successor text COLLATE "C" NOT NULL UNIQUE REFERENCES lifecycle.datasets CHECK (successor <> dataset),
  opened_at timestamptz NOT NULL DEFAULT now(),
  release_cycle interval NOT NULL,
  cycles integer NOT NULL CHECK (cycles >= 2),
  retired_at timestamptz
);

COMMENT ON TABLE lifecycle.contract_migrations IS
  'Datasets that have a successor: from when both are exported, and for how long at least. Written by publish_contract() and retire_dataset(); view deprecations shows how far each is.';
COMMENT ON COLUMN lifecycle.contract_migrations.dataset IS 'The dataset that ends.';
COMMENT ON COLUMN lifecycle.contract_migrations.successor IS 'The dataset that takes its place.';
COMMENT ON COLUMN lifecycle.contract_migrations.opened_at IS 'When the successor was published: from then on the dataset is deprecated.';
COMMENT ON COLUMN lifecycle.contract_migrations.release_cycle IS 'Length of a release cycle, as release_policy had it then.';
COMMENT ON COLUMN lifecycle.contract_migrations.cycles IS 'How many of them have to pass.';
COMMENT ON COLUMN lifecycle.contract_migrations.retired_at IS 'When the dataset was retired. Null: both are exported.';
