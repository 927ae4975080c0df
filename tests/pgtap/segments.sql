-- Segments: what may be written, who is in them, what a refresh looks at and writes, what time does.
\ir ../lib/ledger_test.sql
SELECT plan(58);

CREATE FUNCTION add_users(first integer, last integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes, created_at)
  SELECT 'u' || i || '@example.com', (ARRAY['Acquisition', 'Activation'])[i % 2 + 1],
    jsonb_build_object('n', i, 'plan', CASE WHEN i % 10 = 0 THEN 'pro' ELSE 'free' END, 'seen_at', now() - i * interval '1 day'), now() - i * interval '1 day'
  FROM generate_series(first, last) i
$$;
CREATE FUNCTION add_segment(name text, conditions jsonb, stages text[] DEFAULT '{}', valid_for interval DEFAULT NULL) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO lifecycle.user_segments (name, conditions, lifecycle_stages, valid_for) VALUES (name, conditions, stages, valid_for) RETURNING id
$$;
-- Who is in a segment, by number.
CREATE FUNCTION members(segment text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(u.attributes ->> 'n', ' ' ORDER BY (u.attributes ->> 'n')::integer), '-')
  FROM lifecycle.user_segment_memberships m JOIN lifecycle.user_segments s ON s.id = m.segment_id JOIN lifecycle.users u ON u.id = m.user_id WHERE s.name = segment
$$;
-- Entries and exits since the last look.
CREATE TABLE looked (id bigint);
INSERT INTO looked VALUES (0);
CREATE FUNCTION moves() RETURNS text LANGUAGE sql AS $$
  WITH seen AS (UPDATE looked SET id = (SELECT coalesce(max(id), 0) FROM lifecycle.lifecycle_events)), news AS (
    SELECT concat_ws(' ', u.attributes ->> 'n', CASE l.event_type WHEN 'segment_entered' THEN '>' WHEN 'segment_left' THEN '<' END, l.event_data ->> 'segment_name', l.event_data ->> 'cause') AS line
    FROM lifecycle.lifecycle_events l JOIN lifecycle.users u ON u.id = l.user_id WHERE l.event_type LIKE 'segment%' AND l.id > (SELECT id FROM looked))
  SELECT coalesce(string_agg(line, ', ' ORDER BY line), '-') FROM news
$$;
CREATE FUNCTION accounts() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s = %s + %s; %s left', rows_in, written, unchanged, deleted) FROM lifecycle.pipeline_runs WHERE procedure = 'refresh_segments' ORDER BY run_id DESC LIMIT 1
$$;
CREATE FUNCTION change(n integer, attributes jsonb) RETURNS void LANGUAGE sql AS $$
  UPDATE lifecycle.users u SET attributes = u.attributes || change.attributes WHERE u.attributes ->> 'n' = n::text
$$;

CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'no segment, nothing to do');

-- What may be written.
SELECT fails_with($$SELECT add_segment('x', '5')$$, '22023: %condition%', 'a condition must be one');
SELECT fails_with($$SELECT add_segment('x', '{"==": [{"var": "user.id"}, {"nope": []}]}')$$, '22023: %/==/1%', 'an unknown operator is refused with its place');
SELECT fails_with($$SELECT add_segment('x', '[{"field": "seen_at", "operator": "gte", "value": "NOW-7x"}]')$$, '22023: invalid condition%At /0: "NOW-7x"%', 'so is a time that is none');
SELECT fails_with($$SELECT add_segment('x', 'true', '{Activation,activation}')$$, '22023: "activation" is not a lifecycle stage%The stages are %', 'so is an unknown stage');
SELECT fails_with($$SELECT add_segment('x', 'true', '{NULL}')$$, '22023: "null" is not a lifecycle stage%', 'even null');
SELECT fails_with($$SELECT add_segment('x', 'true', '{}', '0')$$, '23514: %valid_valid_for%', 'valid_for is positive');
SELECT is((SELECT time_use FROM (SELECT lifecycle._time_use(lifecycle._rule_of('[{"field": "seen_at", "operator": "less_than", "value": "NOW-7d"}]', 'AND', 'segment')) AS time_use) t), 'foreseen', 'relative times are foreseen');

