-- A thousandth of ROWS users changed, ten segments. "evaluate": all users by all segments in SQL, what differs written into a plain table.
-- "whole": our own refresh of every segment over all users, as after a change of all definitions. "nothing": again, with nothing changed.
\set path refresh_segments
UPDATE lifecycle.users SET attributes = attributes || jsonb_build_object('plan', (ARRAY['free', 'starter', 'pro', 'enterprise'])[1 + (((attributes ->> 'score')::integer + :round) % 4)])
  WHERE (attributes ->> 'score')::integer = :round * 37;
VACUUM ANALYZE lifecycle.users;
CHECKPOINT;
\set form evaluate
\ir begin.sql
WITH members AS MATERIALIZED (SELECT user_id, segment_id FROM bench.members),
  gone AS (DELETE FROM bench.memberships m WHERE NOT EXISTS (SELECT FROM members n WHERE n.user_id = m.user_id AND n.segment_id = m.segment_id))
INSERT INTO bench.memberships (user_id, segment_id, evaluated_at)
  SELECT n.user_id, n.segment_id, now() FROM members n WHERE NOT EXISTS (SELECT FROM bench.memberships m WHERE n.user_id = m.user_id AND n.segment_id = m.segment_id);
\ir end.sql
CHECKPOINT;
\set form ours
\ir begin.sql
CALL lifecycle.refresh_segments();
\ir end.sql
SELECT concat_ws(' ', 'refresh_segments:', rows_in, 'in,', written, 'written') FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1;
WITH ours AS (SELECT user_id, segment_id FROM lifecycle.user_segment_memberships), plain AS (SELECT user_id, segment_id FROM bench.memberships)
SELECT 'refresh_segments,' || (count(*) = 0) FROM ((TABLE ours EXCEPT TABLE plain) UNION ALL (TABLE plain EXCEPT TABLE ours)) d
\g |cat >>"$BENCH_CHECKED"
DELETE FROM lifecycle.user_segment_states;
CHECKPOINT;
\set form whole
\ir begin.sql
CALL lifecycle.refresh_segments();
\ir end.sql
CHECKPOINT;
\set form nothing
\ir begin.sql
CALL lifecycle.refresh_segments();
\ir end.sql
