SELECT
  contact_id,
  SUM(CASE WHEN event_type = 'form' THEN 1 ELSE 0 END) as form_count,
  SUM(CASE WHEN event_type = 'session' THEN 1 ELSE 0 END) as session_count,
  SUM(CASE WHEN event_type = 'email' THEN 1 ELSE 0 END) as email_count,
  MAX(event_timestamp) as last_activity
FROM contact_events
GROUP BY contact_id
