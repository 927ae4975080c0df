-- set_lifecycle_stage(): legal or refused, with history and event whichever way a stage changes.
\ir ../lib/ledger_test.sql
SELECT plan(52);

-- A user's history in one line each, oldest first.
CREATE FUNCTION history(whose uuid) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', coalesce(from_stage, '-'), '>', to_stage, cause) FROM lifecycle.user_lifecycle_history WHERE user_id = whose
  ORDER BY transitioned_at, id
$$;
CREATE FUNCTION stage_events(whose uuid) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', event_type, event_data->>'from_stage', '>', event_data->>'to_stage', lifecycle_stage, event_data->>'cause')
  FROM lifecycle.lifecycle_events WHERE user_id = whose ORDER BY id
$$;

-- A new user starts anywhere.
INSERT INTO lifecycle.users (email, current_lifecycle_stage, created_at) VALUES ('ann@example.com', 'Acquisition', '2025-01-01') RETURNING id AS ann \gset
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('bob@example.com', 'Referral') RETURNING id AS bob \gset
SELECT results_eq(format('SELECT history(%L)', :'ann'), ARRAY['- > Acquisition created'], 'a user''s history begins with the user');
SELECT is((SELECT transitioned_at FROM lifecycle.user_lifecycle_history WHERE user_id = :'ann'), '2025-01-01', 'when the user was created');
SELECT results_eq(format('SELECT history(%L)', :'bob'), ARRAY['- > Referral created'], 'in whatever stage');
SELECT is_empty(format('SELECT stage_events(%L)', :'ann'), 'coming is no change of stage');

-- Legal moves.
SELECT isnt(lifecycle.set_lifecycle_stage(:'ann', 'Activation', 'first_project', '{"project": 7}'), NULL, 'a move returns its entry');
SELECT is((SELECT current_lifecycle_stage::text FROM lifecycle.users WHERE id = :'ann'), 'Activation', 'the user is in the stage');
SELECT cmp_ok((SELECT updated_at FROM lifecycle.users WHERE id = :'ann'), '>', (SELECT updated_at FROM lifecycle.users WHERE id = :'bob'), 'and updated');
SELECT results_eq(format('SELECT history(%L)', :'ann'), ARRAY['- > Acquisition created', 'Acquisition > Activation first_project'], 'history has the move and its cause');
SELECT is((SELECT metadata FROM lifecycle.user_lifecycle_history WHERE cause = 'first_project'), '{"project": 7}', 'and what was given beside');
SELECT results_eq(format('SELECT stage_events(%L)', :'ann'), ARRAY['stage_changed Acquisition > Activation Activation first_project'], 'and an event tells');
SELECT is((SELECT event_data - 'transitioned_at' FROM lifecycle.lifecycle_events WHERE user_id = :'ann'),
  (SELECT jsonb_build_object('history_id', id, 'from_stage', from_stage, 'to_stage', to_stage, 'cause', cause, 'metadata', metadata)
   FROM lifecycle.user_lifecycle_history WHERE cause = 'first_project'), 'with the entry''s values');
SELECT is((SELECT (event_data->>'transitioned_at')::timestamptz FROM lifecycle.lifecycle_events WHERE user_id = :'ann'),
  (SELECT transitioned_at FROM lifecycle.user_lifecycle_history WHERE cause = 'first_project'), 'and its time');
SELECT is((SELECT event_data->>'transitioned_at' LIKE '____-__-__T%+00:00' FROM lifecycle.lifecycle_events WHERE user_id = :'ann'), true, 'in UTC');
SELECT is(lifecycle.set_lifecycle_stage(:'ann', 'Activation'), NULL, 'a move to where the user is returns nothing');
SELECT is((SELECT count(*) FROM history(:'ann')), 2::bigint, 'and writes nothing');
SELECT isnt(lifecycle.set_lifecycle_stage(:'ann', 'Referral'), NULL, 'steps may be left out');
SELECT isnt(lifecycle.set_lifecycle_stage(:'ann', 'Retention', transitioned_at => clock_timestamp()), NULL, 'and gone back');

-- Refused.
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, %L)', :'ann', 'Acquisition'),
  E'23514: a user may not go from stage Retention to Acquisition\nDETAIL: User ' || :'ann'
  || E' is in Retention; from there lifecycle.lifecycle_transitions allows Activation, Revenue, Referral.\nHINT: INSERT INTO lifecycle.lifecycle_transitions%',
  'nobody is acquired twice');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, %L)', :'ann', 'revenue'),
  E'22023: "revenue" is not a lifecycle stage\nDETAIL: The stages are Acquisition, Activation, Retention, Revenue, Referral.\nHINT: Write it "Revenue".', 'a stage is written exactly');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, %L)', :'ann', 'Churned'), '22023: "Churned" is not a lifecycle stage%Use one of them%', 'an unknown stage');
