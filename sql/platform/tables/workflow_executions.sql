CREATE TABLE IF NOT EXISTS lifecycle.workflow_executions (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  workflow_id UUID NOT NULL REFERENCES lifecycle.workflows(id),
  user_id UUID NOT NULL REFERENCES lifecycle.users(id),
  status VARCHAR(50) NOT NULL DEFAULT 'pending',
  variables JSONB DEFAULT '{}',
  current_node_id VARCHAR(255),
  started_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  completed_at TIMESTAMP WITH TIME ZONE,
  error_message TEXT,

  CONSTRAINT valid_execution_status CHECK (
    status IN ('pending', 'running', 'completed', 'failed', 'cancelled')
  )
);

CREATE INDEX IF NOT EXISTS idx_executions_workflow ON lifecycle.workflow_executions(workflow_id, started_at DESC);
CREATE INDEX IF NOT EXISTS idx_executions_user ON lifecycle.workflow_executions(user_id, started_at DESC);
CREATE INDEX IF NOT EXISTS idx_executions_status ON lifecycle.workflow_executions(status, started_at DESC);

COMMENT ON TABLE lifecycle.workflow_executions IS 'Runs of a workflow for a user, one row each; kept for a year.';
COMMENT ON COLUMN lifecycle.workflow_executions.id IS 'The execution.';
COMMENT ON COLUMN lifecycle.workflow_executions.workflow_id IS 'The workflow it runs.';
COMMENT ON COLUMN lifecycle.workflow_executions.user_id IS 'The user it runs for.';
COMMENT ON COLUMN lifecycle.workflow_executions.status IS 'pending, running, completed, failed (with error_message) or cancelled.';
COMMENT ON COLUMN lifecycle.workflow_executions.variables IS 'Its process variables.';
COMMENT ON COLUMN lifecycle.workflow_executions.current_node_id IS 'The BPMN element it stands at. Null before it began.';
COMMENT ON COLUMN lifecycle.workflow_executions.started_at IS 'When it was started.';
COMMENT ON COLUMN lifecycle.workflow_executions.completed_at IS 'When it ended, however it ended. Null while it runs.';
COMMENT ON COLUMN lifecycle.workflow_executions.error_message IS 'Why it failed. Null unless failed.';
