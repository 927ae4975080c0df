CREATE FUNCTION lifecycle._latest_stage(user_id uuid, present_stage text, created_at timestamptz, OUT stage text, OUT since timestamptz)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  SELECT h.to_stage, h.transitioned_at INTO stage, since FROM lifecycle.user_lifecycle_history h
    WHERE h.user_id = _latest_stage.user_id AND h.transitioned_at IS NOT NULL
    ORDER BY h.transitioned_at DESC, h.id DESC LIMIT 1;
  IF NOT FOUND THEN
    -- Inserted by this very transaction, or before there was a trigger to record it.
    INSERT INTO lifecycle.user_lifecycle_history (user_id, to_stage, transitioned_at, cause)
      VALUES (_latest_stage.user_id, present_stage, coalesce(_latest_stage.created_at, now()), 'created')
      RETURNING to_stage, transitioned_at INTO stage, since;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._latest_stage(uuid, text, timestamptz) IS
  'Internal: the stage of a user''s latest entry of history and its time; makes the first entry where there is none yet.';
