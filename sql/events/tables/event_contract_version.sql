CREATE TABLE IF NOT EXISTS lifecycle.event_contract_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version uuid NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO lifecycle.event_contract_version (version) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING;

COMMENT ON TABLE lifecycle.event_contract_version IS 'The version of the event contract, which is what event_verbs, event_words, event_rules and event_sources hold. Triggers on those tables write it; whoever changes them needs UPDATE here too.';
COMMENT ON COLUMN lifecycle.event_contract_version.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN lifecycle.event_contract_version.version IS 'Another one after each statement that changed the contract.';
COMMENT ON COLUMN lifecycle.event_contract_version.changed_at IS 'When that was.';
