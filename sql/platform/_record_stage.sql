CREATE FUNCTION lifecycle._record_stage(user_id uuid, from_stage text, to_stage text, transitioned_at timestamptz, cause text,
  metadata jsonb, workflow_execution_id uuid) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  history_id bigint;
BEGIN
  INSERT INTO lifecycle.user_lifecycle_history (user_id, from_stage, to_stage, transitioned_at, cause, metadata, workflow_execution_id)
    VALUES (_record_stage.user_id, _record_stage.from_stage, _record_stage.to_stage, _record_stage.transitioned_at, _record_stage.cause,
      coalesce(_record_stage.metadata, '{}'), _record_stage.workflow_execution_id)
    RETURNING id INTO history_id;
  INSERT INTO lifecycle.lifecycle_events (event_type, user_id, workflow_execution_id, lifecycle_stage, event_data)
    VALUES ('stage_changed', _record_stage.user_id, _record_stage.workflow_execution_id, _record_stage.to_stage,
      jsonb_build_object('history_id', history_id, 'from_stage', _record_stage.from_stage, 'to_stage', _record_stage.to_stage,
        'transitioned_at', _record_stage.transitioned_at, 'cause', _record_stage.cause,
        'metadata', coalesce(_record_stage.metadata, '{}')));
  RETURN history_id;
END
$$;
COMMENT ON FUNCTION lifecycle._record_stage(uuid, text, text, timestamptz, text, jsonb, uuid) IS
  'Internal: one move of a user as a row of history and a lifecycle event; returns the row''s id.';
