-- Triggers: what may be written, what an event does to them, what they see, what a rehearsal says.
\ir ../lib/ledger_test.sql
SELECT plan(74);

CREATE FUNCTION add_user(name text, attributes jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
  VALUES (name || '@example.com', 'Acquisition', jsonb_build_object('external_id', name) || attributes) RETURNING id
$$;
CREATE FUNCTION add_event(name text, who text, properties jsonb DEFAULT '{}', age interval DEFAULT '0', received timestamptz DEFAULT now()) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties, received_at)
  VALUES (gen_random_uuid(), name, now() - age, who, properties, received) RETURNING event_id
$$;
CREATE FUNCTION add_trigger(name text, event_type text, conditions jsonb, workflow text DEFAULT NULL, max_age interval DEFAULT NULL) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO lifecycle.triggers (name, event_type, conditions, workflow_id, max_event_age)
  VALUES (name, event_type, conditions, (SELECT w.id FROM lifecycle.workflows w WHERE w.name = workflow), max_age) RETURNING id
$$;
-- What a trigger did, a line each: user, whether the condition held, state of the execution, note.
CREATE FUNCTION firings(trigger_name text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', coalesce(u.attributes ->> 'external_id', '-'), CASE WHEN e.condition_met THEN 'met' ELSE 'not' END, w.status, w.workflow_version, e.event_data ->> 'note')
  FROM lifecycle.trigger_executions e JOIN lifecycle.triggers t ON t.id = e.trigger_id LEFT JOIN lifecycle.users u ON u.id = e.user_id
    LEFT JOIN lifecycle.workflow_executions w ON w.id = e.workflow_execution_id
  WHERE t.name = trigger_name ORDER BY 1
$$;
CREATE FUNCTION last_accounts() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s = %s + %s + %s', rows_in, written, unchanged, dead) FROM lifecycle.pipeline_runs WHERE procedure = 'process_triggers' ORDER BY run_id DESC LIMIT 1
$$;

INSERT INTO lifecycle.workflows (name, bpmn_xml, status, version) VALUES ('welcome', '<definitions/>', 'active', '1.4.0'), ('sketch', '<definitions/>', 'draft', '0.1.0');
SELECT add_user('ann', '{"plan": "pro"}') AS ann, add_user('bob', '{"plan": "free"}') AS bob \gset

-- Nothing there: a run is a line in the log.
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '0 = 0 + 0 + 0', 'no trigger, nothing to do');