-- The first refresh.
SELECT add_users(1, 40) \g /dev/null
SELECT add_segment('pro', '{"==": [{"var": "user.attributes.plan"}, "pro"]}') AS pro,
  add_segment('low', '[{"field": "n", "operator": "less_than", "value": 4}]') AS low, add_segment('low active', '[{"field": "n", "operator": "less_than", "value": 4}]', '{Activation,Retention}') AS low_active \gset
CALL lifecycle.refresh_segments();
SELECT is(members('pro'), '10 20 30 40', 'by JsonLogic');
SELECT is(members('low'), '1 2 3', 'by a list');
SELECT is(members('low active'), '1 3', 'and by stage');
SELECT is(moves(), '1 > low active segment_changed, 1 > low segment_changed, 10 > pro segment_changed, 2 > low segment_changed, 20 > pro segment_changed, '
  '3 > low active segment_changed, 3 > low segment_changed, 30 > pro segment_changed, 40 > pro segment_changed', 'each entry is a lifecycle event');
SELECT is((SELECT lifecycle_stage || ' ' || (event_data ->> 'segment_id' = :'low_active') FROM lifecycle.lifecycle_events WHERE event_data ->> 'segment_name' = 'low active' LIMIT 1),
  'Activation true', 'with the stage and the segment');
SELECT is((SELECT count(*) FROM lifecycle.user_segment_memberships WHERE valid_until IS NULL AND evaluated_at IS NOT NULL), 9::bigint, 'nothing of it is subject to time');

-- Nothing changed.
CREATE TABLE was AS SELECT m.*, m.xmin::text AS version FROM lifecycle.user_segment_memberships m;
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'where nothing changed nothing is judged');
-- Users who changed, and no others.
UPDATE lifecycle.users SET updated_at = now() WHERE attributes ->> 'n' IN ('1', '10', '20', '25');
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '12 = 0 + 12; 0 left', 'users who changed are judged by every segment');
SELECT bag_eq('SELECT m.*, m.xmin::text AS version FROM lifecycle.user_segment_memberships m', 'SELECT * FROM was', 'and memberships that still hold are not written');
SELECT is(moves(), '-', 'nor told');
SELECT change(10, '{"plan": "free"}'), change(11, '{"plan": "pro", "n": 11}'), change(2, '{"seen_at": null}') \g /dev/null
UPDATE lifecycle.users SET current_lifecycle_stage = 'Referral' WHERE attributes ->> 'n' = '1';
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '12 = 3 + 9; 2 left', 'who comes and goes is written');
SELECT is(moves(), '1 < low active user_changed, 10 < pro user_changed, 11 > pro user_changed', 'and told');
SELECT is(members('pro') || '; ' || members('low active'), '11 20 30 40; 3', 'and so it is');
SELECT is_empty($$SELECT * FROM lifecycle.user_segment_memberships m WHERE NOT EXISTS (SELECT FROM was w WHERE w.user_id = m.user_id AND w.segment_id = m.segment_id AND w.version = m.xmin::text)
  AND m.segment_id <> (SELECT id FROM lifecycle.user_segments WHERE name = 'pro')$$, 'the others are as they were');

-- A definition that changes, one that does not.
UPDATE lifecycle.user_segments SET description = 'cheap', name = 'few' WHERE name = 'low';
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'another name is no other segment');
UPDATE lifecycle.user_segments SET conditions = '[{"field": "n", "operator": "less_than", "value": 3}, {"field": "n", "operator": "equals", "value": 39}]', operator = 'OR' WHERE name = 'few';
CALL lifecycle.refresh_segments();
SELECT is(moves(), '3 < few segment_changed, 39 > few segment_changed', 'other conditions are, for everyone');
UPDATE lifecycle.user_segments SET lifecycle_stages = '{Activation}' WHERE name = 'few';
CALL lifecycle.refresh_segments();
SELECT is(moves(), '1 < few segment_changed, 2 < few segment_changed', 'so are other stages');
DELETE FROM lifecycle.user_segments WHERE name = 'few';
SELECT is(moves(), '39 < few segment_deleted', 'who was in a segment that is deleted leaves it');

-- A new user, a deleted one.
SELECT add_users(50, 50) \g /dev/null
CALL lifecycle.refresh_segments();
SELECT is(moves(), '50 > pro user_changed', 'new users are judged');
INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes) VALUES ('gone@example.com', 'Revenue', '{"n": 99}');
DELETE FROM lifecycle.users WHERE email = 'gone@example.com';
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'users who are gone are not');

