CREATE FUNCTION lifecycle._leave_segment() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- The memberships go with the segment by their foreign key.
  INSERT INTO lifecycle.lifecycle_events (event_type, user_id, lifecycle_stage, event_data)
    SELECT 'segment_left', m.user_id, u.current_lifecycle_stage, lifecycle._segment_event(OLD.id, OLD.name, 'segment_deleted', NULL)
    FROM lifecycle.user_segment_memberships m JOIN lifecycle.users u ON u.id = m.user_id WHERE m.segment_id = OLD.id;
  RETURN OLD;
END
$$;
COMMENT ON FUNCTION lifecycle._leave_segment() IS 'Internal: trigger on user_segments: the members of a segment that is deleted leave it, as lifecycle events say.';
