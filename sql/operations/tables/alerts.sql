CREATE TABLE IF NOT EXISTS lifecycle.alerts (
  alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  severity text NOT NULL CHECK (severity IN ('warning', 'error')),
  message text NOT NULL,
  detail text,
  hint text,
  times bigint NOT NULL DEFAULT 1,
  first_raised_at timestamptz NOT NULL DEFAULT now(),
  last_raised_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz
);
-- One open alert for each thing, however often it is found again.
CREATE UNIQUE INDEX IF NOT EXISTS alerts_open ON lifecycle.alerts (kind, subject) WHERE resolved_at IS NULL;

COMMENT ON TABLE lifecycle.alerts IS
  'What someone has to look at: one row for each trouble while it lasts. A new one is also a WARNING and a NOTIFY on channel lifecycle_alerts. Resolved by the run that finds it mended.';
COMMENT ON COLUMN lifecycle.alerts.alert_id IS 'Number of the alert.';
COMMENT ON COLUMN lifecycle.alerts.kind IS 'What kind of trouble, such as export.dead or parity.';
COMMENT ON COLUMN lifecycle.alerts.subject IS 'What it is about: a dataset, a destination, or both.';
COMMENT ON COLUMN lifecycle.alerts.severity IS 'warning or error.';
COMMENT ON COLUMN lifecycle.alerts.message IS 'What happened, in one sentence, as found last.';
COMMENT ON COLUMN lifecycle.alerts.detail IS 'More of it. Null where there is none.';
COMMENT ON COLUMN lifecycle.alerts.hint IS 'What mends it. Null where nothing is known.';
COMMENT ON COLUMN lifecycle.alerts.times IS 'How often it was found.';
COMMENT ON COLUMN lifecycle.alerts.first_raised_at IS 'When it was found first.';
COMMENT ON COLUMN lifecycle.alerts.last_raised_at IS 'When it was found last.';
COMMENT ON COLUMN lifecycle.alerts.resolved_at IS 'When it was found mended. Null while it is open.';
