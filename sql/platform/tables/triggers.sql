CREATE TABLE IF NOT EXISTS lifecycle.triggers (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name VARCHAR(255) NOT NULL,
  event_type VARCHAR(255) NOT NULL,
  conditions JSONB NOT NULL,
  workflow_id UUID REFERENCES lifecycle.workflows(id),
  enabled BOOLEAN DEFAULT true,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_triggers_event_type ON lifecycle.triggers(event_type) WHERE enabled = true;
CREATE INDEX IF NOT EXISTS idx_triggers_workflow ON lifecycle.triggers(workflow_id) WHERE enabled = true;

COMMENT ON TABLE lifecycle.triggers IS 'What an event starts: definitions, one row each.';
COMMENT ON COLUMN lifecycle.triggers.id IS 'The trigger.';
COMMENT ON COLUMN lifecycle.triggers.name IS 'Its name.';
COMMENT ON COLUMN lifecycle.triggers.event_type IS 'The event_name of the events it listens to.';
COMMENT ON COLUMN lifecycle.triggers.conditions IS 'JsonLogic over {user, event}: whether it fires.';
COMMENT ON COLUMN lifecycle.triggers.workflow_id IS 'The workflow it starts. Null: the firing is only logged.';
COMMENT ON COLUMN lifecycle.triggers.enabled IS 'Whether it listens.';
COMMENT ON COLUMN lifecycle.triggers.created_at IS 'When it was made.';
COMMENT ON COLUMN lifecycle.triggers.updated_at IS 'When it was last changed, kept by whoever changes it.';
