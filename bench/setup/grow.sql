-- Nine times as many rows again, loaded by a rebuild.
INSERT INTO bench.messages
  SELECT i, p.contact_id, CASE WHEN p.contact_id IS NULL OR i % 2 = 0 THEN p.email END, (ARRAY['sms', 'whatsapp', 'webchat'])[1 + i % 3], (ARRAY['in', 'out'])[1 + i % 2], 'message number ' || i, 1,
    timestamptz '2015-01-01 00:00:00+00' + i * interval '31 seconds', now() - interval '1 day'
  FROM generate_series(:rows + 1, :rows * 10) i, bench.person(i, :contacts) p;
DROP TABLE bench.plain;
VACUUM ANALYZE bench.messages;
CALL lifecycle.rebuild_contact_events();
VACUUM ANALYZE;
