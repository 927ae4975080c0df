CREATE TABLE IF NOT EXISTS lifecycle.user_segment_memberships (
  user_id UUID NOT NULL REFERENCES lifecycle.users(id) ON DELETE CASCADE,
  segment_id UUID NOT NULL REFERENCES lifecycle.user_segments(id) ON DELETE CASCADE,
  evaluated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  valid_until TIMESTAMP WITH TIME ZONE,

  PRIMARY KEY (user_id, segment_id)
);

CREATE INDEX IF NOT EXISTS idx_memberships_segment ON lifecycle.user_segment_memberships(segment_id, evaluated_at DESC);
CREATE INDEX IF NOT EXISTS idx_memberships_expiry ON lifecycle.user_segment_memberships(valid_until) WHERE valid_until IS NOT NULL;

COMMENT ON TABLE lifecycle.user_segment_memberships IS 'Who is in which segment, as refresh_segments() last found it.';
COMMENT ON COLUMN lifecycle.user_segment_memberships.user_id IS 'The user.';
COMMENT ON COLUMN lifecycle.user_segment_memberships.segment_id IS 'The segment the user is in.';
COMMENT ON COLUMN lifecycle.user_segment_memberships.evaluated_at IS 'When this was found.';
COMMENT ON COLUMN lifecycle.user_segment_memberships.valid_until IS 'When time alone may end it: look again then. Null: only a change can.';
