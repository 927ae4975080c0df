-- 10,000 rows really changed, spread over the whole source; run at ROWS rows and at ten times as many in turn.
\set path growth
UPDATE bench.messages SET updated_at = now(), revision = revision + 1
  WHERE message_id IN (SELECT 1 + floor(bench.dice(i, 1000 + :round) * (SELECT max(message_id) FROM bench.messages))::bigint FROM generate_series(1, 10000) i);
VACUUM ANALYZE bench.messages;
-- Both ledgers are in memory: what is measured is the work that a larger one makes, not the disk it was loaded past.
CREATE EXTENSION IF NOT EXISTS pg_prewarm;
SELECT sum(pg_prewarm(c.oid)) FROM pg_class c WHERE c.relkind IN ('r', 'i') AND c.relnamespace IN ('lifecycle'::regnamespace, 'bench'::regnamespace);
CHECKPOINT;
-- The log is written over segments that were used long ago, longer with more rows loaded: these, too, are in memory.
SELECT sum(length(pg_read_binary_file('pg_wal/' || w.name))) FROM (SELECT name FROM pg_ls_waldir() WHERE name > pg_walfile_name(pg_current_wal_lsn()) ORDER BY name LIMIT 16) w;
\set form :size
\ir begin.sql
CALL lifecycle.sync_contact_events();
\ir end.sql
VACUUM lifecycle.contact_events;
