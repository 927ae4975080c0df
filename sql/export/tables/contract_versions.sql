CREATE TABLE IF NOT EXISTS lifecycle.contract_versions (
  dataset text COLLATE "C" NOT NULL,
  version text NOT NULL,
  contract jsonb NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  published_by name NOT NULL DEFAULT session_user,
  PRIMARY KEY (dataset, version)
);
SELECT lifecycle._guard_append_only('lifecycle.contract_versions');
SELECT lifecycle._ensure_trigger('lifecycle.datasets', 'contract', 'BEFORE UPDATE OR DELETE', 'lifecycle._guard_contract()');
SELECT lifecycle._load_contracts();

COMMENT ON TABLE lifecycle.contract_versions IS
  'Every version of every contract that was published here, word for word, the ones in force included. Append-only: a published version does not change.';
COMMENT ON COLUMN lifecycle.contract_versions.dataset IS 'The dataset.';
COMMENT ON COLUMN lifecycle.contract_versions.version IS 'Version of its contract.';
COMMENT ON COLUMN lifecycle.contract_versions.contract IS 'The contract as it was published. Its status is the one it had then.';
COMMENT ON COLUMN lifecycle.contract_versions.published_at IS 'When it was published here.';
COMMENT ON COLUMN lifecycle.contract_versions.published_by IS 'The role that did so.';
