-- roll_up_metrics(): every row against plain SQL over events and history; what a run touches, and what it leaves alone.
\ir ../lib/ledger_test.sql
SELECT plan(39);

-- The definition of every metric, as naively as it can be said.
CREATE VIEW acts AS
  SELECT a.*, coalesce((SELECT h.to_stage FROM lifecycle.user_lifecycle_history h WHERE h.user_id = a.who AND h.transitioned_at <= a.event_time
      ORDER BY h.transitioned_at DESC, h.id DESC LIMIT 1), 'none') AS stage, coalesce(a.who::text, 'key ' || a.user_id) AS person
  FROM (
    SELECT (e.event_time AT TIME ZONE 'UTC')::date AS day, e.event_name, e.event_time, e.user_id, CASE
        WHEN EXISTS (SELECT FROM lifecycle.users u WHERE u.id::text = lower(e.user_id)) THEN lower(e.user_id)::uuid
        WHEN (SELECT count(*) FROM lifecycle.users u WHERE u.attributes->>'external_id' = e.user_id) > 0
          THEN (SELECT (array_agg(u.id))[1] FROM lifecycle.users u WHERE u.attributes->>'external_id' = e.user_id HAVING count(*) = 1)
        ELSE (SELECT (array_agg(u.id))[1] FROM lifecycle.users u WHERE lifecycle.normalize_email(u.email) = lifecycle.normalize_email(e.user_id) HAVING count(*) = 1)
      END AS who
    FROM lifecycle.events e) a;
CREATE VIEW moves AS SELECT (h.transitioned_at AT TIME ZONE 'UTC')::date AS day, h.from_stage, h.to_stage FROM lifecycle.user_lifecycle_history h
  WHERE isfinite(h.transitioned_at);
CREATE VIEW oracle AS
  SELECT day AS metric_date, stage::text AS lifecycle_stage, 'events_total' AS metric_name, count(*)::numeric AS metric_value, '{}'::jsonb AS dimensions FROM acts GROUP BY 1, 2
  UNION ALL SELECT day, stage, 'events_total', count(*), jsonb_build_object('event_name', event_name) FROM acts GROUP BY 1, 2, event_name
  UNION ALL SELECT day, stage, 'users_distinct', count(DISTINCT person), '{}' FROM acts GROUP BY 1, 2
  UNION ALL SELECT day, stage, 'users_distinct', count(DISTINCT person), jsonb_build_object('event_name', event_name) FROM acts GROUP BY 1, 2, event_name
  UNION ALL SELECT day, 'all', 'users_distinct', count(DISTINCT person), '{}' FROM acts GROUP BY 1
  UNION ALL SELECT day, 'all', 'users_distinct', count(DISTINCT person), jsonb_build_object('event_name', event_name) FROM acts GROUP BY 1, event_name
  UNION ALL SELECT day, to_stage, 'stage_entries', count(*), '{}' FROM moves GROUP BY 1, 2
  UNION ALL SELECT day, from_stage, 'stage_exits', count(*), '{}' FROM moves WHERE from_stage IS NOT NULL GROUP BY 1, 2
  UNION ALL SELECT day, coalesce(from_stage, 'none'), 'stage_conversions', count(*), jsonb_build_object('to', to_stage) FROM moves GROUP BY 1, from_stage, to_stage;
CREATE VIEW stored AS SELECT metric_date, lifecycle_stage::text, metric_name::text, metric_value, dimensions FROM lifecycle.metrics_daily;
CREATE FUNCTION agrees(what text) RETURNS text LANGUAGE sql AS $$ SELECT bag_eq('TABLE stored', 'TABLE oracle', what) $$;
CREATE FUNCTION run() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s in = %s written + %s unchanged; %s deleted; %s day(s) %s', rows_in, written, unchanged, deleted, chunks, status)
  FROM lifecycle.pipeline_runs WHERE procedure = 'roll_up_metrics' ORDER BY run_id DESC LIMIT 1
$$;

