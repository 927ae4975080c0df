CREATE TABLE IF NOT EXISTS lifecycle.user_segment_states (
  segment_id uuid PRIMARY KEY REFERENCES lifecycle.user_segments(id) ON DELETE CASCADE,
  definition uuid NOT NULL,
  judged_at timestamptz NOT NULL
);

COMMENT ON TABLE lifecycle.user_segment_states IS
  'By which definition refresh_segments() judged each segment last over all users. A segment that is not here, or is defined otherwise by now, is judged whole by the next refresh.';
COMMENT ON COLUMN lifecycle.user_segment_states.segment_id IS 'The segment.';
COMMENT ON COLUMN lifecycle.user_segment_states.definition IS 'lifecycle.fingerprint() of its rule, stages and valid_for.';
COMMENT ON COLUMN lifecycle.user_segment_states.judged_at IS 'When all users were judged by it.';