-- What may be written.
SELECT fails_with($$SELECT add_trigger('x', 'order_place', 'true')$$, '22023: unknown event type "order_place"%HINT: %', 'an event type that no event can have is refused');
SELECT fails_with($$SELECT add_trigger('x', 'user.signup', 'true')$$, '22023: unknown event type "user.signup"%', 'so is one of another spelling');
SELECT fails_with($$SELECT add_trigger('x', 'order_placed', '"yes"')$$, '22023: %condition%', 'a condition must be one');
SELECT fails_with($$SELECT add_trigger('x', 'order_placed', '{"and": [true, {"frob": [1]}]}')$$, '22023: %/and/1%', 'an unknown operator is refused with its place');
SELECT fails_with($$SELECT add_trigger('x', 'order_placed', ('[' || repeat('[', 2000) || repeat(']', 2000) || ']')::jsonb)$$, '22023: %', 'so is a list of anything');
SELECT fails_with($$SELECT add_trigger('x', 'order_placed', (repeat('{"!":', 2000) || 'true' || repeat('}', 2000))::jsonb)$$, '54000: %', 'so is one too deep');
SELECT fails_with($$SELECT add_trigger('x', 'order_placed', '[{"field": "plan", "operator": "is", "value": "pro"}]')$$, '22023: invalid condition%At /0: There is no operator "is"%', 'so is a list with an unknown operator');
SELECT fails_with($$SELECT add_trigger('x', 'order_placed', 'true', NULL, '-1 day')$$, '23514: %valid_max_event_age%', 'max_event_age is positive');
SELECT fails_with($$INSERT INTO lifecycle.triggers (name, event_type, conditions, operator) VALUES ('x', 'order_placed', '[]', 'XOR')$$, '22023: conditions cannot be joined by "XOR"%', 'the operator is AND or OR');
SELECT add_trigger('json', 'order_placed', '{"==": [{"var": "user.attributes.plan"}, "pro"]}', 'welcome') AS json \gset
SELECT add_trigger('list', 'order_placed', '[{"field": "plan", "operator": "equals", "value": "pro"}, {"property": "amount", "operator": "gte", "value": 10}, {"field": "email", "operator": "contains", "value": "EXAMPLE"}]') AS list \gset
SELECT is((SELECT rule FROM lifecycle.triggers WHERE name = 'json'), '{"==": [{"var": "user.attributes.plan"}, "pro"]}', 'a rule is taken as it is');
SELECT is((SELECT conditions -> 0 ->> 'field' FROM lifecycle.triggers WHERE name = 'list'), 'plan', 'a list is kept as it was written');
SELECT is((SELECT rule FROM lifecycle.triggers WHERE name = 'list'),
  '{"and": [{"===": [{"var": "user.attributes.plan"}, "pro"]}, {"!==": [{"var": "event.properties.amount"}, null]}, {">=": [{"var": "event.properties.amount"}, 10]},
    {"in": [{"text.lower": "EXAMPLE"}, {"text.lower": {"var": "user.email"}}]}]}', 'and has its rule beside it');
SELECT is((SELECT lifecycle._rule_of('{"operator": "or", "conditions": [{"field": "plan", "operator": "exists"}, {"field": "event.name", "operator": "exists"}]}', 'AND', 'trigger')),
  '{"or": [{"!==": [{"var": "user.attributes.plan"}, null]}, {"!==": [{"var": "event.name"}, null]}]}', 'a list may bring its operator');

SELECT is(lifecycle._rule_of('{}', 'AND', 'trigger'), 'true', 'no conditions always hold');

-- Before and after a trigger was enabled.
SELECT add_event('order_placed', 'ann', '{"amount": 20}', received => now() - interval '1 minute') \g /dev/null
SELECT add_event('order_placed', 'ann', '{"amount": 20}') \g /dev/null
SELECT add_event('order_placed', 'bob@EXAMPLE.com', '{"amount": 5}') \g /dev/null
SELECT add_event('order_placed', 'stranger', '{"amount": 50}') \g /dev/null
SELECT add_event('order_shipped', 'ann') \g /dev/null
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '6 = 6 + 0 + 0', 'each event of the name and each trigger, of what was received since the trigger was enabled');
SELECT results_eq($$SELECT firings('json')$$, ARRAY['- not no user is known as stranger', 'ann met pending 1.4.0', 'bob not'], 'a row either way; where it holds an execution, pinned to its version');
SELECT results_eq($$SELECT firings('list')$$, ARRAY['- not no user is known as stranger', 'ann met', 'bob not'], 'without a workflow nothing is started');
SELECT is((SELECT variables #>> '{event,properties,amount}' || ' ' || (variables #>> '{trigger,name}') FROM lifecycle.workflow_executions), '20 json', 'the execution knows what started it');
SELECT is((SELECT event_data - 'id' - 'time' - 'received_at' FROM lifecycle.trigger_executions WHERE workflow_execution_id IS NOT NULL),
  '{"kind": "event", "name": "order_placed", "user_id": "ann", "properties": {"amount": 20}}', 'the log has the event as the condition saw it');

-- Once.
CREATE TABLE before AS SELECT * FROM lifecycle.trigger_executions;
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '0 = 0 + 0 + 0', 'a second run finds nothing');
SELECT moved_at AS moved FROM lifecycle.cuts WHERE name = 'process_triggers' \gset
CALL lifecycle.process_triggers();
SELECT is((SELECT moved_at FROM lifecycle.cuts WHERE name = 'process_triggers'), :'moved', 'and writes nothing but its line in the log');
UPDATE lifecycle.cuts SET system_identifier = 1 WHERE name = 'process_triggers';
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '6 = 0 + 6 + 0', 'on another cluster all is looked at and nothing judged again');
DELETE FROM lifecycle.cuts;
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '6 = 0 + 6 + 0', 'so is it without any cut');
SELECT bag_eq('SELECT * FROM lifecycle.trigger_executions', 'SELECT * FROM before', 'each pair is there once');
-- A change to the conditions is none of the past.
UPDATE lifecycle.triggers SET conditions = 'true' WHERE name = 'json';
DELETE FROM lifecycle.cuts;
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM lifecycle.trigger_executions), 6::bigint, 'other conditions judge no event again');
SELECT is((SELECT rule FROM lifecycle.triggers WHERE name = 'json'), 'true', 'though the rule follows them');

