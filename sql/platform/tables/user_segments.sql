CREATE TABLE IF NOT EXISTS lifecycle.user_segments (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  name VARCHAR(255) NOT NULL,
  description TEXT,
  conditions JSONB NOT NULL,
  lifecycle_stages VARCHAR(50)[] DEFAULT '{}',
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_segments_stages ON lifecycle.user_segments USING GIN (lifecycle_stages);

COMMENT ON TABLE lifecycle.user_segments IS 'Definitions of groups of users, one row each.';
COMMENT ON COLUMN lifecycle.user_segments.id IS 'The segment.';
COMMENT ON COLUMN lifecycle.user_segments.name IS 'Its name.';
COMMENT ON COLUMN lifecycle.user_segments.description IS 'Who is meant.';
COMMENT ON COLUMN lifecycle.user_segments.conditions IS 'JsonLogic over the user: who is in it.';
COMMENT ON COLUMN lifecycle.user_segments.lifecycle_stages IS 'Only users in one of these stages are in it. Empty: all stages.';
COMMENT ON COLUMN lifecycle.user_segments.created_at IS 'When it was made.';
COMMENT ON COLUMN lifecycle.user_segments.updated_at IS 'When it was last changed, kept by whoever changes it.';
