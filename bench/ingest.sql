-- From an inbox of text lines to events, repeats and dead letters: ours, the best plain form with the same guarantees, and for comparison COPY of
-- clean columns straight into twelve partitions with a primary key and one validating PL/pgSQL trigger ("copy"; it drops, checks and keeps less).
\set path ingest
SET timezone = 'UTC';
CALL bench.empty_events();
INSERT INTO lifecycle.event_inbox (line) SELECT line FROM bench.lines ORDER BY i;
INSERT INTO bench.inbox (line) SELECT line FROM bench.lines ORDER BY i;
VACUUM ANALYZE lifecycle.event_inbox;
VACUUM ANALYZE bench.inbox;
CHECKPOINT;
\set form ours
\ir begin.sql
CALL lifecycle.ingest_events();
\ir end.sql
CHECKPOINT;
\set form plain
\ir begin.sql
CALL bench.plain_ingest(100000);
\ir end.sql
\copy (SELECT event_id, event_name, event_time, user_id, properties FROM bench.events) TO PROGRAM 'cat >"$BENCH_MEASURED.events"'
CHECKPOINT;
\set form copy
\ir begin.sql
\copy bench.copied FROM PROGRAM 'cat "$BENCH_MEASURED.events"'
\ir end.sql
SELECT concat_ws(' ', 'ingest: last run', rows_in, 'in,', written, 'written,', unchanged, 'repeats,', dead, 'dead') FROM lifecycle.pipeline_runs
WHERE procedure = 'ingest_events' ORDER BY run_id DESC LIMIT 1;
\if :first
SELECT 'ingest,' || ((SELECT (count(*), sum(hash_record_extended((event_id, event_name, event_time, user_id, properties), 0)::numeric)) FROM lifecycle.events)
    = (SELECT (count(*), sum(hash_record_extended((event_id, event_name, event_time, user_id, properties), 0)::numeric)) FROM bench.events)
  AND (SELECT (count(*), sum(hashtextextended(body, 0)::numeric)) FROM lifecycle.dead_letters) = (SELECT (count(*), sum(hashtextextended(body, 0)::numeric)) FROM bench.dead_letters))
\g |cat >>"$BENCH_CHECKED"
\endif
