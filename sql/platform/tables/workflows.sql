CREATE TABLE IF NOT EXISTS lifecycle.workflows (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name VARCHAR(255) NOT NULL,
  description TEXT,
  bpmn_xml TEXT NOT NULL,
  version VARCHAR(50) NOT NULL DEFAULT '1.0.0',
  lifecycle_stages VARCHAR(50)[] DEFAULT '{}',
  status VARCHAR(50) NOT NULL DEFAULT 'draft',
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),

  CONSTRAINT valid_workflow_status CHECK (
    status IN ('draft', 'active', 'inactive', 'archived')
  )
);

CREATE INDEX IF NOT EXISTS idx_workflows_status ON lifecycle.workflows(status);
CREATE INDEX IF NOT EXISTS idx_workflows_lifecycle ON lifecycle.workflows USING GIN (lifecycle_stages);

COMMENT ON TABLE lifecycle.workflows IS 'Workflow definitions in BPMN 2.0, one row each.';
COMMENT ON COLUMN lifecycle.workflows.id IS 'The workflow.';
COMMENT ON COLUMN lifecycle.workflows.name IS 'Its name.';
COMMENT ON COLUMN lifecycle.workflows.description IS 'What it is for.';
COMMENT ON COLUMN lifecycle.workflows.bpmn_xml IS 'The BPMN 2.0 document.';
COMMENT ON COLUMN lifecycle.workflows.version IS 'Version of the definition, a semantic version.';
COMMENT ON COLUMN lifecycle.workflows.lifecycle_stages IS 'The stages it is meant for. Empty: all.';
COMMENT ON COLUMN lifecycle.workflows.status IS 'draft, active (the only one that starts executions), inactive or archived.';
COMMENT ON COLUMN lifecycle.workflows.created_by IS 'Who made it.';
COMMENT ON COLUMN lifecycle.workflows.created_at IS 'When it was made.';
COMMENT ON COLUMN lifecycle.workflows.updated_at IS 'When it was last changed, kept by whoever changes it.';
