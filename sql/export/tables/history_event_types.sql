CREATE TABLE IF NOT EXISTS lifecycle.history_event_types (
  event_type text COLLATE "C" PRIMARY KEY CHECK (length(event_type) BETWEEN 1 AND 100),
  description text NOT NULL,
  detection_source text NOT NULL,
  event_source text CHECK (length(event_source) BETWEEN 1 AND 50)
);
-- Only while it is empty: a type that was taken out on purpose does not come back.
INSERT INTO lifecycle.history_event_types (event_type, description, detection_source, event_source)
SELECT t.* FROM (VALUES
  ('qbr', 'QBR meeting detected', 'Calendar', 'meeting'),
  ('renewal', 'Renewal discussion detected', 'Email/Meeting', 'email/meeting'),
  ('commercial_discussion', 'Commercial/pricing discussion', 'Email/Meeting', 'email/meeting'),
  ('churn_notification', 'Churn notification detected', 'Email', 'email'),
  ('churn_risk', 'Churn risk signal detected', 'Computed', NULL),
  ('highly_positive', 'Highly positive message', 'Email/Chat', 'email/chat'),
  ('extremely_negative', 'Extremely negative message', 'Email/Chat', 'email/chat'),
  ('account_personnel_changes', 'Account personnel change', 'Email', 'email'),
  ('org_personnel_changes', 'Organization personnel change', 'Email', 'email'),
  ('exec_touchbase', 'Executive touch-base', 'Email/Meeting', 'email/meeting'),
  ('expansion_opp', 'Expansion opportunity detected', 'Computed', NULL),
  ('onboarding', 'Onboarding event', 'Email/Meeting', 'email/meeting')
) t (event_type, description, detection_source, event_source)
WHERE NOT EXISTS (SELECT FROM lifecycle.history_event_types);

COMMENT ON TABLE lifecycle.history_event_types IS 'The kinds of insight that are lifecycle events, and so are exported in lifecycle_event_history. Add a row to have another one exported; insights of any other type stay out.';
COMMENT ON COLUMN lifecycle.history_event_types.event_type IS 'The type, as the insight has it.';
COMMENT ON COLUMN lifecycle.history_event_types.description IS 'What it means.';
COMMENT ON COLUMN lifecycle.history_event_types.detection_source IS 'Where such events are detected: Calendar, Email, Chat, Meeting, several of them, or Computed.';
COMMENT ON COLUMN lifecycle.history_event_types.event_source IS 'The channel, or channels, that stands for: event_source of an event that does not say its own. Null where it comes through none.';
