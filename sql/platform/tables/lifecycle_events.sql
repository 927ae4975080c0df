CREATE TABLE IF NOT EXISTS lifecycle.lifecycle_events (
  id BIGSERIAL,
  event_type VARCHAR(100) NOT NULL,
  user_id UUID REFERENCES lifecycle.users(id),
  -- SET NULL: executions are kept for a year, their events for two.
  workflow_execution_id UUID REFERENCES lifecycle.workflow_executions(id) ON DELETE SET NULL,
  lifecycle_stage VARCHAR(50),
  event_data JSONB,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  changed_xid xid8,
  -- PostgreSQL wants the partition column in the key.
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX IF NOT EXISTS idx_lifecycle_events_user ON lifecycle.lifecycle_events(user_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_lifecycle_events_type ON lifecycle.lifecycle_events(event_type, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_lifecycle_events_stage ON lifecycle.lifecycle_events(lifecycle_stage, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_lifecycle_events_created ON lifecycle.lifecycle_events(created_at DESC);
CREATE INDEX IF NOT EXISTS lifecycle_events_changed ON lifecycle.lifecycle_events (changed_xid);
-- So that deleting an execution does not read every partition.
CREATE INDEX IF NOT EXISTS lifecycle_events_workflow_execution ON lifecycle.lifecycle_events (workflow_execution_id)
  WHERE workflow_execution_id IS NOT NULL;

CREATE OR REPLACE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON lifecycle.lifecycle_events
  FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
ALTER TABLE lifecycle.lifecycle_events ENABLE ALWAYS TRIGGER changed_xid;
SELECT lifecycle._partition_by_time('lifecycle.lifecycle_events', 'created_at', '1 month');

COMMENT ON TABLE lifecycle.lifecycle_events IS
  'The audit log of everything that happened to users in the lifecycle; partitioned by month of created_at, kept for two years, then archived.';
COMMENT ON COLUMN lifecycle.lifecycle_events.id IS 'Number of the event.';
COMMENT ON COLUMN lifecycle.lifecycle_events.event_type IS 'What happened, such as stage_changed.';
COMMENT ON COLUMN lifecycle.lifecycle_events.user_id IS 'To whom. Null where it is about nobody.';
COMMENT ON COLUMN lifecycle.lifecycle_events.workflow_execution_id IS 'The workflow execution that did it. Null if none did, and once that execution is gone.';
COMMENT ON COLUMN lifecycle.lifecycle_events.lifecycle_stage IS 'The user''s stage after it.';
COMMENT ON COLUMN lifecycle.lifecycle_events.event_data IS 'What there is to know beside; of stage_changed: history_id, from_stage, to_stage, cause, transitioned_at, metadata.';
COMMENT ON COLUMN lifecycle.lifecycle_events.created_at IS 'When it was logged.';
COMMENT ON COLUMN lifecycle.lifecycle_events.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
