CREATE TABLE IF NOT EXISTS lifecycle.users (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  email VARCHAR(255) UNIQUE NOT NULL,
  current_lifecycle_stage VARCHAR(50) NOT NULL,
  attributes JSONB DEFAULT '{}',
  created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
  changed_xid xid8,

  CONSTRAINT valid_lifecycle_stage CHECK (
    current_lifecycle_stage IN ('Acquisition', 'Activation', 'Retention', 'Revenue', 'Referral')
  )
);

CREATE INDEX IF NOT EXISTS idx_users_lifecycle_stage ON lifecycle.users(current_lifecycle_stage);
CREATE INDEX IF NOT EXISTS idx_users_attributes ON lifecycle.users USING GIN (attributes);
CREATE INDEX IF NOT EXISTS idx_users_created_at ON lifecycle.users(created_at);
CREATE INDEX IF NOT EXISTS users_changed ON lifecycle.users (changed_xid);
-- The two other ways by which events name their user.
CREATE INDEX IF NOT EXISTS users_external_id ON lifecycle.users ((attributes->>'external_id') COLLATE "C");
CREATE INDEX IF NOT EXISTS users_normalized_email ON lifecycle.users (lifecycle.normalize_email(email) COLLATE "C");

CREATE OR REPLACE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON lifecycle.users
  FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
ALTER TABLE lifecycle.users ENABLE ALWAYS TRIGGER changed_xid;

-- The index of external_id has no room for a longer one, and would say so in its own words.
CREATE OR REPLACE TRIGGER external_id BEFORE INSERT OR UPDATE OF attributes ON lifecycle.users
  FOR EACH ROW WHEN (octet_length(NEW.attributes ->> 'external_id') > 1000) EXECUTE FUNCTION lifecycle._refuse_external_id();

-- One that waited for the end of the transaction, as databases of before have, is a constraint, which cannot be replaced.
DO $do$
BEGIN
  IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'lifecycle.users'::regclass AND tgname = 'first_stage' AND tgconstraint <> 0) THEN
    DROP TRIGGER first_stage ON lifecycle.users;
  END IF;
END
$do$;
-- History is never missing. By the statement, so that loading many users costs little for each.
CREATE OR REPLACE TRIGGER first_stage AFTER INSERT ON lifecycle.users REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION lifecycle._record_first_stage();
CREATE OR REPLACE TRIGGER direct_move AFTER UPDATE OF current_lifecycle_stage ON lifecycle.users
  FOR EACH ROW WHEN (OLD.current_lifecycle_stage <> NEW.current_lifecycle_stage) EXECUTE FUNCTION lifecycle._record_direct_move();

COMMENT ON TABLE lifecycle.users IS 'The people of the lifecycle platform, one row each, with their present stage. Rows are the application''s.';
COMMENT ON COLUMN lifecycle.users.id IS 'The user. Events name it by this id, by attributes->>''external_id'' or by e-mail.';
COMMENT ON COLUMN lifecycle.users.email IS 'E-mail address, unique as written; events are matched to it in the form of normalize_email().';
COMMENT ON COLUMN lifecycle.users.current_lifecycle_stage IS 'The stage now. Moved by set_lifecycle_stage(), which checks the move; an UPDATE moves it too, unchecked. Both leave history.';
COMMENT ON COLUMN lifecycle.users.attributes IS 'Whatever else is known of the user, for conditions of segments and triggers. external_id is the application''s own id, of at most 1000 bytes.';
COMMENT ON COLUMN lifecycle.users.created_at IS 'When the user came: the time of the first entry of history.';
COMMENT ON COLUMN lifecycle.users.updated_at IS 'When the row was last changed: kept by set_lifecycle_stage() and by whoever else changes it.';
COMMENT ON COLUMN lifecycle.users.changed_xid IS 'The transaction that wrote this version of the row, for cuts. Set by a trigger.';
