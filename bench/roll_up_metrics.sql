-- One day of a tenth of ROWS events, among 24 months of them. "by_hand": a GROUP BY over the day's rows that gives the same figures,
-- into a table. "stages_aside": only events and distinct users by name, which says what the stage at the time of each event costs.
-- "nothing": the day again.
\set path roll_up_metrics
SELECT ((date_trunc('month', now(), 'UTC') - interval '5 months' + interval '9 days') AT TIME ZONE 'UTC')::date AS day \gset
SET timezone = 'UTC';
TRUNCATE lifecycle.metrics_daily;
DROP TABLE IF EXISTS bench.by_hand, bench.stages_aside;
CHECKPOINT;
\set form by_hand
\ir begin.sql
CREATE TABLE bench.by_hand AS
  WITH staged AS MATERIALIZED (
    SELECT e.event_name, e.user_id, coalesce(h.to_stage, 'none') AS stage
    FROM lifecycle.events e LEFT JOIN LATERAL (
      SELECT h.to_stage FROM lifecycle.user_lifecycle_history h WHERE h.user_id = e.user_id::uuid AND h.transitioned_at <= e.event_time
      ORDER BY h.transitioned_at DESC, h.id DESC LIMIT 1) h ON true
    WHERE e.event_time >= :'day' AND e.event_time < :'day'::date + 1
  )
  SELECT stage, event_name, count(*) AS events, count(DISTINCT user_id) AS users FROM staged GROUP BY GROUPING SETS ((stage, event_name), (stage), (event_name), ());
\ir end.sql
CHECKPOINT;
\set form stages_aside
\ir begin.sql
CREATE TABLE bench.stages_aside AS
  SELECT event_name, count(*) AS events, count(DISTINCT user_id) AS users FROM lifecycle.events
  WHERE event_time >= :'day' AND event_time < :'day'::date + 1 GROUP BY GROUPING SETS ((event_name), ());
\ir end.sql
CHECKPOINT;
\set form ours
\ir begin.sql
CALL lifecycle.roll_up_metrics(:'day', :'day');
\ir end.sql
CHECKPOINT;
\set form nothing
\ir begin.sql
CALL lifecycle.roll_up_metrics(:'day', :'day');
\ir end.sql
\if :first
WITH ours AS (
    SELECT lifecycle_stage::text AS stage, metric_name::text, dimensions->>'event_name' AS event_name, metric_value FROM lifecycle.metrics_daily
    WHERE metric_date = :'day' AND metric_name IN ('events_total', 'users_distinct')),
  by_hand AS (
    SELECT stage::text, 'events_total', event_name, events::numeric FROM bench.by_hand WHERE stage IS NOT NULL
    UNION ALL SELECT coalesce(stage, 'all'), 'users_distinct', event_name, users FROM bench.by_hand)
SELECT 'roll_up_metrics,' || (count(*) = 0 AND (SELECT count(*) > 20 FROM ours))
FROM ((TABLE ours EXCEPT ALL TABLE by_hand) UNION ALL (TABLE by_hand EXCEPT ALL TABLE ours)) d
\g |cat >>"$BENCH_CHECKED"
\endif
