CREATE FUNCTION lifecycle._due_memberships(segments uuid[], due_by timestamptz, most bigint, OUT user_ids uuid[], OUT segment_ids uuid[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(d.user_id), array_agg(d.segment_id) FROM (
    SELECT m.user_id, m.segment_id FROM lifecycle.user_segment_memberships m WHERE m.valid_until <= due_by AND m.segment_id = ANY (segments)
    UNION
    SELECT r.user_id, r.segment_id FROM lifecycle.user_segment_rechecks r WHERE r.due_at <= due_by AND r.segment_id = ANY (segments)
    LIMIT most) d
$$;
COMMENT ON FUNCTION lifecycle._due_memberships(uuid[], timestamptz, bigint) IS
  'Internal: users who may have left or come into one of these segments by time alone, with the segment, at most so many; null where there are none.';
