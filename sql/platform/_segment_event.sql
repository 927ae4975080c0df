-- No SET clause: it is inlined into statements over many rows. Their time zone is pinned by who runs them.
CREATE FUNCTION lifecycle._segment_event(segment_id uuid, segment_name text, cause text, valid_until timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
RETURN pg_catalog.jsonb_build_object('segment_id', segment_id, 'segment_name', segment_name, 'cause', cause)
  OPERATOR(pg_catalog.||) CASE WHEN valid_until IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object('valid_until', valid_until) END;
COMMENT ON FUNCTION lifecycle._segment_event(uuid, text, text, timestamptz) IS
  'Internal: event_data of segment_entered and segment_left. cause: user_changed, time_passed, segment_changed, segment_deleted, or refreshed, where everyone was judged for another reason.';
