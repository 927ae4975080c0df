-- Event rows for the functions: a payload of 12 keys and about 250 bytes, contacts as bench.person() says.
\ir contacts.sql
CREATE TABLE bench.events AS
  SELECT i AS event_id, p.contact_id, CASE WHEN p.contact_id IS NULL OR i % 2 = 0 THEN p.email END AS contact_email,
    (ARRAY['form', 'session', 'email', 'message'])[1 + i % 4] AS event_type, 'event name ' || i % 50 AS event_name,
    (ARRAY['google_form', 'dataverse', 'gmail', 'sms'])[1 + i % 4] AS event_source,
    timestamptz '2024-01-01 00:00:00+00' + i * interval '61 seconds' AS event_timestamp,
    jsonb_build_object('form_id', 'form_' || i % 7, 'submission', 'resp_' || i, 'score', i % 28, 'ratio', round((i % 997) / 997.0, 4),
      'completed', i % 3 <> 0, 'version', '1.' || i % 5 || '.0', 'duration_ms', 20000 + i * 37 % 90000, 'answers', jsonb_build_array(i % 4, i % 3, 1, 2, 0),
      'note', CASE WHEN i % 6 = 0 THEN NULL ELSE 'free text of the client, ' || i END,
      'device', jsonb_build_object('app', 'web', 'build', 4100 + i % 20), 'locale', 'en_CA', 'thread', i / 3) AS payload
  FROM generate_series(1, :rows) i, bench.person(i, :contacts) p;
-- What resolution needs of them, and no more.
CREATE TABLE bench.given AS SELECT event_id, contact_id, contact_email FROM bench.events;
-- What a careful user keeps ready for the join.
CREATE TABLE bench.contact_map (address text COLLATE "C" PRIMARY KEY, contact_id text NOT NULL, contacts bigint NOT NULL);
INSERT INTO bench.contact_map SELECT lower(email COLLATE "C"), min(contact_id COLLATE "C"), count(*) FROM bench.contacts GROUP BY 1;
VACUUM ANALYZE;