-- Off and on.
UPDATE lifecycle.triggers SET enabled = false WHERE name = 'list';
SELECT add_event('order_placed', 'bob', '{"amount": 1}') \g /dev/null
CALL lifecycle.process_triggers();
UPDATE lifecycle.triggers SET enabled = true WHERE name = 'list';
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM firings('list')), 3::bigint, 'what comes while a trigger is off is not for it');
DELETE FROM lifecycle.cuts;
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM firings('list')), 3::bigint, 'even where everything is looked at');
SELECT is((SELECT count(*) FROM firings('json')), 4::bigint, 'the other one saw it');
SELECT enabled_at AS was FROM lifecycle.triggers WHERE name = 'list' \gset
UPDATE lifecycle.triggers SET name = 'list', conditions = 'true', enabled = true WHERE name = 'list';
SELECT is((SELECT enabled_at FROM lifecycle.triggers WHERE name = 'list'), :'was', 'enabled_at stays where nothing is enabled');
UPDATE lifecycle.triggers SET event_type = 'order_shipped' WHERE name = 'list';
SELECT cmp_ok((SELECT enabled_at FROM lifecycle.triggers WHERE name = 'list'), '>', :'was'::timestamptz, 'another event type is a new beginning');
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM firings('list')), 3::bigint, 'which does not reach back');

-- Old events.
SELECT add_trigger('recent', 'invoice_paid', 'true', 'welcome', '72 hours'), add_trigger('any age', 'invoice_paid', 'true') \g /dev/null
SELECT add_event('invoice_paid', 'ann', age => '80 hours') FROM generate_series(1, 10) \g /dev/null
SELECT add_event('invoice_paid', 'bob', age => '70 hours') \g /dev/null
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '22 = 12 + 10 + 0', 'events beyond max_event_age are passed over');
SELECT results_eq($$SELECT firings('recent')$$, ARRAY['bob met pending 1.4.0'], 'and start nothing');
SELECT is((SELECT count(*) FROM firings('any age')), 11::bigint, 'by other triggers they are judged');

-- Nobody else but the workflow stands in the way.
SELECT add_trigger('drafted', 'invoice_sent', '{"==": [{"var": "event.properties.n"}, 1]}', 'sketch') \g /dev/null
SELECT add_event('invoice_sent', 'ann', '{"n": 1}'), add_event('invoice_sent', 'bob', '{"n": 2}'), add_event('invoice_sent', 'stranger', '{"n": 1}') \g /dev/null
CALL lifecycle.process_triggers();
SELECT results_eq($$SELECT firings('drafted')$$, ARRAY['- met no user is known as stranger', 'ann met the workflow is draft: nothing was started', 'bob not'],
  'a workflow that is not active is not started; an event of nobody known is judged by itself');

