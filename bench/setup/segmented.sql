-- Users with a dozen attributes and ten segments over them, refreshed; and the same memberships in a plain table.
CREATE SCHEMA bench;
SET session_replication_role = replica; -- no history of users needed here
INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
  SELECT 'user' || i || '@example.com', (lifecycle._lifecycle_stages())[1 + i % 5],
    jsonb_build_object('external_id', 'user_' || i, 'plan', (ARRAY['free', 'starter', 'pro', 'enterprise'])[1 + i * 7 % 4], 'country', (ARRAY['DE', 'FR', 'AT', 'US', 'GB', 'JP', 'BR', 'IN'])[1 + i * 11 % 8],
      'age', 18 + i * 13 % 60, 'logins', i * 17 % 500, 'score', i % 1000, 'email_opt_in', i % 3 = 0, 'city', 'City ' || i % 1000, 'seen_at', now() - i % 60 * interval '1 day',
      'tags', jsonb_build_array('t' || i % 10, 't' || i % 7))
  FROM generate_series(1, :rows) i;
RESET session_replication_role;
INSERT INTO lifecycle.user_segments (name, conditions, lifecycle_stages) VALUES
  ('pro', '{"==": [{"var": "user.attributes.plan"}, "pro"]}', '{}'),
  ('pro in Germany', '{"and": [{"==": [{"var": "user.attributes.plan"}, "pro"]}, {"==": [{"var": "user.attributes.country"}, "DE"]}]}', '{}'),
  ('busy', '{">": [{"var": "user.attributes.logins"}, 450]}', '{}'),
  ('young and busy', '{"and": [{">": [{"var": "user.attributes.logins"}, 400]}, {"<": [{"var": "user.attributes.age"}, 25]}]}', '{}'),
  ('top', '{">=": [{"var": "user.attributes.score"}, 990]}', '{}'),
  ('reachable', '{"and": [{"var": "user.attributes.email_opt_in"}, {"in": [{"var": "user.attributes.country"}, ["DE", "AT"]]}]}', '{}'),
  ('one city', '{"==": [{"var": "user.attributes.city"}, "City 7"]}', '{}'),
  ('tagged', '{"in": ["t3", {"var": "user.attributes.tags"}]}', '{}'),
  ('new and poor', '{"and": [{"==": [{"var": "user.attributes.plan"}, "free"]}, {"<": [{"var": "user.attributes.score"}, 10]}]}', '{Acquisition,Activation}'),
  ('nobody', '{"==": [{"var": "user.attributes.plan"}, "platinum"]}', '{}');
VACUUM ANALYZE;
CALL lifecycle.refresh_segments();
CREATE TABLE bench.memberships AS SELECT * FROM lifecycle.user_segment_memberships;
ALTER TABLE bench.memberships ADD PRIMARY KEY (user_id, segment_id);
-- Their conditions as one would write them in SQL.
CREATE VIEW bench.members AS
  SELECT u.id AS user_id, s.id AS segment_id FROM lifecycle.users u JOIN lifecycle.user_segments s ON CASE s.name
    WHEN 'pro' THEN u.attributes ->> 'plan' = 'pro'
    WHEN 'pro in Germany' THEN u.attributes ->> 'plan' = 'pro' AND u.attributes ->> 'country' = 'DE'
    WHEN 'busy' THEN (u.attributes ->> 'logins')::numeric > 450
    WHEN 'young and busy' THEN (u.attributes ->> 'logins')::numeric > 400 AND (u.attributes ->> 'age')::numeric < 25
    WHEN 'top' THEN (u.attributes ->> 'score')::numeric >= 990
    WHEN 'reachable' THEN (u.attributes ->> 'email_opt_in')::boolean AND u.attributes ->> 'country' IN ('DE', 'AT')
    WHEN 'one city' THEN u.attributes ->> 'city' = 'City 7'
    WHEN 'tagged' THEN u.attributes -> 'tags' ? 't3'
    WHEN 'new and poor' THEN u.attributes ->> 'plan' = 'free' AND (u.attributes ->> 'score')::numeric < 10 AND u.current_lifecycle_stage IN ('Acquisition', 'Activation')
    ELSE u.attributes ->> 'plan' = 'platinum' END;
VACUUM ANALYZE;
