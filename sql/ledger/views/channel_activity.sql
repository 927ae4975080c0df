CREATE OR REPLACE VIEW lifecycle.channel_activity AS
  SELECT contact_id,
    count(*) FILTER (WHERE event_type = 'form') AS form_count,
    count(*) FILTER (WHERE event_type = 'session') AS session_count,
    count(*) FILTER (WHERE event_type = 'email') AS email_count,
    count(*) FILTER (WHERE event_type = 'message') AS message_count,
    count(*) FILTER (WHERE event_type = 'system') AS system_count,
    count(*) AS event_count,
    min(event_timestamp) AS first_activity,
    max(event_timestamp) AS last_activity
  FROM lifecycle.contact_events
  WHERE contact_id IS NOT NULL
  GROUP BY contact_id;

COMMENT ON VIEW lifecycle.channel_activity IS 'How active each contact is across channels, and when it was last heard of. Contacts without any event are not in it.';
