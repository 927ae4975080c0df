CREATE TABLE IF NOT EXISTS lifecycle.datasets (
  dataset text COLLATE "C" PRIMARY KEY,
  version text NOT NULL,
  status text NOT NULL,
  contract jsonb NOT NULL CHECK (cardinality(lifecycle._contract_problems(contract)) = 0),
  loaded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (dataset = contract ->> 'name' AND version = contract ->> 'version' AND status = contract ->> 'status')
);
-- A release may bring a later version of a contract; one that was published here in the meantime stays.
INSERT INTO lifecycle.datasets AS d (dataset, version, status, contract)
  SELECT c ->> 'name', c ->> 'version', c ->> 'status', c FROM lifecycle._shipped_contracts() c
ON CONFLICT (dataset) DO UPDATE SET version = excluded.version, status = excluded.status, contract = excluded.contract, loaded_at = excluded.loaded_at
  WHERE string_to_array(excluded.version, '.')::integer[] > string_to_array(d.version, '.')::integer[];

COMMENT ON TABLE lifecycle.datasets IS
  'The datasets that leave this database, each with its contract: what every column is, who may be null, the key, how rows are written, how often, and the service level. docs/EXPORT_CONTRACT_V1.md shows them.';
COMMENT ON COLUMN lifecycle.datasets.dataset IS 'Name of the dataset, such as dx_operation_runs_v1.';
COMMENT ON COLUMN lifecycle.datasets.version IS 'Version of the contract: MAJOR.MINOR.PATCH. Within a major version only additions happen.';
COMMENT ON COLUMN lifecycle.datasets.status IS 'proposed, draft, active, deprecated or retired.';
COMMENT ON COLUMN lifecycle.datasets.contract IS 'The contract: a document of the Open Data Contract Standard, version 3.1.';
COMMENT ON COLUMN lifecycle.datasets.loaded_at IS 'When this version of the contract came here.';