SELECT fails_with('SELECT lifecycle.set_lifecycle_stage(''00000000-0000-0000-0000-000000000000'', ''Revenue'')',
  'P0002: there is no user 00000000-0000-0000-0000-000000000000%HINT: %', 'an unknown user');
SELECT fails_with('SELECT lifecycle.set_lifecycle_stage(NULL, ''Revenue'')', '22004: set_lifecycle_stage() needs a user, a stage and a cause%user_id is null.%', 'no user');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, NULL)', :'ann'), '22004: %stage is null.%', 'no stage');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, ''Revenue'', NULL)', :'ann'), '22004: %cause is null.%', 'no cause');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, ''Revenue'', transitioned_at => ''2025-06-01'')', :'ann'),
  E'22023: the move is before the user''s latest one\nDETAIL: User % is in Retention since %; the move to Revenue is given as of 2025-06-01 00:00:00+00.%', 'a move before the latest one');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, ''Revenue'', transitioned_at => ''infinity'')', :'ann'), '22023: the move is in the future%', 'a move in the future');
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, ''Revenue'', workflow_execution_id => ''00000000-0000-0000-0000-000000000000'')', :'ann'),
  '23503: there is no workflow execution 00000000-0000-0000-0000-000000000000%', 'an unknown execution');
SELECT is((SELECT count(*) FROM history(:'ann')), 4::bigint, 'what is refused leaves nothing');

-- Legal is what the table says.
DELETE FROM lifecycle.lifecycle_transitions WHERE from_stage = 'Retention' AND to_stage = 'Activation';
INSERT INTO lifecycle.lifecycle_transitions (from_stage, to_stage) VALUES ('Retention', 'Acquisition');
CALL lifecycle.install();
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, %L)', :'ann', 'Activation'), '23514: a user may not go%', 'a move taken out is refused, and install() does not bring it back');
SELECT isnt(lifecycle.set_lifecycle_stage(:'ann', 'Acquisition', 'reset'), NULL, 'a move put in is allowed');
SELECT throws_ok($$INSERT INTO lifecycle.lifecycle_transitions VALUES ('Retention', 'Nowhere')$$, '23514', NULL, 'a move leads from stage to stage');

-- By UPDATE.
UPDATE lifecycle.users SET current_lifecycle_stage = 'Revenue' WHERE id = :'ann';
SELECT is((SELECT array_agg(h) FROM history(:'ann') h)[6], 'Acquisition > Revenue direct', 'an UPDATE leaves history too');
SELECT is((SELECT count(*) FROM stage_events(:'ann')), 5::bigint, 'and an event');
UPDATE lifecycle.users SET current_lifecycle_stage = 'Revenue', attributes = '{"a": 1}' WHERE id = :'ann';
SELECT is((SELECT count(*) FROM history(:'ann')), 6::bigint, 'but not when the stage is the same');
SELECT is((SELECT count(*) FROM history(:'ann') h WHERE h ~ 'direct'), 1::bigint, 'a move by the function is not also direct');
BEGIN;
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('carla@example.com', 'Acquisition') RETURNING id AS carla \gset
UPDATE lifecycle.users SET current_lifecycle_stage = 'Activation' WHERE id = :'carla';
SELECT lifecycle.set_lifecycle_stage(:'carla', 'Retention') \g /dev/null
COMMIT;
SELECT results_eq(format('SELECT history(%L)', :'carla'), ARRAY['- > Acquisition created', 'Acquisition > Activation direct', 'Activation > Retention manual'],
  'all in the transaction that brought the user');

-- A transaction that brings history along.
BEGIN;
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('dan@example.com', 'Activation') RETURNING id AS dan \gset
INSERT INTO lifecycle.user_lifecycle_history (user_id, from_stage, to_stage, transitioned_at) VALUES
  (:'dan', NULL, 'Acquisition', '2025-02-01'), (:'dan', 'Acquisition', 'Activation', '2025-03-01');
COMMIT;
SELECT results_eq(format('SELECT history(%L)', :'dan'), ARRAY['- > Acquisition recorded', 'Acquisition > Activation recorded'], 'no entry is added to a history that is brought along');
-- One that brings it later, with numbers of its own, as pg_dump -a does.
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('flo@example.com', 'Revenue') RETURNING id AS flo \gset
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('gil@example.com', 'Referral') RETURNING id AS gil \gset
SELECT max(id) AS last FROM lifecycle.user_lifecycle_history \gset
INSERT INTO lifecycle.user_lifecycle_history (id, user_id, from_stage, to_stage, transitioned_at, cause) VALUES
  (:last, :'flo', NULL, 'Activation', '2025-02-01', 'created'), (:last + 1, :'flo', 'Activation', 'Revenue', '2025-03-01', 'manual'), (:last + 2, :'gil', NULL, 'Referral', '2025-04-01', 'created');
SELECT results_eq(format('SELECT history(%L)', :'flo'), ARRAY['- > Activation created', 'Activation > Revenue manual'], 'a first entry that comes later takes the place of the one made with the user');
SELECT results_eq(format('SELECT id, transitioned_at FROM lifecycle.user_lifecycle_history WHERE user_id = %L', :'gil'),
  format('VALUES (%s::bigint, ''2025-04-01''::timestamptz)', :last + 2), 'whoever had its number gets another, until their own comes');
