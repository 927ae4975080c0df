CREATE OR REPLACE VIEW lifecycle.contact_timeline AS
  SELECT contact_id, event_timestamp, event_type, event_name, event_source, contact_email, source_system, source_record_id, payload
  FROM lifecycle.contact_events
  WHERE contact_id IS NOT NULL;

COMMENT ON VIEW lifecycle.contact_timeline IS 'What has happened with each known contact. Filter by contact_id, order by event_timestamp DESC: the timeline index serves both.';