-- Users of every kind: one external id that two have, two e-mail addresses that are one, an external id that looks like an e-mail.
CALL lifecycle.roll_up_metrics();
SELECT is(run(), '0 in = 0 written + 0 unchanged; 0 deleted; 0 day(s) succeeded', 'nothing gives nothing');
SELECT setseed(0.42) \g /dev/null
-- Of the month before, whatever today is: the partitions around now are there.
SELECT date_trunc('month', now()) - interval '1 month' AS month \gset
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes, created_at)
  SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    CASE WHEN n = 40 THEN 'U39@Example.com' ELSE 'u' || n || '@example.com' END, 'Acquisition',
    CASE WHEN n % 3 = 0 THEN '{}' WHEN n IN (4, 5) THEN '{"external_id": "shared"}' WHEN n = 7 THEN '{"external_id": "u8@example.com"}'
      ELSE jsonb_build_object('external_id', 'ext-' || n) END, :'month'::timestamptz + n % 5 * interval '1 day'
  FROM generate_series(1, 40) n;
-- Moves at full hours, some at the same moment, some at midnight.
INSERT INTO lifecycle.user_lifecycle_history (user_id, from_stage, to_stage, transitioned_at)
  SELECT ('00000000-0000-4000-8000-' || lpad((1 + floor(random() * 40))::text, 12, '0'))::uuid, s.stage, t.stage,
    :'month'::timestamptz + floor(random() * 240) * interval '1 hour'
  FROM generate_series(1, 150), LATERAL (SELECT (lifecycle._lifecycle_stages())[1 + floor(random() * 5)::int] AS stage) s,
    LATERAL (SELECT (lifecycle._lifecycle_stages())[1 + floor(random() * 5)::int] AS stage) t;
