CREATE TABLE IF NOT EXISTS lifecycle.event_types (
  event_type text PRIMARY KEY,
  description text NOT NULL DEFAULT ''
);
INSERT INTO lifecycle.event_types (event_type, description) VALUES
  ('form', 'A form or measurement the client filled in'),
  ('session', 'A session with the client, whatever became of it'),
  ('email', 'An e-mail from or to the client'),
  ('message', 'A message in any other channel'),
  ('system', 'Something a system did for or about the client')
ON CONFLICT DO NOTHING;

COMMENT ON TABLE lifecycle.event_types IS 'The channels contact_events.event_type may take. Add a row to allow another one; a source row with any other value is held as unknown_event_type.';
COMMENT ON COLUMN lifecycle.event_types.event_type IS 'The value of contact_events.event_type.';
COMMENT ON COLUMN lifecycle.event_types.description IS 'What counts as such an event.';
