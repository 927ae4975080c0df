-- Events inserted directly: the contract, one key an event over all months, changed_xid, whoever inserts.
\ir ../lib/ingest_fixture.sql
SELECT plan(47);
CREATE FUNCTION put(n bigint, at timestamptz DEFAULT '2026-01-15', who text DEFAULT 'u1', what text DEFAULT 'user_signed_up', props jsonb DEFAULT '{"a": 1}') RETURNS void LANGUAGE sql AS $$
  INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES (event_id(n), what, at, who, props) $$;
SELECT lifecycle._ensure_partition('lifecycle.events', m) FROM generate_series(timestamptz '2025-11-01', '2026-04-01', '1 month') m \g /dev/null

SELECT lives_ok('SELECT put(1)', 'an event is inserted');
SELECT results_eq('SELECT event_id, event_time, content FROM lifecycle.event_keys', $$SELECT event_id, event_time, lifecycle.event_content(event_name, event_time, user_id, properties) FROM lifecycle.events$$,
  '... and so is its key');
SELECT is((SELECT content FROM lifecycle.event_keys), lifecycle.fingerprint('{"event_name": "user_signed_up", "event_time": "2026-01-15T00:00:00.000000Z", "properties": {"a": 1}, "user_id": "u1"}'),
  'its content is the fingerprint of a documented object');
SELECT throws_ok('SELECT put(1)', '23505', NULL, 'the same event again is refused');
SELECT throws_ok('SELECT put(1, ''2026-02-15'')', '23505', 'event_id 0192e4a0-0000-7000-8000-000000000001 was used before', 'the same id in another month, too');
SELECT throws_ok('SELECT put(1, props => ''{"a": 2}'')', '23505', NULL, '... and with other properties');
SELECT throws_ok('SELECT put(1, who => ''u2'')', '23505', NULL, '... or of another user');
SELECT throws_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
  SELECT event_id(2), 'user_signed_up', t, 'u1', '{}' FROM (VALUES (timestamptz '2026-01-01'), ('2026-03-01')) v (t)$$, '23505', NULL, 'twice in one statement');
SELECT is((SELECT count(*) FROM lifecycle.event_keys), 1::bigint, 'what was refused leaves no key');
SELECT lives_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) SELECT event_id, event_name, event_time, user_id, properties FROM lifecycle.events
  ON CONFLICT DO NOTHING$$, 'ON CONFLICT DO NOTHING passes over the same event');
SELECT is((SELECT count(*) FROM lifecycle.events), 1::bigint, '... and stores nothing');
SELECT throws_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES (event_id(1), 'user_signed_up', '2026-01-15', 'u1', '{"a": 1}')
  ON CONFLICT (event_id, event_time) DO UPDATE SET user_id = 'x'$$, '55000', NULL, 'ON CONFLICT DO UPDATE is refused: it changes events');
BEGIN;
SELECT put(3);
SAVEPOINT s;
SELECT put(4);
ROLLBACK TO s;
SELECT put(4, '2026-02-02');
COMMIT;
SELECT is((SELECT count(*) FROM lifecycle.events WHERE event_id IN (event_id(3), event_id(4))), 2::bigint, 'an id whose insertion was rolled back is free');
SELECT is((SELECT count(*) FROM lifecycle.events e JOIN lifecycle.event_keys k USING (event_id, event_time)), (SELECT count(*) FROM lifecycle.event_keys), 'each key has its event');

