CREATE FUNCTION lifecycle._record_direct_move() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  latest record;
BEGIN
  SELECT * INTO latest FROM lifecycle._latest_stage(OLD.id, OLD.current_lifecycle_stage, OLD.created_at);
  -- set_lifecycle_stage() writes history first.
  IF latest.stage <> NEW.current_lifecycle_stage THEN
    PERFORM lifecycle._record_stage(NEW.id, OLD.current_lifecycle_stage, NEW.current_lifecycle_stage,
      greatest(clock_timestamp(), latest.since), 'direct', NULL, NULL);
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._record_direct_move() IS
  'Internal: trigger on users: a stage changed by UPDATE leaves history too, with the cause direct.';