-- Time. Who is 5 days old now is 6 tomorrow.
SELECT add_segment('week', '[{"field": "seen_at", "operator": "gte", "value": "NOW-7d"}]') AS week, add_segment('quiet', '[{"field": "seen_at", "operator": "less_than", "value": "NOW-39d"}]') AS quiet \gset
CALL lifecycle.refresh_segments();
SELECT is(members('week') || '; ' || members('quiet'), '1 3 4 5 6; 39 40 50', 'who is in it now');
SELECT moves() \g /dev/null
SELECT is_empty($$SELECT u.attributes ->> 'n' FROM lifecycle.user_segment_memberships m JOIN lifecycle.users u ON u.id = m.user_id
  WHERE m.segment_id = (SELECT id FROM lifecycle.user_segments WHERE name = 'week')
    AND m.valid_until NOT BETWEEN (u.attributes ->> 'seen_at')::timestamptz + interval '7 days' AND (u.attributes ->> 'seen_at')::timestamptz + interval '7 days 1 microsecond'$$,
  'valid_until is when they drop out');
SELECT is((SELECT count(*) FROM lifecycle.user_segment_memberships WHERE segment_id = :'quiet' AND valid_until IS NOT NULL), 0::bigint, 'null where time does not end it');
SELECT is((SELECT string_agg(u.attributes ->> 'n' || ' ' || (r.due_at - (u.attributes ->> 'seen_at')::timestamptz), ', ' ORDER BY r.due_at) FROM lifecycle.user_segment_rechecks r JOIN lifecycle.users u ON u.id = r.user_id
  WHERE u.attributes ->> 'n' = '38'), '38 39 days 00:00:00.000001', 'who will come in is known too, and when');
SELECT is((SELECT count(*) FROM lifecycle.user_segment_rechecks), (SELECT count(*) FROM lifecycle.users WHERE (attributes ->> 'seen_at')::timestamptz > now() - interval '39 days'), 'for everyone who will');
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'before that there is nothing to do');
-- Seconds are days here.
SELECT change(7, jsonb_build_object('seen_at', now() - interval '7 days' + interval '1.5 seconds')), change(38, jsonb_build_object('seen_at', now() - interval '39 days' + interval '1.5 seconds')) \g /dev/null
CALL lifecycle.refresh_segments();
SELECT is(moves(), '7 > week user_changed', 'a user comes in');
SELECT pg_sleep(1.6) \g /dev/null
CALL lifecycle.refresh_segments();
SELECT is(moves(), '38 > quiet time_passed, 7 < week time_passed', 'and when the time has come, goes out, and another in');
SELECT is(accounts(), '2 = 2 + 0; 1 left', 'nobody else was judged');
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'and that is that');
-- Later, seen again: the time moves on.
SELECT change(5, jsonb_build_object('seen_at', now())) \g /dev/null
CALL lifecycle.refresh_segments();
SELECT is(moves(), '-', 'who is in and stays in does not move');
SELECT cmp_ok((SELECT m.valid_until FROM lifecycle.user_segment_memberships m JOIN lifecycle.users u ON u.id = m.user_id WHERE m.segment_id = :'week' AND u.attributes ->> 'n' = '5'),
  '>', now() + interval '6 days 23 hours', 'but is valid for longer');
SELECT is((SELECT due_at - (u.attributes ->> 'seen_at')::timestamptz FROM lifecycle.user_segment_rechecks r JOIN lifecycle.users u ON u.id = r.user_id WHERE u.attributes ->> 'n' = '5'),
  interval '39 days 00:00:00.000001', 'and will be quiet later');
