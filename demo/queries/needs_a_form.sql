SELECT c.contact_id, c.email, c.first_name,
       MAX(e.event_timestamp) as last_form
FROM contacts c
LEFT JOIN contact_events e
  ON c.contact_id = e.contact_id
  AND e.event_type = 'form'
GROUP BY c.contact_id, c.email, c.first_name
HAVING last_form IS NULL
   OR last_form < DATETIME('now', '-14 days')
