CREATE FUNCTION lifecycle._firing_columns(target regclass) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT lifecycle._select_list(target, CASE target
    WHEN 'lifecycle.workflow_executions'::regclass THEN jsonb_build_object(
      'id', 'f.execution_id', 'workflow_id', 'f.workflow_id', 'user_id', 'f.user_id', 'status', '''pending''', 'started_at', 'now()',
      'workflow_version', 'f.workflow_version',
      'variables', 'CASE WHEN f.execution_id IS NOT NULL THEN lifecycle._payload(''{event,trigger}'', f.event,'
        ' lifecycle._payload(''{id,name}'', f.trigger_id, f.trigger_name)) END')
    WHEN 'lifecycle.trigger_event_keys'::regclass THEN jsonb_build_object(
      'event_id', 'CASE WHEN f.is_keyed THEN f.event_id END',
      'is_lifecycle_event', 'CASE WHEN f.is_keyed THEN f.event ->> ''kind'' = ''lifecycle_event'' END', 'received_at', 'f.received_at')
    ELSE jsonb_build_object(
      'id', 'CASE WHEN f.verdict IS NOT NULL THEN lifecycle._uuid_v7() END', 'trigger_id', 'f.trigger_id', 'user_id', 'f.user_id',
      'condition_met', 'f.verdict', 'workflow_execution_id', 'f.execution_id', 'executed_at', 'now()',
      -- What is not plain from the row.
      'event_data', 'CASE WHEN f.user_id IS NULL THEN f.event || jsonb_build_object(''note'', CASE f.user_key WHEN '''' THEN ''the event names no user'''
        ' ELSE format(''no user is known as %s'', f.user_key) END)'
        ' WHEN f.verdict AND f.workflow_id IS NOT NULL AND f.execution_id IS NULL'
        ' THEN f.event || jsonb_build_object(''note'', format(''the workflow is %s: nothing was started'', f.workflow_status)) ELSE f.event END')
    END)
$$;
COMMENT ON FUNCTION lifecycle._firing_columns(regclass) IS
  'Internal: the columns of trigger_executions or a partition of it, of workflow_executions, of trigger_event_keys, as expressions over a row f of _fired_pairs(). The first is null where the pair has no row there.';
