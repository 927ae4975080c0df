SELECT lifecycle._ensure_column('lifecycle.workflow_executions', 'workflow_version', 'varchar(50)');

COMMENT ON COLUMN lifecycle.workflow_executions.workflow_version IS
  'workflows.version when it was started: the version it runs to its end. Null where it was inserted by hand.';
