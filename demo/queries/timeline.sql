SELECT event_timestamp, event_type, event_name, event_source
FROM contact_events
WHERE contact_id = ?
ORDER BY event_timestamp DESC
