CREATE TABLE IF NOT EXISTS lifecycle.user_lifecycle_history (
  id BIGSERIAL PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES lifecycle.users(id) ON DELETE CASCADE,
  from_stage VARCHAR(50),
  to_stage VARCHAR(50) NOT NULL,
  transitioned_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  workflow_execution_id UUID,
  metadata JSONB DEFAULT '{}',
  cause text NOT NULL DEFAULT 'recorded',
  changed_xid xid8,

  CONSTRAINT valid_stages CHECK (
    (from_stage IS NULL OR from_stage IN ('Acquisition', 'Activation', 'Retention', 'Revenue', 'Referral'))
    AND to_stage IN ('Acquisition', 'Activation', 'Retention', 'Revenue', 'Referral')
  )
);

CREATE INDEX IF NOT EXISTS idx_lifecycle_history_user ON lifecycle.user_lifecycle_history(user_id, transitioned_at DESC);
CREATE INDEX IF NOT EXISTS idx_lifecycle_history_stage ON lifecycle.user_lifecycle_history(to_stage, transitioned_at DESC);
CREATE INDEX IF NOT EXISTS user_lifecycle_history_changed ON lifecycle.user_lifecycle_history (changed_xid);

CREATE OR REPLACE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON lifecycle.user_lifecycle_history
  FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
ALTER TABLE lifecycle.user_lifecycle_history ENABLE ALWAYS TRIGGER changed_xid;
CREATE OR REPLACE TRIGGER brought_along BEFORE INSERT ON lifecycle.user_lifecycle_history
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION lifecycle._admit_history();

COMMENT ON TABLE lifecycle.user_lifecycle_history IS
  'Every stage a user was in, one row for each entry, kept for ever: who entered which stage from which, when and why. The latest row of a user, by transitioned_at and id, is the present stage.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.id IS 'Number of the entry; of two at the same time the higher is the later.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.user_id IS 'The user. The history goes with the user.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.from_stage IS 'The stage left. Null for the first entry.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.to_stage IS 'The stage entered.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.transitioned_at IS 'When the user moved.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.workflow_execution_id IS 'The workflow execution that moved the user. Null if none did. No foreign key: history outlives executions.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.metadata IS 'What the caller of set_lifecycle_stage() gave beside the cause.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.cause IS
  'Why: what set_lifecycle_stage() was given; created for the first entry, written with the user; direct where an UPDATE of users moved the stage; recorded where the row was inserted by hand.';
COMMENT ON COLUMN lifecycle.user_lifecycle_history.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