CREATE FUNCTION put_events(many integer, since timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
  SELECT gen_random_uuid(), (ARRAY['page_viewed', 'order_placed', 'message_sent', 'account_created'])[1 + floor(random() * 4)::int],
    since + floor(random() * 480) * interval '30 minutes',
    CASE floor(r.kind * 7) WHEN 0 THEN 'ext-' || r.n WHEN 1 THEN 'U' || r.n || '@example.COM' WHEN 2 THEN 'shared' WHEN 3 THEN 'stranger-' || r.n % 7
      WHEN 4 THEN upper('00000000-0000-4000-8000-' || lpad(r.n::text, 12, '0')) ELSE '00000000-0000-4000-8000-' || lpad(r.n::text, 12, '0') END, '{}'
  FROM (SELECT random() AS kind, 1 + floor(random() * 45)::int AS n FROM generate_series(1, many)) r
$$;
SELECT put_events(2500, :'month') \g /dev/null
SELECT cmp_ok((SELECT count(*) FROM oracle), '>', 300::bigint, 'there is something to count');
SELECT isnt((SELECT count(*) FROM acts WHERE who IS NULL AND user_id ~ 'shared'), 0::bigint, 'ambiguous keys among it');
CALL lifecycle.roll_up_metrics();
SELECT agrees('every metric is what plain SQL says');
SELECT is((SELECT count(*) FROM lifecycle.pipeline_runs WHERE status = 'succeeded' AND rows_in = written AND chunks = 10), 1::bigint, 'ten days, each in a step of its own');

-- Again: nothing.
CREATE TABLE before AS SELECT ctid AS place, xmin AS version, * FROM lifecycle.metrics_daily;
CREATE VIEW touched AS SELECT metric_date FROM lifecycle.metrics_daily m WHERE NOT EXISTS (SELECT FROM before b WHERE b.id = m.id AND b.version = m.xmin)
  UNION SELECT metric_date FROM before b WHERE NOT EXISTS (SELECT FROM lifecycle.metrics_daily m WHERE m.id = b.id);
CALL lifecycle.roll_up_metrics();
SELECT is(run(), '0 in = 0 written + 0 unchanged; 0 deleted; 0 day(s) succeeded', 'a second run finds no day touched');
SELECT cmp_ok((SELECT wal_bytes FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '<', 10000::bigint, 'and writes its log line');
SELECT (:'month'::timestamptz AT TIME ZONE 'UTC')::date AS first, (:'month'::timestamptz AT TIME ZONE 'UTC')::date + 9 AS last \gset
CALL lifecycle.roll_up_metrics(:'first', :'last');
SELECT matches(run(), '^(\d+) in = 0 written \+ \1 unchanged; 0 deleted; 10 day', 'days rolled up again are unchanged');
SELECT is_empty('TABLE touched', 'not a row was written');

-- Late events touch their days alone.
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
  SELECT gen_random_uuid(), 'page_viewed', :'month'::timestamptz + d * interval '1 day' + interval '1 second', 'ext-1', '{}' FROM unnest('{2,6}'::int[]) d;
CALL lifecycle.roll_up_metrics();
SELECT matches(run(), '2 day\(s\) succeeded', 'two late events: two days');
SELECT bag_eq('TABLE touched', format('SELECT %L::date + d FROM unnest(''{2,6}''::int[]) d', :'first'), 'of these days some rows changed');
SELECT agrees('and all are right again');

-- Late history: the day of the move, and those of the user's events after it.
TRUNCATE before; INSERT INTO before SELECT ctid, xmin, * FROM lifecycle.metrics_daily;
SELECT '00000000-0000-4000-8000-000000000002' AS two \gset
INSERT INTO lifecycle.user_lifecycle_history (user_id, from_stage, to_stage, transitioned_at) VALUES (:'two', 'Referral', 'Activation', :'month'::timestamptz + interval '8 days 3 hours');
CALL lifecycle.roll_up_metrics();
SELECT cmp_ok((SELECT chunks FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '<=', 2, 'late history touches the days it can');
SELECT agrees('late history is counted');
UPDATE lifecycle.user_lifecycle_history SET transitioned_at = transitioned_at - interval '3 days' WHERE user_id = :'two' AND from_stage = 'Referral';
CALL lifecycle.roll_up_metrics();
SELECT agrees('history that was changed');
DELETE FROM lifecycle.user_lifecycle_history WHERE user_id = :'two' AND from_stage IS NOT NULL;
CALL lifecycle.roll_up_metrics();
SELECT agrees('history that was deleted');

-- Users who come, go or are named otherwise after their events.
INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes, created_at) VALUES ('late@example.com', 'Revenue', '{"external_id": "stranger-3"}', :'month'::timestamptz + interval '4 days');
CALL lifecycle.roll_up_metrics();
SELECT agrees('a user who is known later');
UPDATE lifecycle.users SET attributes = '{"external_id": "stranger-4"}' WHERE email = 'late@example.com';
CALL lifecycle.roll_up_metrics();
SELECT agrees('a user who is named otherwise');
UPDATE lifecycle.users SET attributes = attributes - 'external_id' WHERE attributes->>'external_id' = 'shared' AND email = 'u4@example.com';
CALL lifecycle.roll_up_metrics();
SELECT agrees('a name that is no longer shared');
UPDATE lifecycle.users SET email = 'gone@example.com' WHERE email = 'U39@Example.com';
CALL lifecycle.roll_up_metrics();
SELECT isnt((SELECT count(*) FROM acts WHERE who IS NOT NULL AND user_id ILIKE 'u39@%'), 0::bigint, 'an address that is no longer two users''');
-- Its events were written otherwise than the address, where only a range finds them.
CALL lifecycle.roll_up_metrics(:'first');
SELECT agrees('is theirs again');
DELETE FROM lifecycle.users WHERE id IN (:'two', (SELECT id FROM lifecycle.users WHERE email = 'late@example.com'));
CALL lifecycle.roll_up_metrics();
CALL lifecycle.roll_up_metrics(:'first');
SELECT agrees('users who are deleted');
UPDATE lifecycle.users SET attributes = attributes || '{"plan": "pro"}', updated_at = now();
CALL lifecycle.roll_up_metrics();
SELECT is(run(), '0 in = 0 written + 0 unchanged; 0 deleted; 0 day(s) succeeded', 'other attributes touch no day');
SELECT is_empty('TABLE lifecycle.stale_metric_days', 'what was noted has been dealt with');

-- Rows that do not hold vanish, those of others stay.
INSERT INTO lifecycle.metrics_daily (metric_date, lifecycle_stage, metric_name, metric_value, dimensions) VALUES
  (:'first', 'Revenue', 'events_total', 7, '{"event_name": "never_happened"}'), (:'first', 'Revenue', 'events_total', 7, NULL),
  (:'first'::date - 400, 'Revenue', 'stage_entries', 7, '{}'), (:'first', 'all', 'revenue_eur', 12.5, '{}');
UPDATE lifecycle.metrics_daily SET metric_value = metric_value + 1 WHERE metric_date = :'last' AND metric_name = 'users_distinct' AND lifecycle_stage = 'all';
CALL lifecycle.roll_up_metrics(:'first'::date - 500, :'last');
SELECT is((SELECT metric_value FROM lifecycle.metrics_daily WHERE metric_name = 'revenue_eur'), 12.5, 'a metric of the user''s own is left alone');
DELETE FROM lifecycle.metrics_daily WHERE metric_name = 'revenue_eur';
SELECT agrees('what does not hold is put right');

-- All from nothing.
TRUNCATE lifecycle.metrics_daily;
CALL lifecycle.roll_up_metrics(:'first', :'last');
SELECT agrees('recomputable by days');
TRUNCATE lifecycle.metrics_daily, lifecycle.cuts;
SELECT set_config('TimeZone', 'America/New_York', false) \g /dev/null
CALL lifecycle.roll_up_metrics();
SET timezone = 'UTC';
SELECT agrees('and by nothing else than what is there, in any time zone');
UPDATE lifecycle.cuts SET system_identifier = 1;
INSERT INTO lifecycle.metrics_daily (metric_date, lifecycle_stage, metric_name, metric_value) VALUES (:'first'::date - 1, 'Revenue', 'stage_exits', 3);
CALL lifecycle.roll_up_metrics();
SELECT agrees('on another cluster everything is compared');

-- A month whose events have been archived keeps its figures; history goes on.
SELECT inhrelid::regclass AS archived FROM pg_inherits, pg_class c WHERE inhparent = 'lifecycle.events'::regclass AND c.oid = inhrelid
  AND pg_get_expr(c.relpartbound, c.oid) LIKE format('%%FROM (''%s%%', to_char(:'month'::timestamptz, 'YYYY-MM-DD')) \gset
CREATE TABLE kept AS TABLE stored;
ALTER TABLE lifecycle.events DETACH PARTITION :archived;
INSERT INTO lifecycle.user_lifecycle_history (user_id, from_stage, to_stage, transitioned_at)
  SELECT id, 'Acquisition', 'Referral', :'month'::timestamptz + interval '3 days' FROM lifecycle.users WHERE email = 'u1@example.com';
CALL lifecycle.roll_up_metrics(:'first', :'last');
SELECT bag_eq($$SELECT * FROM stored WHERE metric_name ~ '^(events|users)_'$$, $$SELECT * FROM kept WHERE metric_name ~ '^(events|users)_'$$, 'figures of archived events stay');
SELECT bag_eq($$SELECT * FROM stored WHERE metric_name ~ '^stage_'$$, $$SELECT * FROM oracle WHERE metric_name ~ '^stage_'$$, 'those of history follow it');

-- Errors.
SELECT fails_with('CALL lifecycle.roll_up_metrics(''2025-03-02'', ''2025-03-01'')', '22023: roll_up_metrics() needs two dates in their order, or none%2025-03-02 and until_date 2025-03-01.%', 'dates in the wrong order');
SELECT fails_with('CALL lifecycle.roll_up_metrics(NULL, ''2025-03-01'')', '22023: %from_date null%', 'half a range');
SELECT fails_with('CALL lifecycle.roll_up_metrics(''-infinity'', ''2025-03-01'')', '22023: %from_date -infinity%', 'a range without a beginning');
SELECT fails_with('BEGIN; CALL lifecycle.roll_up_metrics()', '25001: CALL lifecycle.roll_up_metrics() must run outside a transaction block%', 'inside a transaction');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no more metrics' USING HINT = 'Let it be.'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON lifecycle.metrics_daily FOR EACH ROW EXECUTE FUNCTION refuse();
TRUNCATE lifecycle.metrics_daily, lifecycle.cuts;
SELECT fails_with('CALL lifecycle.roll_up_metrics()', 'P0001: roll_up_metrics failed: day ' || :'first' || E': no more metrics\nDETAIL: %\nHINT: Let it be.', 'an error in the work names the day');
SELECT is((SELECT status || ': ' || message FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'failed: day ' || :'first' || ': no more metrics', 'and is on record');
DROP TRIGGER refuse ON lifecycle.metrics_daily;
CALL lifecycle.roll_up_metrics();
SELECT bag_eq($$SELECT * FROM stored WHERE metric_name ~ '^stage_'$$, $$SELECT * FROM oracle WHERE metric_name ~ '^stage_'$$, 'once mended, the next run does all of it');
SELECT lifecycle._run_lock('roll_up_metrics', false) \g /dev/null
SELECT fails_with('CALL lifecycle.roll_up_metrics()', '55P03: roll_up_metrics: another run is at work%', 'two at once');

SELECT * FROM finish();
