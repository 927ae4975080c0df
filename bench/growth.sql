-- 10,000 rows really changed, spread over the whole source; run at ROWS rows and again at ten times as many.
\set path growth
UPDATE bench.messages SET updated_at = now(), revision = revision + 1
  WHERE message_id IN (SELECT 1 + floor(bench.dice(i, 1000 + :round) * (SELECT max(message_id) FROM bench.messages))::bigint FROM generate_series(1, 10000) i);
VACUUM ANALYZE bench.messages;
CHECKPOINT;
\set form :size
\ir begin.sql
CALL lifecycle.sync_contact_events();
\ir end.sql
VACUUM lifecycle.contact_events;
