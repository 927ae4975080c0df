CREATE FUNCTION lifecycle.set_lifecycle_stage(user_id uuid, stage text, cause text DEFAULT 'manual', metadata jsonb DEFAULT '{}',
  workflow_execution_id uuid DEFAULT NULL, transitioned_at timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  the_user record;
  latest record;
  allowed text;
  history_id bigint;
BEGIN
  IF user_id IS NULL OR stage IS NULL OR cause IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'set_lifecycle_stage() needs a user, a stage and a cause',
      DETAIL = format('%s is null.', CASE WHEN user_id IS NULL THEN 'user_id' WHEN stage IS NULL THEN 'stage' ELSE 'cause' END),
      HINT = 'SELECT lifecycle.set_lifecycle_stage(user_id, ''Activation'', ''first_project_created'');';
  END IF;
  IF stage <> ALL (lifecycle._lifecycle_stages()) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('"%s" is not a lifecycle stage', stage),
      DETAIL = format('The stages are %s.', array_to_string(lifecycle._lifecycle_stages(), ', ')),
      HINT = coalesce((SELECT format('Write it "%s".', s) FROM unnest(lifecycle._lifecycle_stages()) s WHERE lower(s) = lower(btrim(stage))),
        'Use one of them, written exactly so.');
  END IF;
  IF NOT EXISTS (SELECT FROM lifecycle.workflow_executions e WHERE e.id = workflow_execution_id) AND workflow_execution_id IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
      MESSAGE = format('there is no workflow execution %s', workflow_execution_id),
      DETAIL = 'Table lifecycle.workflow_executions has no row with this id.',
      HINT = 'Leave workflow_execution_id out where no execution moves the user.';
  END IF;
  -- Whoever moves the same user waits here, and then sees where this move left off.
  SELECT u.current_lifecycle_stage AS stage, u.created_at INTO the_user FROM lifecycle.users u
    WHERE u.id = set_lifecycle_stage.user_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'no_data_found',
      MESSAGE = format('there is no user %s', user_id),
      DETAIL = 'Table lifecycle.users has no row with this id.',
      HINT = 'Users are named here by users.id, not by their external id or e-mail address.';
  END IF;
  IF the_user.stage = stage THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM lifecycle.lifecycle_transitions t WHERE t.from_stage = the_user.stage AND t.to_stage = stage) THEN
    SELECT string_agg(t.to_stage, ', ' ORDER BY array_position(lifecycle._lifecycle_stages(), t.to_stage::text)) INTO allowed
      FROM lifecycle.lifecycle_transitions t WHERE t.from_stage = the_user.stage;
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('a user may not go from stage %s to %s', the_user.stage, stage),
      DETAIL = format('User %s is in %s; from there lifecycle.lifecycle_transitions allows %s.', user_id, the_user.stage, coalesce(allowed, 'nothing')),
      HINT = format('INSERT INTO lifecycle.lifecycle_transitions (from_stage, to_stage) VALUES (%L, %L); where the move makes sense.', the_user.stage, stage);
  END IF;
  SELECT * INTO latest FROM lifecycle._latest_stage(user_id, the_user.stage, the_user.created_at);
  IF transitioned_at < latest.since THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'the move is before the user''s latest one',
      DETAIL = format('User %s is in %s since %s; the move to %s is given as of %s.', user_id, latest.stage, latest.since,
        stage, transitioned_at),
      HINT = 'Moves are recorded in their order. Leave transitioned_at out for now.';
  ELSIF transitioned_at > clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'the move is in the future',
      DETAIL = format('It is given as of %s.', transitioned_at),
      HINT = 'Call it when the user moves. Leave transitioned_at out for now.';
  END IF;

  -- Not now(), the start of the transaction: one that began earlier may have waited for one that began later.
  history_id := lifecycle._record_stage(user_id, the_user.stage, stage, coalesce(transitioned_at, greatest(clock_timestamp(), latest.since)),
    cause, metadata, workflow_execution_id);
  UPDATE lifecycle.users u SET current_lifecycle_stage = stage, updated_at = now() WHERE u.id = set_lifecycle_stage.user_id;
  RETURN history_id;
END
$$;
COMMENT ON FUNCTION lifecycle.set_lifecycle_stage(uuid, text, text, jsonb, uuid, timestamptz) IS
'Moves a user to a lifecycle stage, in one go: users.current_lifecycle_stage, a row of user_lifecycle_history with its cause, metadata and workflow execution, and a lifecycle event stage_changed. transitioned_at null: now. Returns the id of the row of history; null, and writes nothing, where the user is in that stage already. Calls for one user wait for each other.
Errors: 23514 where lifecycle_transitions has no such move, P0002 for an unknown user, 23503 for an unknown workflow execution, 22023 for an unknown stage, a time in the future or before the user''s latest move, 22004 for a null user, stage or cause.';