DELETE FROM lifecycle.users WHERE id IN (:'flo', :'gil');
SELECT setval('lifecycle.user_lifecycle_history_id_seq', :last + 100) \g /dev/null
SELECT isnt(lifecycle.set_lifecycle_stage(:'dan', 'Retention', transitioned_at => '2025-03-01'), NULL, 'a move at the time of the latest one follows it');
SELECT is((SELECT to_stage::text FROM lifecycle.user_lifecycle_history WHERE user_id = :'dan' ORDER BY transitioned_at DESC, id DESC LIMIT 1), 'Retention', 'and is the latest');

-- The execution that moved the user may go, as its year is over.
INSERT INTO lifecycle.workflows (name, bpmn_xml) VALUES ('onboarding', '<definitions/>') RETURNING id AS workflow \gset
INSERT INTO lifecycle.workflow_executions (workflow_id, user_id) VALUES (:'workflow', :'bob') RETURNING id AS execution \gset
SELECT lifecycle.set_lifecycle_stage(:'bob', 'Revenue', 'workflow', workflow_execution_id => :'execution') \g /dev/null
SELECT is((SELECT workflow_execution_id FROM lifecycle.lifecycle_events WHERE user_id = :'bob'), :'execution', 'the event names the execution');
DELETE FROM lifecycle.workflow_executions;
SELECT is((SELECT workflow_execution_id FROM lifecycle.lifecycle_events WHERE user_id = :'bob'), NULL, 'until it is gone');
SELECT is((SELECT workflow_execution_id FROM lifecycle.user_lifecycle_history WHERE cause = 'workflow'), :'execution', 'history names it for ever');

-- Users may go, with their history, as long as no event is about them.
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('eve@example.com', 'Revenue') RETURNING id AS eve \gset
DELETE FROM lifecycle.users WHERE id = :'eve';
SELECT is_empty(format('SELECT history(%L)', :'eve'), 'a user''s history goes with the user');
BEGIN;
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('eve@example.com', 'Revenue');
DELETE FROM lifecycle.users WHERE email = 'eve@example.com';
COMMIT;
SELECT is((SELECT count(*) FROM lifecycle.user_lifecycle_history h WHERE NOT EXISTS (SELECT FROM lifecycle.users u WHERE u.id = h.user_id)), 0::bigint, 'also one that never was');

-- The funnel.
SELECT results_eq('SELECT step, stage, users, entered, completed, conversion FROM lifecycle.lifecycle_funnel ORDER BY step', $$VALUES
  (1, 'Acquisition', 0::bigint, 3::bigint, 3::bigint, 100.00), (2, 'Activation', 0, 3, 3, 100.00), (3, 'Retention', 2, 3, 0, 0.00),
  (4, 'Revenue', 2, 2, 0, 0.00), (5, 'Referral', 0, 2, 0, 0.00)$$, 'the funnel');
DELETE FROM lifecycle.user_lifecycle_history WHERE 'Referral' IN (from_stage, to_stage);
SELECT is((SELECT conversion FROM lifecycle.lifecycle_funnel WHERE stage = 'Referral'), NULL, 'no conversion where nobody entered');

-- Who moves users needs no more than the grants of docs/PLATFORM.md.
SELECT 'mover_' || pg_backend_pid() AS mover \gset
CREATE ROLE :mover;
GRANT USAGE ON SCHEMA lifecycle TO :mover;
SELECT fails_with(format('SELECT lifecycle.set_lifecycle_stage(%L, ''Retention'')', :'bob'), '42501: permission denied for table %', 'without them a role moves nobody', :'mover');
GRANT SELECT ON lifecycle.users, lifecycle.user_lifecycle_history, lifecycle.lifecycle_transitions, lifecycle.workflow_executions TO :mover;
GRANT UPDATE (current_lifecycle_stage, updated_at), INSERT ON lifecycle.users TO :mover;
GRANT INSERT ON lifecycle.user_lifecycle_history, lifecycle.lifecycle_events TO :mover;
GRANT USAGE ON SEQUENCE lifecycle.user_lifecycle_history_id_seq, lifecycle.lifecycle_events_id_seq TO :mover;
SELECT is(error_of(format('SELECT lifecycle.set_lifecycle_stage(%L, ''Retention'')', :'bob'), :'mover'), '', 'with them it does');
SELECT is(error_of('INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES (''hal@example.com'', ''Revenue'')', :'mover'), '', 'and brings users');
SELECT is(error_of(format('UPDATE lifecycle.users SET current_lifecycle_stage = ''Referral'' WHERE id = %L', :'bob'), :'mover'), '', 'or moves them by UPDATE');
DROP OWNED BY :mover;
DROP ROLE :mover;

SELECT * FROM finish();