-- The contract
SELECT throws_ok('SELECT put(10, what => ''is_active_user'')', '23514', NULL, 'a name the contract refuses');
SELECT throws_ok('SELECT put(10, props => ''{"churn_risk_score": 1}'')', '23514', NULL, 'a derived property');
SELECT throws_ok('SELECT put(10, props => ''[]'')', '23514', NULL, 'properties that are no object');
SELECT throws_ok('SELECT put(10, who => '' '')', '23514', NULL, 'no user');
SELECT throws_ok('SELECT put(10, at => now() + interval ''2 months'')', '23514', NULL, 'a time far ahead');
SELECT throws_ok('SELECT put(10, at => NULL)', NULL, NULL, 'no time');
SELECT throws_ok('SELECT put(10, at => ''2010-01-01'')', '23514', NULL, 'a time without a month to go to');
SELECT throws_ok('SELECT put(10, props => ''{"a": 1e400}'')', '22003', NULL, 'a number beyond a double');
SELECT throws_ok(format('SELECT put(10, props => %L)', repeat('{"a":', 1500) || '1' || repeat('}', 1500)), NULL, NULL, 'nesting beyond max_depth');
SELECT is((SELECT count(*) FROM lifecycle.event_keys WHERE event_id = event_id(10)), 0::bigint, 'none of it has taken a key');
SELECT lifecycle._partition_of('lifecycle.events', '2026-01-15') AS january \gset
SELECT throws_ok(format($$INSERT INTO %s VALUES (event_id(1), 'user_signed_up', '2026-01-16', 'u1', '{}')$$, :'january'), '23505', NULL, 'a partition is no way around the keys');
SELECT throws_ok(format($$INSERT INTO %s VALUES (event_id(11), 'userSignedUp', '2026-01-16', 'u1', '{}')$$, :'january'), '23514', NULL, '... nor around the contract');

-- COPY
\copy lifecycle.events (event_id, event_name, event_time, user_id, properties) FROM STDIN
0192e4a0-0000-7000-8000-000000000020	login_succeeded	2026-01-02 03:04:05+00	u1	{"a": "x\\ty"}
0192e4a0-0000-7000-8000-000000000021	login_succeeded	2026-02-02 03:04:05+00	u2	{}
\.
SELECT is((SELECT count(*) FROM lifecycle.event_keys WHERE event_id IN (event_id(20), event_id(21))), 2::bigint, 'COPY keeps the keys');
\set ON_ERROR_STOP 0
\copy lifecycle.events (event_id, event_name, event_time, user_id, properties) FROM STDIN
0192e4a0-0000-7000-8000-000000000022	login_succeeded	2026-01-02 03:04:05+00	u1	{}
0192e4a0-0000-7000-8000-000000000020	login_succeeded	2026-02-02 03:04:05+00	u1	{}
\.
\set ON_ERROR_STOP 1
SELECT is((SELECT count(*) FROM lifecycle.events WHERE event_id = event_id(22)), 0::bigint, '... and refuses a used id, with what came before it');

-- changed_xid
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties, changed_xid, received_at) VALUES (event_id(30), 'user_signed_up', '2026-01-15', 'u1', '{}', '3', '2026-01-16');
SELECT ok((SELECT changed_xid > '3' AND NOT pg_visible_in_snapshot(changed_xid, '5:5:') FROM lifecycle.events WHERE event_id = event_id(30)), 'changed_xid is the transaction''s, whatever is given');
SELECT is((SELECT received_at FROM lifecycle.events WHERE event_id = event_id(30)), '2026-01-16'::timestamptz, 'received_at is what is given');
BEGIN;
SELECT pg_current_snapshot() AS before \gset
SELECT put(31);
SAVEPOINT s;
SELECT put(32);
RELEASE s;
SELECT is((SELECT array_agg(DISTINCT changed_xid) FROM lifecycle.events WHERE event_id IN (event_id(31), event_id(32))), ARRAY[pg_current_xact_id()], 'a subtransaction''s rows have the transaction''s');
COMMIT;
SELECT is((SELECT count(*) FROM lifecycle.events WHERE pg_visible_in_snapshot(changed_xid, pg_current_snapshot()) AND NOT pg_visible_in_snapshot(changed_xid, :'before')), 2::bigint,
  'two snapshots tell what came between them');

-- Who may insert events needs nothing else
CREATE ROLE events_writer;
GRANT USAGE ON SCHEMA lifecycle TO events_writer;
GRANT INSERT ON lifecycle.events TO events_writer;
SET ROLE events_writer;
SELECT lives_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES ('0192e4a0-0000-7000-8000-000000000040', 'user_signed_up', '2026-01-15', 'u1', '{}')$$,
  'a role with INSERT on events alone inserts one');
SELECT throws_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES ('0192e4a0-0000-7000-8000-000000000040', 'user_signed_up', '2026-02-15', 'u1', '{}')$$,
  '23505', NULL, '... is told of a used id');