-- Lifecycle events.
SELECT add_trigger('moved', 'stage_changed', '{"and": [{"==": [{"var": "event.properties.to_stage"}, "Activation"]}, {"==": [{"var": "event.event_data.cause"}, "test"]},
  {"==": [{"var": "event.lifecycle_stage"}, {"var": "user.current_lifecycle_stage"}]}, {"==": [{"var": "event.kind"}, "lifecycle_event"]}]}', 'welcome') \g /dev/null
SELECT lifecycle.set_lifecycle_stage(:'ann', 'Activation', 'test'), lifecycle.set_lifecycle_stage(:'bob', 'Referral', 'test') \g /dev/null
INSERT INTO lifecycle.lifecycle_events (event_type, event_data) VALUES ('stage_changed', NULL);
CALL lifecycle.process_triggers();
SELECT results_eq($$SELECT firings('moved')$$, ARRAY['- not the event names no user', 'ann met pending 1.4.0', 'bob not'], 'lifecycle events are events too');
-- Deleting an execution alters the event that names it; that is no new event.
UPDATE lifecycle.lifecycle_events SET workflow_execution_id = (SELECT id FROM lifecycle.workflow_executions LIMIT 1) WHERE user_id = :'ann';
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '1 = 0 + 1 + 0', 'an altered lifecycle event is not judged again');
INSERT INTO lifecycle.lifecycle_events (event_type, user_id) VALUES ('Strange Thing', :'ann');
SELECT lives_ok($$SELECT add_trigger('odd', 'Strange Thing', 'true')$$, 'whatever occurs among lifecycle events is a known type');

-- Keys go with time; what they no longer cover is not looked at.
SELECT add_event('invoice_paid', 'ann', received => now() - interval '40 days') \g /dev/null
UPDATE lifecycle.triggers SET enabled_at = now() - interval '50 days' WHERE name = 'any age';
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM firings('any age')), 11::bigint, 'what was received 35 days before the last run is not looked at');
INSERT INTO lifecycle.trigger_event_keys VALUES (gen_random_uuid(), false, now() - interval '36 days');
SELECT add_event('order_shipped', 'ann') \g /dev/null
CALL lifecycle.process_triggers();
SELECT is_empty($$SELECT * FROM lifecycle.trigger_event_keys WHERE received_at < now() - interval '35 days'$$, 'and its keys go');

-- Foreign keys hold though they are not checked row by row.
SELECT is_empty($$SELECT * FROM lifecycle.trigger_executions e WHERE NOT EXISTS (SELECT FROM lifecycle.triggers t WHERE t.id = e.trigger_id)
  OR (e.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM lifecycle.users u WHERE u.id = e.user_id))
  OR (e.workflow_execution_id IS NOT NULL AND NOT EXISTS (SELECT FROM lifecycle.workflow_executions w WHERE w.id = e.workflow_execution_id))$$, 'what is referred to is there');
SELECT isnt(lifecycle._firing_targets(), NULL, 'written in bulk');
SELECT throws_ok(format('DELETE FROM lifecycle.users WHERE id = %L', :'ann'), '23503', NULL, 'a user with firings cannot be deleted');
SET enable_seqscan = off;
SELECT is((SELECT count(*) FROM lifecycle.trigger_executions WHERE user_id = :'ann'), (SELECT count(*) FROM lifecycle.trigger_executions WHERE user_id || '' = :'ann'), 'indexes are complete');
RESET enable_seqscan;

