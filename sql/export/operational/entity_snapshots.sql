CREATE TABLE IF NOT EXISTS lifecycle.entity_snapshots (
  snapshot_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id uuid NOT NULL,
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  record_version bigint NOT NULL,
  canonical_payload_json jsonb NOT NULL,
  captured_at timestamptz NOT NULL,
  source_run_id uuid,
  changed_xid xid8,
  UNIQUE (org_id, entity_type, entity_id, record_version)
);
CREATE INDEX IF NOT EXISTS entity_snapshots_changed ON lifecycle.entity_snapshots (changed_xid);
SELECT lifecycle._ensure_trigger('lifecycle.entity_snapshots', 'changed_xid', 'BEFORE INSERT OR UPDATE', 'lifecycle._set_changed_xid()');
ALTER TABLE lifecycle.entity_snapshots ENABLE ALWAYS TRIGGER changed_xid;

COMMENT ON TABLE lifecycle.entity_snapshots IS
  'Every version of company_entities and person_entities, written by their triggers: also those that came and went between two exports. The source of dx_entity_snapshots_v1.';
COMMENT ON COLUMN lifecycle.entity_snapshots.snapshot_id IS 'The snapshot.';
COMMENT ON COLUMN lifecycle.entity_snapshots.org_id IS 'Tenant.';
COMMENT ON COLUMN lifecycle.entity_snapshots.entity_type IS 'company or person.';
COMMENT ON COLUMN lifecycle.entity_snapshots.entity_id IS 'The entity.';
COMMENT ON COLUMN lifecycle.entity_snapshots.record_version IS 'The version it is the state of.';
COMMENT ON COLUMN lifecycle.entity_snapshots.canonical_payload_json IS 'The row as it was.';
COMMENT ON COLUMN lifecycle.entity_snapshots.captured_at IS 'From when this state held: updated_at of the version.';
COMMENT ON COLUMN lifecycle.entity_snapshots.source_run_id IS 'Run that brought it about.';
COMMENT ON COLUMN lifecycle.entity_snapshots.changed_xid IS 'The transaction that wrote the row, for cuts. Set by a trigger.';