SELECT throws_ok('SELECT * FROM lifecycle.event_keys', '42501', NULL, '... and may not read the keys');
SELECT throws_ok('INSERT INTO lifecycle.event_keys VALUES (gen_random_uuid(), now(), gen_random_uuid())', '42501', NULL, '... nor write them');
RESET ROLE;

-- Keys that come by themselves, as in a dump of the data alone
INSERT INTO lifecycle.event_keys SELECT event_id(50), '2026-01-15', lifecycle.event_content('user_signed_up', '2026-01-15', 'u1', '{"a": 1}');
SELECT lives_ok('SELECT put(50)', 'an event whose very key is there without it is put back');
SELECT lives_ok('INSERT INTO lifecycle.event_keys SELECT * FROM lifecycle.event_keys', 'keys that are there already are passed over');
SELECT throws_ok('INSERT INTO lifecycle.event_keys SELECT event_id, event_time, gen_random_uuid() FROM lifecycle.event_keys LIMIT 1', '23505', NULL, '... but not such with other content');
INSERT INTO lifecycle.event_keys SELECT event_id(51), '2026-01-15', gen_random_uuid();
SELECT throws_ok('SELECT put(51)', '23505', NULL, 'an event whose key has other content is refused');
-- Tables that are attached with rows
CREATE TABLE lifecycle.old_month (LIKE lifecycle.events);
INSERT INTO lifecycle.old_month SELECT event_id(60 + n), 'user_signed_up', '2015-05-05', 'u1', jsonb_build_object('n', n), now(), '3' FROM generate_series(1, 3) n;
ALTER TABLE lifecycle.events ATTACH PARTITION lifecycle.old_month FOR VALUES FROM ('2015-05-01') TO ('2015-06-01');
SELECT is((SELECT count(*) FROM lifecycle.event_keys k JOIN lifecycle.old_month o USING (event_id, event_time) WHERE k.content = lifecycle.event_content(o.event_name, o.event_time, o.user_id, o.properties)),
  3::bigint, 'the events of a table that is attached have their keys');
SELECT throws_ok('SELECT put(61)', '23505', NULL, '... and their ids are used');
ALTER TABLE lifecycle.events DETACH PARTITION lifecycle.old_month;
ALTER TABLE lifecycle.events ATTACH PARTITION lifecycle.old_month FOR VALUES FROM ('2015-05-01') TO ('2015-06-01');
SELECT is((SELECT count(*) FROM lifecycle.events WHERE event_time < '2016-01-01'), 3::bigint, 'detached and attached again, they are what they were');
CREATE TABLE lifecycle.other_month (LIKE lifecycle.events);
INSERT INTO lifecycle.other_month SELECT event_id(61), 'user_signed_up', '2015-06-05', 'u1', '{"n": 1}', now(), '3';
SELECT throws_ok($$ALTER TABLE lifecycle.events ATTACH PARTITION lifecycle.other_month FOR VALUES FROM ('2015-06-01') TO ('2015-07-01')$$, '23505', NULL, 'a table with an id that is used cannot be attached');
TRUNCATE lifecycle.other_month;
INSERT INTO lifecycle.other_month SELECT event_id(70 + n), CASE n WHEN 2 THEN 'is_active_user' ELSE 'user_signed_up' END, '2015-06-05', 'u1', '{}', now(), '3' FROM generate_series(1, 3) n;
SELECT throws_like($$ALTER TABLE lifecycle.events ATTACH PARTITION lifecycle.other_month FOR VALUES FROM ('2015-06-01') TO ('2015-07-01')$$, 'events of the attached table lifecycle.other_month break the event contract',
  'nor one with events that break the contract');
SELECT is((SELECT count(*) FROM lifecycle.event_keys WHERE event_time = '2015-06-05'), 0::bigint, '... which leaves no keys');
INSERT INTO lifecycle.event_sources (source, enforcement) VALUES ('attached', 'warn');
SET lifecycle_ledger.event_source = 'attached';
SELECT lives_ok($$ALTER TABLE lifecycle.events ATTACH PARTITION lifecycle.other_month FOR VALUES FROM ('2015-06-01') TO ('2015-07-01')$$, 'but under a source that is only warned');
RESET lifecycle_ledger.event_source;
DROP OWNED BY events_writer;
DROP ROLE events_writer;
SELECT * FROM finish();