-- A trigger or a foreign key of the user's own on these tables has its way.
CREATE TABLE audit (id uuid);
CREATE FUNCTION note_firing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.audit VALUES (NEW.id); RETURN NEW; END$$;
CREATE TRIGGER audit AFTER INSERT ON lifecycle.trigger_executions FOR EACH ROW EXECUTE FUNCTION note_firing();
SELECT is(lifecycle._firing_targets(), NULL, 'not written in bulk where rows would pass by a trigger');
SELECT add_event('order_placed', 'ann', '{"amount": 20}') \g /dev/null
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM audit), 1::bigint, 'which fires');
DROP TRIGGER audit ON lifecycle.trigger_executions;
CREATE TABLE versions (version varchar PRIMARY KEY);
INSERT INTO versions VALUES ('1.4.0');
ALTER TABLE lifecycle.workflow_executions ADD CONSTRAINT own FOREIGN KEY (workflow_version) REFERENCES versions (version);
SELECT is(lifecycle._firing_targets(), NULL, 'nor by a foreign key');
UPDATE lifecycle.workflows SET version = '2.0.0' WHERE name = 'welcome';
SELECT add_event('order_placed', 'ann', '{"amount": 20}') \g /dev/null
SELECT fails_with('CALL lifecycle.process_triggers()', '23503: process_triggers failed: %', 'which is checked');
SELECT is((SELECT status FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'failed', 'the failure is on record');
INSERT INTO versions VALUES ('2.0.0');
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM lifecycle.workflow_executions WHERE workflow_version = '2.0.0'), 1::bigint, 'and the next run goes on');
ALTER TABLE lifecycle.workflow_executions DROP CONSTRAINT own;

-- A condition that cannot take an event: the pair alone is dead.
SELECT add_trigger('heavy', 'list_sent', '{"some": [{"var": "event.properties.list"}, {">": [{"var": ""}, 4000]}]}', 'welcome') AS heavy, add_trigger('light', 'list_sent', 'true') \g /dev/null
SELECT add_event('list_sent', 'ann', jsonb_build_object('list', (SELECT jsonb_agg(i) FROM generate_series(1, 5000) i))), add_event('list_sent', 'bob', '{"list": [1]}') \g /dev/null
SET lifecycle_ledger.max_condition_steps = 1000;
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '4 = 3 + 0 + 1', 'what cannot be judged is dead, the rest is judged');
SELECT results_eq($$SELECT firings('light') UNION ALL SELECT firings('heavy')$$, ARRAY['ann met', 'bob met', 'bob not'], 'by the others it is');
SELECT is((SELECT concat_ws(' ', stage, source = (SELECT id::text FROM lifecycle.triggers WHERE name = 'heavy'), sqlstate, code, body::jsonb ->> 'user_id') FROM lifecycle.dead_letters),
  'triggers t 54000 condition.54000 ann', 'its dead letter has the event and the reason');
CALL lifecycle.process_triggers();
SELECT is(last_accounts(), '0 = 0 + 0 + 0', 'it is not tried again by itself');
CALL lifecycle.retry_dead_letters('triggers');
SELECT is((SELECT attempts || ' ' || (resolved_at IS NULL) FROM lifecycle.dead_letters), '2 true', 'a retry that fails counts');
RESET lifecycle_ledger.max_condition_steps;
CALL lifecycle.retry_dead_letters('triggers');
SELECT is((SELECT attempts || ' ' || (resolved_at IS NULL) FROM lifecycle.dead_letters), '3 false', 'one that does not resolves it');
SELECT results_eq($$SELECT firings('heavy')$$, ARRAY['ann met pending 2.0.0', 'bob not'], 'and fires');
CALL lifecycle.retry_dead_letters('triggers');
SELECT is((SELECT count(*) FROM firings('heavy')), 2::bigint, 'once');

-- A rehearsal.
SELECT add_trigger('planned', 'cart_emptied', '{"and": [{"==": [{"var": "user.attributes.plan"}, "pro"]}, {">": [{"var": "event.properties.n"}, 2]}]}', 'welcome', '1 day') AS planned \gset
UPDATE lifecycle.triggers SET enabled = false WHERE name = 'planned';
SELECT add_event('cart_emptied', 'ann', '{"n": 3}', '5 hours'), add_event('cart_emptied', 'ann', '{"n": 1}', '4 hours'), add_event('cart_emptied', 'bob', '{"n": 3}', '3 hours'),
  add_event('cart_emptied', 'stranger', '{"n": 3}', '2 hours'), add_event('cart_emptied', 'ann', '{"n": 3}', '40 hours'), add_event('cart_emptied', 'ann', '{"n": 3}', '90 days', now() - interval '90 days') \g /dev/null
