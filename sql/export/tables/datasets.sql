CREATE TABLE IF NOT EXISTS lifecycle.datasets (
  dataset text COLLATE "C" PRIMARY KEY,
  version text NOT NULL,
  status text NOT NULL,
  contract jsonb NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (dataset = contract ->> 'name' AND version = contract ->> 'version' AND status = contract ->> 'status')
);
SELECT lifecycle._ensure_constraint('lifecycle.datasets', 'datasets_contract_check', 'CHECK (cardinality(lifecycle._contract_problems(contract)) = 0)');

COMMENT ON TABLE lifecycle.datasets IS
  'The datasets that leave this database, each with its contract: what every column is, who may be null, the key, how rows are written, how often, and the service level. docs/EXPORT_CONTRACT_V1.md shows them. Written by install(), publish_contract() and retire_dataset(); a change that breaks what is published is refused however it comes (docs/GOVERNANCE.md).';
COMMENT ON COLUMN lifecycle.datasets.dataset IS 'Name of the dataset, such as dx_operation_runs_v1.';
COMMENT ON COLUMN lifecycle.datasets.version IS 'Version of the contract: MAJOR.MINOR.PATCH. Within a major version only additions happen.';
COMMENT ON COLUMN lifecycle.datasets.status IS 'proposed, draft, active, deprecated or retired. Active and deprecated ones are exported.';
COMMENT ON COLUMN lifecycle.datasets.contract IS 'The contract: a document of the Open Data Contract Standard, version 3.1.';
COMMENT ON COLUMN lifecycle.datasets.loaded_at IS 'When this version of the contract came here.';
