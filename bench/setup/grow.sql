-- Nine times as many rows again, of the same people, loaded by a rebuild.
INSERT INTO bench.messages
  SELECT m.message_id + n * :rows, m.contact_id, m.contact_email, m.channel, m.direction, 'message number ' || m.message_id + n * :rows, 1,
    m.sent_at + n * :rows * interval '31 seconds', now() - interval '1 day'
  FROM generate_series(1, 9) n, bench.messages m;
DROP TABLE bench.plain;
VACUUM ANALYZE bench.messages;
CALL lifecycle.rebuild_contact_events();
VACUUM ANALYZE;
