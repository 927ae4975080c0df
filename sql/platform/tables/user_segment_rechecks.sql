CREATE TABLE IF NOT EXISTS lifecycle.user_segment_rechecks (
  user_id uuid NOT NULL REFERENCES lifecycle.users(id) ON DELETE CASCADE,
  segment_id uuid NOT NULL REFERENCES lifecycle.user_segments(id) ON DELETE CASCADE,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, segment_id)
);
CREATE INDEX IF NOT EXISTS user_segment_rechecks_due ON lifecycle.user_segment_rechecks (due_at);
CREATE INDEX IF NOT EXISTS user_segment_rechecks_segment ON lifecycle.user_segment_rechecks (segment_id);

COMMENT ON TABLE lifecycle.user_segment_rechecks IS
  'Who will come into which segment by time alone, and when: what valid_until is for members, this is for those who are none yet. Kept by refresh_segments().';
COMMENT ON COLUMN lifecycle.user_segment_rechecks.user_id IS 'The user.';
COMMENT ON COLUMN lifecycle.user_segment_rechecks.segment_id IS 'The segment.';
COMMENT ON COLUMN lifecycle.user_segment_rechecks.due_at IS 'From when on the user is in it, if nothing changes till then.';
