CREATE OR REPLACE VIEW lifecycle.contact_event_duplicates AS
  SELECT event_fingerprint, count(*) AS copies, array_agg(DISTINCT source_system ORDER BY source_system) AS source_systems,
    array_agg(source_record_id ORDER BY source_system, source_record_id) AS source_record_ids,
    min(event_timestamp) AS event_timestamp
  FROM lifecycle.contact_events
  GROUP BY event_fingerprint
  HAVING count(DISTINCT source_system) > 1;

COMMENT ON VIEW lifecycle.contact_event_duplicates IS 'The same content from two or more sources: one fingerprint under several source systems.';
