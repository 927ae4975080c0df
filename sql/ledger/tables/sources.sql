CREATE TABLE IF NOT EXISTS lifecycle.sources (
  source_system text COLLATE "C" PRIMARY KEY CHECK (source_system <> ''),
  relation regclass NOT NULL,
  mapping jsonb NOT NULL,
  look_back interval NOT NULL DEFAULT '5 minutes',
  partition_name name NOT NULL UNIQUE,
  registered_at timestamptz NOT NULL DEFAULT now(),
  loaded_at timestamptz,
  watermark timestamptz,
  contacts_applied bigint NOT NULL DEFAULT 0
);

COMMENT ON TABLE lifecycle.sources IS 'The registered sources of contact_events, one row each. Written by register_source() and by the runs.';
COMMENT ON COLUMN lifecycle.sources.source_system IS 'Name of the source; becomes contact_events.source_system and must not change.';
COMMENT ON COLUMN lifecycle.sources.relation IS 'The table or view the rows come from.';
COMMENT ON COLUMN lifecycle.sources.mapping IS 'How ledger columns come from source columns; docs/SOURCES.md describes the language.';
COMMENT ON COLUMN lifecycle.sources.look_back IS 'How far behind the watermark a sync reads again, for change columns stamped by other clocks.';
COMMENT ON COLUMN lifecycle.sources.partition_name IS 'The partition of contact_events that holds this source.';
COMMENT ON COLUMN lifecycle.sources.registered_at IS 'When the source was first registered.';
COMMENT ON COLUMN lifecycle.sources.loaded_at IS 'When a full pass last ended well. Null: the next sync is a full pass.';
COMMENT ON COLUMN lifecycle.sources.watermark IS 'Every row whose change column is older has been seen. Null: no incremental pass has ended yet, or the source has no change column.';
COMMENT ON COLUMN lifecycle.sources.contacts_applied IS 'The last lifecycle.contact_changes.change_id whose effect on this source is in the ledger.';
