-- 7 and 8: events, and what follows from them. Run by show.sql; :lines is the file with the NDJSON.
CREATE TABLE demo.answers (number integer GENERATED ALWAYS AS IDENTITY, call text, looked_at text, outcome text, expected text, again text, milliseconds numeric);

-- Before the first event comes: a trigger that listens, a segment.
INSERT INTO lifecycle.workflows (name, bpmn_xml, status, version) VALUES ('win back', '<definitions/>', 'active', '1.0.0');
INSERT INTO lifecycle.triggers (name, event_type, conditions, workflow_id, max_event_age)
SELECT 'a pro''s large payment failed', 'payment_failed', '{"and": [{"==": [{"var": "user.attributes.plan"}, "pro"]}, {">=": [{"var": "event.properties.amount"}, 100]}]}', w.id, '14 days'
FROM lifecycle.workflows w;
INSERT INTO lifecycle.user_segments (name, conditions)
VALUES ('pros who went quiet', '[{"field": "plan", "operator": "equals", "value": "pro"}, {"field": "last_seen", "operator": "less_than", "value": "NOW-14d"}]');

\set load '\\copy lifecycle.event_inbox (line) FROM PROGRAM ''sed -e ''''s/\\\\/\\\\\\\\/g'''' ' :lines ''''
:load
:begin_step
CALL lifecycle.ingest_events();
SELECT r.rows_in AS lines_in, r.written AS events_in, r.unchanged AS repeats_in, r.dead AS dead_in, round(r.rows_in / r.seconds) AS lines_a_second
FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before \gset
\echo :on'7  What do people do in the product?':off '   \\copy event_inbox FROM …; CALL lifecycle.ingest_events(); held to a contract, each id once'
SELECT :lines_in AS "lines of NDJSON", :events_in AS "= events", :repeats_in AS "+ repeats", :dead_in AS "+ dead letters", :lines_a_second AS "lines a second";
SELECT code AS "why a line is dead", dead_letters AS lines, CASE WHEN length(latest_detail) > 104 THEN left(latest_detail, 103) || '…' ELSE latest_detail END AS "one of them"
FROM lifecycle.dead_letter_causes ORDER BY dead_letters DESC, code;
INSERT INTO demo.checks SELECT 'every line of the file is accounted for', :'lines_in', count(*)::text FROM product.lines;
INSERT INTO demo.checks SELECT 'one event for each id that came in a right line', count(*)::text,
  (SELECT count(DISTINCT line::jsonb ->> 'event_id')::text FROM product.lines WHERE line LIKE '%}}' AND line NOT LIKE '%"plan": "free"%' AND line::jsonb ->> 'event_name' NOT IN ('user_status', 'UserLoggedIn')
    AND line::jsonb ->> 'event_time' LIKE '%Z' AND NOT line::jsonb -> 'properties' ? 'is_power_user') FROM lifecycle.events;
-- The old name is let through until the last phone is updated; what was refused for it comes in now.
INSERT INTO lifecycle.event_rules (applies_to, pattern, severity, reason) VALUES ('event_name', 'user_status', 'allow', 'old phones send it');
SELECT dead_letters AS waiting FROM lifecycle.dead_letter_causes WHERE code = 'event_name.state' \gset
:begin_step
CALL lifecycle.retry_dead_letters('ingest');
SELECT r.rows_in AS tried, r.written AS mended FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before AND r.procedure = 'retry_dead_letters' \gset
SELECT format('   The old name is allowed after all: %s dead letters tried again, %s are events now.', :tried, :mended) AS line \gset
\echo :line
\echo
INSERT INTO demo.checks VALUES ('the dead letters that were mended came in, once', :'mended', :'waiting');

-- 8: what follows. Each answer beside the same one in plain SQL, and what a second call does.
:begin_step
CALL lifecycle.process_triggers();
SELECT round(extract(epoch FROM clock_timestamp() - :'step_began') * 1000) AS ms \gset
CALL lifecycle.process_triggers();
INSERT INTO demo.answers (call, looked_at, outcome, expected, again, milliseconds)
SELECT 'process_triggers: a pro''s large payment failed', format('%s failed payments', max(r.rows_in)), (SELECT count(*) FROM lifecycle.trigger_executions WHERE condition_met) || ' workflows started',
  (SELECT count(*) FROM lifecycle.events e JOIN lifecycle.users u ON u.attributes ->> 'external_id' = e.user_id
   WHERE e.event_name = 'payment_failed' AND e.event_time >= e.received_at - interval '14 days' AND (e.properties ->> 'amount')::numeric >= 100 AND u.attributes ->> 'plan' = 'pro') || ' workflows started',
  format('%s pairs looked at', (array_agg(r.rows_in ORDER BY r.run_id DESC))[1]), :ms
FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before;
\set quiet_pros 'SELECT count(*) || '' members'' FROM lifecycle.users WHERE attributes ->> ''plan'' = ''pro'' AND (attributes ->> ''last_seen'')::date < now() - interval ''14 days'''
\set members '(SELECT count(*) || '' members'' FROM lifecycle.user_segment_memberships)'
SELECT count(*) AS people FROM lifecycle.users \gset
:begin_step
CALL lifecycle.refresh_segments();
SELECT round(extract(epoch FROM clock_timestamp() - :'step_began') * 1000) AS ms, max(run_id) AS runs_before FROM lifecycle.pipeline_runs \gset
CALL lifecycle.refresh_segments();
INSERT INTO demo.answers (call, looked_at, outcome, expected, again, milliseconds)
SELECT 'refresh_segments: pros who went quiet', :'people' || ' people', :members, (:quiet_pros), sum(r.rows_in) || ' people looked at', :ms FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before;
-- Twenty of them come back.
UPDATE lifecycle.users SET attributes = attributes || jsonb_build_object('last_seen', to_char(now(), 'YYYY-MM-DD'))
WHERE id IN (SELECT user_id FROM lifecycle.user_segment_memberships ORDER BY user_id LIMIT 20);
:begin_step
CALL lifecycle.refresh_segments();
SELECT round(extract(epoch FROM clock_timestamp() - :'step_began') * 1000) AS ms, r.rows_in AS judged, max(r.run_id) OVER () AS runs_before FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before \gset
CALL lifecycle.refresh_segments();
INSERT INTO demo.answers (call, looked_at, outcome, expected, again, milliseconds)
SELECT 'refresh_segments: 20 of them come back', :'judged' || ' people', :members, (:quiet_pros), sum(r.rows_in) || ' people looked at', :ms FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before;
:begin_step
CALL lifecycle.roll_up_metrics();
SELECT round(extract(epoch FROM clock_timestamp() - :'step_began') * 1000) AS ms, r.chunks AS days, max(r.run_id) OVER () AS runs_before FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before \gset
CALL lifecycle.roll_up_metrics();
INSERT INTO demo.answers (call, looked_at, outcome, expected, again, milliseconds)
SELECT 'roll_up_metrics: events and people of each day', :'days' || ' days', (SELECT format('%s events, %s people-days', sum(metric_value) FILTER (WHERE metric_name = 'events_total'), sum(metric_value) FILTER (WHERE metric_name = 'users_distinct'))
    FROM lifecycle.metrics_daily WHERE dimensions = '{}' AND (metric_name = 'events_total' OR (metric_name = 'users_distinct' AND lifecycle_stage = 'all'))),
  (SELECT format('%s events, %s people-days', sum(n), sum(p)) FROM (SELECT count(*) AS n, count(DISTINCT user_id) AS p FROM lifecycle.events GROUP BY date(event_time AT TIME ZONE 'UTC')) d), sum(r.written) || ' rows written', :ms
FROM lifecycle.pipeline_runs r WHERE r.run_id > :runs_before;
\echo :on'8  And what follows from it?':off '   each event meets a trigger once; a refresh costs what changed; figures can be recomputed'
SELECT call AS "CALL lifecycle.…", looked_at AS "looked at", outcome, expected AS "the same in plain SQL", again AS "called again", round(milliseconds) || ' ms' AS time FROM demo.answers ORDER BY number;
INSERT INTO demo.checks SELECT call, outcome, expected FROM demo.answers;
INSERT INTO demo.checks SELECT 'called again, nothing happens: ' || call, left(again, 2), '0 ' FROM demo.answers;
