CREATE TABLE IF NOT EXISTS lifecycle.operation_runs (
  run_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  pipeline_run_id uuid,
  workflow_id text,
  operation_id text NOT NULL,
  action_id text NOT NULL,
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  org_id uuid NOT NULL,
  company_id uuid,
  source_provider text,
  status text NOT NULL DEFAULT 'running',
  attempt_count integer NOT NULL DEFAULT 1,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  duration_ms integer,
  cost_usd numeric,
  error_code text,
  error_message text,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_xid xid8
);
CREATE INDEX IF NOT EXISTS operation_runs_created ON lifecycle.operation_runs (org_id, created_at);
CREATE INDEX IF NOT EXISTS operation_runs_changed ON lifecycle.operation_runs (changed_xid);
SELECT lifecycle._ensure_trigger('lifecycle.operation_runs', 'changed_xid', 'BEFORE INSERT OR UPDATE', 'lifecycle._set_changed_xid()');
ALTER TABLE lifecycle.operation_runs ENABLE ALWAYS TRIGGER changed_xid;

-- Lists of values are not repeated as constraints here: one that grows must not break the application, and the contract's are held
-- at export.
CREATE OR REPLACE VIEW lifecycle.finished_operation_runs AS
  SELECT * FROM lifecycle.operation_runs WHERE status <> ALL ('{queued,running,retrying}');

COMMENT ON TABLE lifecycle.operation_runs IS 'What the application did: one row each time it invoked an operation, written when it begins and updated when it ends. The source of dx_operation_runs_v1.';
COMMENT ON COLUMN lifecycle.operation_runs.run_id IS 'The run.';
COMMENT ON COLUMN lifecycle.operation_runs.pipeline_run_id IS 'The execution it is part of. Null for a run of its own.';
COMMENT ON COLUMN lifecycle.operation_runs.workflow_id IS 'The workflow it is part of.';
COMMENT ON COLUMN lifecycle.operation_runs.operation_id IS 'Canonical id of the operation, such as company.enrich.profile.';
COMMENT ON COLUMN lifecycle.operation_runs.action_id IS 'The implementation that ran.';
COMMENT ON COLUMN lifecycle.operation_runs.entity_type IS 'company or person.';
COMMENT ON COLUMN lifecycle.operation_runs.entity_id IS 'The entity it was about.';
COMMENT ON COLUMN lifecycle.operation_runs.org_id IS 'Tenant.';
COMMENT ON COLUMN lifecycle.operation_runs.company_id IS 'Company it is scoped to.';
COMMENT ON COLUMN lifecycle.operation_runs.source_provider IS 'Provider that was asked.';
COMMENT ON COLUMN lifecycle.operation_runs.status IS 'queued, running, retrying; then succeeded, failed, skipped or canceled, and exported.';
COMMENT ON COLUMN lifecycle.operation_runs.attempt_count IS 'Attempts made so far.';
COMMENT ON COLUMN lifecycle.operation_runs.started_at IS 'When it began.';
COMMENT ON COLUMN lifecycle.operation_runs.ended_at IS 'When it ended. Null while it runs.';
COMMENT ON COLUMN lifecycle.operation_runs.duration_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN lifecycle.operation_runs.cost_usd IS 'What it cost, in US dollars.';
COMMENT ON COLUMN lifecycle.operation_runs.error_code IS 'Code of the error, where one occurred.';
COMMENT ON COLUMN lifecycle.operation_runs.error_message IS 'Text of the error, where one occurred.';
COMMENT ON COLUMN lifecycle.operation_runs.created_at IS 'When the row was written.';
COMMENT ON COLUMN lifecycle.operation_runs.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
COMMENT ON VIEW lifecycle.finished_operation_runs IS 'The operation_runs that have ended: only these are exported.';