SELECT results_eq(format($$SELECT user_id = %L, would_fire, why_not FROM lifecycle.simulate_trigger(%L, now() - interval '100 days', now())$$, :'ann', :'planned'),
  $$VALUES (true, true, NULL),
    (true, false, 'it was older than max_event_age when it was received'),
    (true, true, NULL),
    (true, false, 'the condition does not hold: {">": [{"var": "event.properties.n"}, 2]} where event.properties.n is 1'),
    (false, false, 'the condition does not hold: {"==": [{"var": "user.attributes.plan"}, "pro"]} where user.attributes.plan is "free"'),
    (NULL, false, 'the condition does not hold: {"==": [{"var": "user.attributes.plan"}, "pro"]} where user.attributes.plan is null')$$, 'a rehearsal says what would have been, and why not');
SELECT is((SELECT count(*) FROM lifecycle.simulate_trigger(:'planned', now() - interval '5 hours', now() - interval '4 hours')), 1::bigint, 'from a time up to another');
SELECT results_eq(format($$SELECT event_kind, would_fire FROM lifecycle.simulate_trigger(%L, '-infinity', 'infinity') ORDER BY 2$$, (SELECT id FROM lifecycle.triggers WHERE name = 'moved')),
  $$VALUES ('lifecycle_event', false), ('lifecycle_event', false), ('lifecycle_event', true)$$, 'of lifecycle events too, with users as they are now');
BEGIN;
SELECT count(*) FROM lifecycle.simulate_trigger(:'planned', '-infinity', 'infinity') \g /dev/null
SELECT is(pg_current_xact_id_if_assigned(), NULL, 'it writes nothing');
COMMIT;
SELECT is((SELECT count(*) FROM firings('planned')), 0::bigint, 'nothing fired');
SELECT fails_with($$SELECT * FROM lifecycle.simulate_trigger('00000000-0000-0000-0000-000000000000', now(), now())$$, 'P0002: there is no trigger 00000000%', 'an unknown trigger is an error');
SELECT fails_with(format('SELECT * FROM lifecycle.simulate_trigger(%L, now(), %L)', :'planned', '2020-01-01'), '22023: the times are not in their order%', 'so are times out of order');
SELECT fails_with(format('SELECT * FROM lifecycle.simulate_trigger(%L, NULL)', :'planned'), '22004: %from_time is null%', 'and null');

-- A user who is erased: events are redacted in place, and so come again; they are no new events.
SELECT count(*) AS firings_before FROM lifecycle.trigger_executions \gset
SELECT count(*) AS of_ann FROM lifecycle.trigger_executions WHERE user_id = :'ann' \gset
CALL lifecycle.erase_user(:'ann');
CALL lifecycle.process_triggers();
SELECT is((SELECT count(*) FROM lifecycle.trigger_executions), :firings_before::bigint, 'an erased user''s events are not judged again');
SELECT is((SELECT count(*) FROM lifecycle.trigger_executions WHERE user_id = :'ann' AND event_data = '{}'), :of_ann::bigint, 'and the log no longer says what they were');
SELECT is_empty($$SELECT * FROM lifecycle.workflow_executions w JOIN lifecycle.users u ON u.id = w.user_id WHERE u.email LIKE 'erased-%' AND w.variables <> '{}'$$, 'nor do executions');

-- Where it cannot run.
SELECT fails_with('BEGIN; CALL lifecycle.process_triggers(); COMMIT', '25001: %', 'not inside a transaction block');
SELECT is_empty('SELECT * FROM lifecycle.pipeline_runs WHERE rows_in <> written + unchanged + superseded + dead + held', 'every run adds up');
SELECT is_empty($$SELECT event_data ->> 'id', trigger_id FROM lifecycle.trigger_executions WHERE event_data <> '{}' GROUP BY 1, 2 HAVING count(*) > 1$$, 'no pair is there twice');
SELECT * FROM finish();
