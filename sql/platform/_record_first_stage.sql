CREATE FUNCTION lifecycle._record_first_stage() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO lifecycle.user_lifecycle_history (user_id, to_stage, transitioned_at, cause)
    SELECT a.id, a.current_lifecycle_stage, coalesce(a.created_at, now()), 'created' FROM added a
    WHERE NOT EXISTS (SELECT FROM lifecycle.user_lifecycle_history h WHERE h.user_id = a.id);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._record_first_stage() IS
  'Internal: trigger after a statement that inserted users: their first entries of history. History that is brought along later takes their place: _admit_history().';
