CREATE TABLE IF NOT EXISTS lifecycle.dataset_sources (
  dataset text COLLATE "C" NOT NULL REFERENCES lifecycle.datasets,
  relation regclass NOT NULL,
  mapping jsonb NOT NULL,
  look_back interval NOT NULL DEFAULT '5 minutes',
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dataset, relation)
);

COMMENT ON TABLE lifecycle.dataset_sources IS
  'Where the rows of each dataset come from: a table or view and how its columns map to the contract''s. A dataset may have several. Written by register_dataset_source().';
COMMENT ON COLUMN lifecycle.dataset_sources.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.dataset_sources.relation IS 'The table or view the rows come from.';
COMMENT ON COLUMN lifecycle.dataset_sources.mapping IS 'How the contract''s columns come from its columns; docs/SOURCES.md describes the language.';
COMMENT ON COLUMN lifecycle.dataset_sources.look_back IS 'How far behind the watermark an export reads again, for change columns stamped by other clocks.';
COMMENT ON COLUMN lifecycle.dataset_sources.registered_at IS 'When the relation was first registered for the dataset.';
