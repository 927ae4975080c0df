CREATE FUNCTION lifecycle._record_first_stage() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO lifecycle.user_lifecycle_history (user_id, to_stage, transitioned_at, cause)
    SELECT u.id, u.current_lifecycle_stage, coalesce(u.created_at, now()), 'created' FROM lifecycle.users u
    WHERE u.id = NEW.id AND NOT EXISTS (SELECT FROM lifecycle.user_lifecycle_history h WHERE h.user_id = u.id);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._record_first_stage() IS
  'Internal: trigger at the end of the transaction that inserted a user: the first entry of history, unless that transaction brought the user''s history along.';
