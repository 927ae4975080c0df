CREATE TABLE IF NOT EXISTS lifecycle.stale_metric_days (
  stale_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  metric_date date NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT now()
);

-- What leaves no row behind from which a later run could see it: a user who is named otherwise now or is gone, an entry of history
-- that was changed or deleted.
CREATE OR REPLACE TRIGGER stale_metric_days AFTER UPDATE OF id, email, attributes ON lifecycle.users FOR EACH ROW
  WHEN (OLD.id <> NEW.id OR OLD.email <> NEW.email OR OLD.attributes->>'external_id' IS DISTINCT FROM NEW.attributes->>'external_id')
  EXECUTE FUNCTION lifecycle._note_renamed_user();
CREATE OR REPLACE TRIGGER stale_metric_days_gone AFTER DELETE ON lifecycle.users REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
  EXECUTE FUNCTION lifecycle._note_gone_users();
CREATE OR REPLACE TRIGGER stale_metric_days_changed AFTER UPDATE ON lifecycle.user_lifecycle_history REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION lifecycle._note_gone_history();
CREATE OR REPLACE TRIGGER stale_metric_days_gone AFTER DELETE ON lifecycle.user_lifecycle_history REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION lifecycle._note_gone_history();

COMMENT ON TABLE lifecycle.stale_metric_days IS
  'Days whose metrics no longer hold because a user was renamed or deleted, or history was rewritten; written by triggers, taken out by the next CALL roll_up_metrics(). New rows need no entry: the cut finds them.';
COMMENT ON COLUMN lifecycle.stale_metric_days.stale_id IS 'Number of the entry.';
COMMENT ON COLUMN lifecycle.stale_metric_days.metric_date IS 'The day, in UTC. It may be here several times.';
COMMENT ON COLUMN lifecycle.stale_metric_days.noted_at IS 'When it was noted.';
