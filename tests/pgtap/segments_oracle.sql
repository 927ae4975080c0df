-- refresh_segments() against judging every user by every segment: random users, segments and changes, and time that passes.
\ir ../lib/ledger_test.sql
SELECT plan(45);
SET lifecycle_ledger.chunk_rows = 200;
SELECT setseed(0.25) \g /dev/null

CREATE FUNCTION some_attributes() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('plan', (ARRAY['free', 'pro', 'team', NULL])[1 + floor(random() * 4)], 'score', floor(random() * 20),
    'tags', to_jsonb(ARRAY(SELECT (ARRAY['a', 'b', 'c', 'd'])[1 + floor(random() * 4)] FROM generate_series(1, floor(random() * 4)::integer))),
    'seen_at', CASE WHEN random() < 0.8 THEN clock_timestamp() - random() * interval '8 seconds' + interval '2 seconds' END,
    'orders', (SELECT jsonb_agg(jsonb_build_object('at', clock_timestamp() - random() * interval '6 seconds')) FROM generate_series(1, floor(random() * 3)::integer))))
$$;
CREATE FUNCTION some_condition() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN CASE floor(random() * 8)
    WHEN 0 THEN jsonb_build_object('==', jsonb_build_array('{"var": "user.attributes.plan"}'::jsonb, (ARRAY['free', 'pro', 'team'])[1 + floor(random() * 3)]))
    WHEN 1 THEN jsonb_build_object('<', jsonb_build_array('{"var": "user.attributes.score"}'::jsonb, floor(random() * 20)))
    WHEN 2 THEN jsonb_build_object('in', jsonb_build_array((ARRAY['a', 'b', 'c'])[1 + floor(random() * 3)], '{"var": "user.attributes.tags"}'::jsonb))
    WHEN 3 THEN jsonb_build_object((ARRAY['<', '>', '<=', '>='])[1 + floor(random() * 4)],
      jsonb_build_array('{"time.ms": {"var": "user.attributes.seen_at"}}'::jsonb, jsonb_build_object('time.now', format('-%ss', floor(random() * 5)))))
    WHEN 4 THEN jsonb_build_object('some', jsonb_build_array('{"var": "user.attributes.orders"}'::jsonb,
      jsonb_build_object('>', jsonb_build_array('{"time.ms": {"var": "at"}}'::jsonb, jsonb_build_object('time.now', format('-%ss', 2 + floor(random() * 4)))))))
    WHEN 5 THEN jsonb_build_object('!', some_condition())
    ELSE jsonb_build_object((ARRAY['and', 'or'])[1 + floor(random() * 2)], jsonb_build_array(some_condition(), some_condition())) END;
END
$$;
CREATE PROCEDURE change_things() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
    SELECT gen_random_uuid() || '@example.com', (lifecycle._lifecycle_stages())[1 + floor(random() * 5)], some_attributes() FROM generate_series(1, floor(random() * 10)::integer) WHERE random() >= 0;
  UPDATE lifecycle.users SET attributes = some_attributes() WHERE random() < 0.08;
  UPDATE lifecycle.users SET current_lifecycle_stage = (lifecycle._lifecycle_stages())[1 + floor(random() * 5)] WHERE random() < 0.05;
  UPDATE lifecycle.user_segments SET conditions = some_condition() WHERE random() < 0.05;
  UPDATE lifecycle.user_segments SET lifecycle_stages = lifecycle_stages[2:] WHERE random() < 0.03;
  DELETE FROM lifecycle.user_segments WHERE random() < 0.02;
  INSERT INTO lifecycle.user_segments (name, conditions, lifecycle_stages)
    SELECT 'segment', some_condition(), CASE WHEN random() < 0.3 THEN (lifecycle._lifecycle_stages())[1 + floor(random() * 5):] ELSE '{}' END
    FROM generate_series((SELECT count(*) FROM lifecycle.user_segments) + 1, 15);
END
$$;
-- Who should be in what at a time.
CREATE FUNCTION verdicts(moment timestamptz) RETURNS TABLE (user_id uuid, segment_id uuid, is_member boolean) LANGUAGE sql SET timezone = 'UTC' AS $$
  SELECT u.id, s.id, (coalesce(cardinality(s.lifecycle_stages), 0) = 0 OR u.current_lifecycle_stage = ANY (s.lifecycle_stages))
    AND lifecycle._matches_at(s.rule, to_jsonb(u) - 'changed_xid', NULL, moment)
  FROM lifecycle.users u CROSS JOIN lifecycle.user_segments s
$$;
-- Where they were before and after the refresh the same, they must be so.
CREATE FUNCTION wrong(before timestamptz, after timestamptz) RETURNS SETOF record LANGUAGE sql AS $$
  SELECT b.*, m.user_id IS NOT NULL, s.rule::text FROM verdicts(before) b JOIN verdicts(after) a USING (user_id, segment_id) JOIN lifecycle.user_segments s ON s.id = b.segment_id
    LEFT JOIN lifecycle.user_segment_memberships m USING (user_id, segment_id)
  WHERE a.is_member = b.is_member AND b.is_member <> (m.user_id IS NOT NULL)
$$;
-- What the lifecycle events say of who is in what.
CREATE VIEW told AS SELECT l.user_id, (l.event_data ->> 'segment_id')::uuid AS segment_id, sum(CASE l.event_type WHEN 'segment_entered' THEN 1 ELSE -1 END) AS balance
  FROM lifecycle.lifecycle_events l WHERE l.event_type LIKE 'segment%' GROUP BY 1, 2;

INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
  SELECT i || '@example.com', (lifecycle._lifecycle_stages())[1 + i % 5], some_attributes() FROM generate_series(1, 150) i;
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
\ir include/segment_round.psql
SELECT cmp_ok((SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_type LIKE 'segment%' AND event_data ->> 'cause' = 'time_passed'), '>', 100::bigint, 'time has moved many');
SELECT cmp_ok((SELECT count(*) FROM lifecycle.lifecycle_events WHERE event_type LIKE 'segment%' AND event_data ->> 'cause' = 'user_changed'), '>', 100::bigint, 'so have changes');
SELECT is_empty($$SELECT * FROM lifecycle.user_segment_memberships m JOIN lifecycle.user_segment_rechecks r USING (user_id, segment_id)$$, 'nobody is in and awaited');
SELECT cmp_ok((SELECT max(chunks) FROM lifecycle.pipeline_runs), '>', 5, 'in several steps');
SELECT is_empty('SELECT * FROM lifecycle.pipeline_runs WHERE rows_in <> written + unchanged + superseded + dead + held OR status <> ''succeeded''', 'every run adds up');
SELECT * FROM finish();
