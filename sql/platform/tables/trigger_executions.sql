CREATE TABLE IF NOT EXISTS lifecycle.trigger_executions (
  id UUID DEFAULT gen_random_uuid(),
  trigger_id UUID NOT NULL REFERENCES lifecycle.triggers(id),
  user_id UUID REFERENCES lifecycle.users(id),
  event_data JSONB,
  condition_met BOOLEAN NOT NULL,
  -- SET NULL: executions are kept for a year, and may go before what they left here.
  workflow_execution_id UUID REFERENCES lifecycle.workflow_executions(id) ON DELETE SET NULL,
  executed_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  -- PostgreSQL wants the partition column in the key.
  PRIMARY KEY (id, executed_at)
) PARTITION BY RANGE (executed_at);

CREATE INDEX IF NOT EXISTS idx_trigger_executions_trigger ON lifecycle.trigger_executions(trigger_id, executed_at DESC);
CREATE INDEX IF NOT EXISTS idx_trigger_executions_user ON lifecycle.trigger_executions(user_id, executed_at DESC);
-- So that deleting an execution does not read every partition.
CREATE INDEX IF NOT EXISTS trigger_executions_workflow_execution ON lifecycle.trigger_executions (workflow_execution_id)
  WHERE workflow_execution_id IS NOT NULL;
SELECT lifecycle._partition_by_time('lifecycle.trigger_executions', 'executed_at', '1 month');

COMMENT ON TABLE lifecycle.trigger_executions IS 'The log of trigger firings; partitioned by month of executed_at, kept for 90 days.';
COMMENT ON COLUMN lifecycle.trigger_executions.id IS 'The firing.';
COMMENT ON COLUMN lifecycle.trigger_executions.trigger_id IS 'The trigger that was asked.';
COMMENT ON COLUMN lifecycle.trigger_executions.user_id IS 'The user of the event. Null where the event names none that is known.';
COMMENT ON COLUMN lifecycle.trigger_executions.event_data IS 'The event.';
COMMENT ON COLUMN lifecycle.trigger_executions.condition_met IS 'Whether the conditions held, and so whether it fired.';
COMMENT ON COLUMN lifecycle.trigger_executions.workflow_execution_id IS 'The execution it started. Null if it started none, and once that execution is gone.';
COMMENT ON COLUMN lifecycle.trigger_executions.executed_at IS 'When it was asked.';