-- valid_for: whatever it says, look again.
SELECT add_segment('short', '{"==": [{"var": "user.attributes.plan"}, "pro"]}', '{}', '1 second') AS short \gset
CALL lifecycle.refresh_segments();
SELECT is((SELECT count(*) FROM lifecycle.user_segment_memberships WHERE segment_id = :'short' AND valid_until = evaluated_at + interval '1 second'), 5::bigint, 'valid_for bounds it');
SELECT pg_sleep(1.1) \g /dev/null
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '5 = 5 + 0; 0 left', 'and its members are judged again');
DELETE FROM lifecycle.user_segments WHERE name IN ('short');
-- What cannot be foreseen.
SELECT add_segment('odd', '{"==": [{"%": [{"+": [{"var": "user.attributes.n"}, {"*": [0, {"time.now": []}]}]}, 2]}, 1]}') AS odd \gset
SELECT is((SELECT time_use FROM lifecycle.user_segments WHERE name = 'odd'), 'unforeseen', 'time within arithmetic that is none of its own');
CALL lifecycle.refresh_segments();
CALL lifecycle.refresh_segments();
SELECT is((SELECT rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), (SELECT count(*) FROM lifecycle.user_segment_memberships WHERE segment_id = :'odd'), 'is judged each time');
UPDATE lifecycle.user_segments SET valid_for = '1 hour' WHERE name = 'odd';
CALL lifecycle.refresh_segments();
CALL lifecycle.refresh_segments();
SELECT is(accounts(), '0 = 0 + 0; 0 left', 'or as often as valid_for says');
DELETE FROM lifecycle.user_segments WHERE name = 'odd';
SELECT moves() \g /dev/null

-- The index answers what it can.
SELECT is(lifecycle._indexable_condition((SELECT rule FROM lifecycle.user_segments WHERE name = 'pro'), 'user.attributes', 'u.attributes') IS NOT NULL, true, 'a condition for the index');
SELECT is((SELECT rows_in FROM lifecycle.pipeline_runs WHERE procedure = 'refresh_segments' ORDER BY run_id OFFSET 1 LIMIT 1), 9::bigint, 'of a whole segment only members are written');

-- A segment that fails keeps its members and the others waiting for nothing.
SELECT add_segment('heavy', '{"some": [{"var": "user.attributes.list"}, {">": [{"var": ""}, 4000]}]}') AS heavy \gset
CALL lifecycle.refresh_segments();
SELECT change(30, jsonb_build_object('list', (SELECT jsonb_agg(i) FROM generate_series(1, 5000) i))), change(40, '{"plan": "free"}') \g /dev/null
SET lifecycle_ledger.max_condition_steps = 1000;
SELECT dblink_connect('few', connection_to(current_database()) || ' options=''-c lifecycle_ledger.max_condition_steps=1000 -c client_min_messages=error''') \g /dev/null
SELECT throws_like($$SELECT dblink_exec('few', 'CALL lifecycle.refresh_segments()')$$, '%segment "heavy" could not be judged: %', 'its error is raised at the end');
SELECT is(moves(), '40 < pro user_changed', 'the others are up to date');
SELECT is((SELECT status FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'failed', 'and it is on record');
RESET lifecycle_ledger.max_condition_steps;
CALL lifecycle.refresh_segments();
SELECT is(moves(), '30 > heavy segment_changed', 'once it can be judged it is judged whole');

-- Another cluster, or no cut: everything is judged, nothing written.
CREATE TABLE now_in AS SELECT m.*, m.xmin::text AS version FROM lifecycle.user_segment_memberships m;
UPDATE lifecycle.cuts SET system_identifier = 1 WHERE name = 'refresh_segments';
CALL lifecycle.refresh_segments();
SELECT cmp_ok((SELECT rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '>', 50::bigint, 'on another cluster all is judged');
SELECT bag_eq('SELECT m.*, m.xmin::text AS version FROM lifecycle.user_segment_memberships m', 'SELECT * FROM now_in', 'and nothing written');
SELECT is(moves(), '-', 'nor told');
-- A membership that was tampered with is mended when its segment is judged whole.
DELETE FROM lifecycle.user_segment_memberships WHERE segment_id = :'pro';
INSERT INTO lifecycle.user_segment_memberships (user_id, segment_id) SELECT id, :'pro' FROM lifecycle.users WHERE attributes ->> 'n' = '3';
DELETE FROM lifecycle.user_segment_states WHERE segment_id = :'pro';
CALL lifecycle.refresh_segments();
SELECT is(members('pro'), '11 20 30 50', 'memberships that should not be go, those that should come');

SELECT fails_with('BEGIN; CALL lifecycle.refresh_segments(); COMMIT', '25001: %', 'not inside a transaction block');
SELECT is_empty('SELECT * FROM lifecycle.pipeline_runs WHERE rows_in <> written + unchanged + superseded + dead + held', 'every run adds up');
SELECT dblink_disconnect('few') \g /dev/null
SELECT * FROM finish();
