-- The tables of the event contract: what users change acts at once and is undone by a rollback; install() leaves it alone; the
-- trigger on events holds the contract for every way in; sources that are warned only.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();

SELECT throws_ok($$SELECT lifecycle.event_problems('{}')$$, '42P01', 'the tables of lifecycle_ledger are not installed', 'before install()');
CALL lifecycle.install();

CREATE FUNCTION pg_temp.event(event_name text, properties jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('event_id', '0190f3a0-5b7e-7c3a-9f00-0123456789ab', 'event_name', event_name, 'event_time', '2025-01-31T08:30:00Z', 'user_id', 'u1', 'properties', properties)
$$;
CREATE FUNCTION pg_temp.accepts(event_name text) RETURNS boolean LANGUAGE sql AS $$ SELECT lifecycle.event_name_problem(event_name) IS NULL $$;
CREATE FUNCTION pg_temp.takes(key text) RETURNS boolean LANGUAGE sql AS $$ SELECT lifecycle.event_problems(pg_temp.event('project_created', jsonb_build_object(key, 1))) = '{}' $$;
CREATE FUNCTION pg_temp.version() RETURNS uuid LANGUAGE sql AS $$ SELECT version FROM lifecycle.event_contract_version $$;
CREATE FUNCTION pg_temp.raised(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws('|', state, message, detail, hint);
END
$$;

-- Verbs, words and rules of one's own.
SELECT ok(NOT pg_temp.accepts('ball_yote'), 'a verb nobody knows');
INSERT INTO lifecycle.event_verbs (past, base) VALUES ('yote', 'yeet');
SELECT ok(pg_temp.accepts('ball_yote'), 'is known once it has a row');
SELECT is(substring(lifecycle.event_name_problem('ball_yeet') FROM 'use "(.*)"'), 'ball_yote', 'and mends use it');
UPDATE lifecycle.event_verbs SET enabled = false WHERE past = 'yote';
SELECT ok(NOT pg_temp.accepts('ball_yote'), 'and no more when it is disabled');
INSERT INTO lifecycle.event_verbs (past, base, kind) VALUES ('sandboxed', 'sandboxed', 'none');
SELECT ok(NOT pg_temp.accepts('app_sandboxed'), 'a word that is no verb here');
INSERT INTO lifecycle.event_rules (applies_to, pattern, severity) VALUES ('event_name', 'checkout', 'allow'), ('event_name', 'legacy_*', 'allow');
SELECT ok(pg_temp.accepts('checkout'), 'an exception lifts what it matches wholly');
SELECT ok(NOT pg_temp.accepts('legacy_user_status'), 'one that matches it in part does not lift the need for an action');
INSERT INTO lifecycle.event_rules (applies_to, pattern, severity) VALUES ('property', 'engagement_score', 'allow');
SELECT ok(pg_temp.takes('engagement_score') AND NOT pg_temp.takes('daily_engagement_score_count') AND NOT pg_temp.takes('health_score'), 'an exception for a property');
UPDATE lifecycle.event_rules SET enabled = false WHERE applies_to = 'property' AND pattern = '+_bucket';
SELECT ok(pg_temp.takes('age_bucket'), 'a shipped rule disabled');
INSERT INTO lifecycle.event_rules (applies_to, pattern, code, reason) VALUES ('property', '*_<drug>_*', 'property.medical', 'is medical');
SELECT ok(pg_temp.takes('aspirin_taken'), 'a class without words matches nothing');
INSERT INTO lifecycle.event_words (class, word) VALUES ('drug', 'aspirin');
SELECT is(lifecycle.event_problems(pg_temp.event('project_created', '{"aspirins": 1}')), '{"property.medical at /properties/aspirins: \"aspirins\" is medical (rule *_<drug>_*)"}', 'a class of one''s own');
UPDATE lifecycle.event_rules SET enabled = true WHERE pattern = '#known_verb';
SELECT ok(NOT pg_temp.accepts('widget_frobnicated') AND pg_temp.accepts('project_created'), 'only known verbs, where that is wanted');
UPDATE lifecycle.event_rules SET enabled = false WHERE pattern IN ('#known_verb', '#action');
SELECT ok(pg_temp.accepts('user_status') AND NOT pg_temp.accepts('userStatus') AND NOT pg_temp.accepts('is_user'), 'no action asked for, the rest holds');
UPDATE lifecycle.event_rules SET enabled = true, severity = 'warning' WHERE pattern = '#action';
SELECT is(lifecycle.event_name_problem('user_status'), NULL, 'a warning is no problem');
SELECT is((SELECT concat_ws(' ', severity, code) FROM lifecycle._event_findings(pg_temp.event('user_status'))), 'warning event_name.state', 'it is a finding');
SELECT is(lifecycle._event_verdict(pg_temp.event('user_status')), 1::smallint, 'and a verdict of its own');
UPDATE lifecycle.event_rules SET severity = 'error' WHERE pattern = '#action';

-- Rules that cannot be compiled are refused where they are written.
SELECT is(pg_temp.raised($$INSERT INTO lifecycle.event_rules (applies_to, pattern) VALUES ('property', 'a-b')$$),
  '22023|"a-b" is no pattern of an event rule|"a-b" is neither a word nor <class>, + or *.|Join words (a-z, 0-9), <class>, + and * by "_", as in is_*_<person> or +_count.', 'a wrong pattern');
SELECT is(left(pg_temp.raised($$INSERT INTO lifecycle.event_words (class, word) SELECT 'class_' || translate(i::text, '0123456789', 'abcdefghij'), 'x' FROM generate_series(1, 64) i$$), 5), '54000', 'too many classes');
SELECT is(left(pg_temp.raised($$UPDATE lifecycle.event_verbs SET past = 'Sent' WHERE past = 'sent'$$), 5), '23514', 'a verb in capitals');
SELECT ok(pg_temp.accepts('invoice_sent'), 'nothing of that has stayed');

-- Undone with the subtransaction that did it.
SAVEPOINT s;
DELETE FROM lifecycle.event_verbs WHERE past = 'sent';
SELECT ok(NOT pg_temp.accepts('invoice_sent'), 'a verb deleted');
TRUNCATE lifecycle.event_rules;
SELECT ok(pg_temp.accepts('Anything At All'), 'no rules at all');
ROLLBACK TO s;
SELECT ok(pg_temp.accepts('invoice_sent') AND NOT pg_temp.accepts('Anything At All'), 'and back again');
DO $$
BEGIN
  FOR i IN 1 .. 20 LOOP
    IF pg_temp.accepts('ball_yote') THEN RAISE 'step %: too early', i; END IF;
    UPDATE lifecycle.event_verbs SET enabled = true WHERE past = 'yote';
    IF NOT pg_temp.accepts('ball_yote') THEN RAISE 'step %: too late', i; END IF;
    UPDATE lifecycle.event_verbs SET enabled = false WHERE past = 'yote';
  END LOOP;
END
$$;
SELECT pass('seen from one command to the next, in a loop');
DECLARE before CURSOR FOR SELECT lifecycle.event_name_problem('ball_yote') IS NULL FROM generate_series(1, 2);
UPDATE lifecycle.event_verbs SET enabled = true WHERE past = 'yote';
SELECT ok(pg_temp.accepts('ball_yote'), 'a verb enabled');
CREATE TEMP TABLE fetched (ok boolean);
DO $$ DECLARE c refcursor := 'before'; r boolean; BEGIN LOOP FETCH c INTO r; EXIT WHEN NOT FOUND; INSERT INTO fetched VALUES (r); END LOOP; END $$;
SELECT is((SELECT array_agg(ok) FROM fetched), '{f,f}', 'a cursor opened before that keeps its snapshot''s rules');

-- install() again: what users chose stays, what they deleted comes back, and nothing changes where nothing is missing.
CREATE TEMP TABLE kept AS SELECT pg_temp.version() AS version, (SELECT count(*) FROM lifecycle.event_verbs) AS verbs;
CALL lifecycle.install();
SELECT is(pg_temp.version(), version, 'install() again leaves the version alone') FROM kept;
SELECT ok(pg_temp.takes('age_bucket'), 'and a disabled rule disabled');
DELETE FROM lifecycle.event_verbs WHERE past = 'sent';
CALL lifecycle.install();
SELECT is((SELECT count(*) FROM lifecycle.event_verbs), verbs, 'a deleted row comes back') FROM kept;
SELECT isnt(pg_temp.version(), version, 'by which the version changes') FROM kept;
UPDATE kept SET version = pg_temp.version();
UPDATE lifecycle.event_verbs SET enabled = true WHERE false;
SELECT is(pg_temp.version(), version, 'a statement that changes nothing does not change it') FROM kept;

-- The trigger, on a table like events.
CREATE TABLE lifecycle.taken (event_id uuid, event_name text, event_time timestamptz, user_id text, properties jsonb, received_at timestamptz DEFAULT now());
CREATE TRIGGER contract BEFORE INSERT ON lifecycle.taken FOR EACH ROW EXECUTE FUNCTION lifecycle._event_contract_trigger();
SELECT is(pg_temp.raised($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'project_created', now(), 'u1', '{"plan_type": "pro"}')$$), 'nothing', 'a right event');
SELECT is(pg_temp.raised($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'user_status', now(), ' ', '{"a": [{"risk_score": 1}]}')$$),
  '23514|event breaks the contract: event_name.state at /event_name|event_name.state at /event_name: "user_status" names a state, not an action (rule #action).'
  || E'\nuser_id.empty at /user_id: the user_id is empty or blank.\nproperty.derived at /properties/a/0/risk_score: "risk_score" carries a prediction, which is derived from events (rule *_risk_<metric>).'
  || '|Use "user_status_changed" for /event_name.', 'a wrong one, with all that is wrong');
SELECT is(split_part(pg_temp.raised(format('INSERT INTO lifecycle.taken VALUES (%s)', row)), '|', 2), 'event breaks the contract: ' || code, code) FROM (VALUES
  ($$NULL, 'project_created', now(), 'u1', '{}'$$, 'event_id.missing at /event_id'), ($$gen_random_uuid(), NULL, now(), 'u1', '{}'$$, 'event_name.missing at /event_name'),
  ($$gen_random_uuid(), 'project_created', NULL, 'u1', '{}'$$, 'event_time.missing at /event_time'), ($$gen_random_uuid(), 'project_created', now(), NULL, '{}'$$, 'user_id.missing at /user_id'),
  ($$gen_random_uuid(), 'project_created', now(), 'u1', NULL$$, 'properties.missing at /properties'), ($$gen_random_uuid(), 'project_created', now(), 'u1', '[]'$$, 'properties.wrong_type at /properties'),
  ($$gen_random_uuid(), 'project_created', 'infinity', 'u1', '{}'$$, 'event_time.out_of_range at /event_time'), ($$gen_random_uuid(), 'project_created', '20000-01-01', 'u1', '{}'$$, 'event_time.out_of_range at /event_time'),
  ($$'00000000-0000-0000-0000-000000000000', 'project_created', now(), 'u1', '{}'$$, 'event_id.reserved at /event_id')) v (row, code);
SELECT is((SELECT count(*) FROM lifecycle.taken), 1::bigint, 'only the right one is in');
\copy lifecycle.taken (event_id, event_name, event_time, user_id, properties) FROM PROGRAM 'printf "0190f3a0-5b7e-7c3a-9f00-0123456789ab\tproject_created\t2025-01-31 08:30:00Z\tu1\t{}\n"'
SELECT is((SELECT count(*) FROM lifecycle.taken), 2::bigint, 'COPY');
SELECT is(left(pg_temp.raised($$COPY lifecycle.taken (event_id, event_name, event_time, user_id, properties) FROM PROGRAM
  'printf "0190f3a0-5b7e-7c3a-9f00-0123456789ac\tproject_created\t2025-01-31 08:30:00Z\tu1\t{}\n0190f3a0-5b7e-7c3a-9f00-0123456789ad\tuser_status\t2025-01-31 08:30:00Z\tu1\t{}\n"'$$), 5),
  '23514', 'a wrong line ends the COPY');
SELECT is((SELECT count(*) FROM lifecycle.taken), 2::bigint, 'of which nothing stays');

-- Nobody who writes events needs rights on the contract; nobody gets any by it.
CREATE ROLE event_writer;
GRANT USAGE ON SCHEMA lifecycle TO event_writer;
GRANT INSERT ON lifecycle.taken TO event_writer;
SET LOCAL ROLE event_writer;
SELECT lives_ok($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'project_created', now(), 'u1', '{}')$$, 'a role that may only insert');
SELECT is(left(pg_temp.raised($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'user_status', now(), 'u1', '{}')$$), 5), '23514', 'is held to the contract');
SELECT ok(NOT pg_temp.accepts('user_status'), 'and may ask');
SELECT is(left(pg_temp.raised('UPDATE lifecycle.event_rules SET enabled = false'), 5), '42501', 'but not change it');
RESET ROLE;

-- Sources that are warned only.
INSERT INTO lifecycle.event_sources (source, enforcement) VALUES ('legacy', 'warn');
SELECT is((SELECT array_agg(concat_ws(' ', severity, code)) FROM lifecycle._event_findings('{"event_id": "0190f3a0-5b7e-7c3a-9f00-0123456789ab", "event_name": "user_status", "event_time": "2025-01-31T08:30:00Z", "properties": {"risk_score": 1}}', source)),
  expected, 'findings of ' || coalesce(source, 'no source')) FROM (VALUES
  ('legacy', '{warning event_name.state,error user_id.missing,warning property.derived}'::text[]), ('direct', '{error event_name.state,error user_id.missing,error property.derived}'),
  ('unknown', '{error event_name.state,error user_id.missing,error property.derived}'), (NULL, '{error event_name.state,error user_id.missing,error property.derived}')) v (source, expected);
SELECT is(lifecycle._event_verdict(pg_temp.event('user_status'), source), verdict, 'verdict for ' || source) FROM (VALUES ('legacy', 1::smallint), ('direct', 2::smallint)) v (source, verdict);
SET LOCAL client_min_messages = error;
SET LOCAL lifecycle_ledger.event_source = 'legacy';
SELECT is(pg_temp.raised($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'user_status', now(), 'u1', '{"risk_score": 1}')$$), 'nothing', 'a naming problem only warns');
SELECT is(split_part(pg_temp.raised($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'user_status', now(), '', '{"risk_score": 1}')$$), '|', 3), 'user_id.empty at /user_id: the user_id is empty or blank.', 'structure does not');
SET LOCAL lifecycle_ledger.event_source = 'direct';
UPDATE lifecycle.event_sources SET enforcement = 'warn' WHERE source = 'direct';
SELECT is(pg_temp.raised($$INSERT INTO lifecycle.taken VALUES (gen_random_uuid(), 'user_status', now(), 'u1', '{}')$$), 'nothing', 'direct inserts, where they are warned only');

-- Wrong uses of the trigger.
CREATE TABLE public.other (event_id text, event_name text, event_time timestamptz, user_id text, properties jsonb);
CREATE TRIGGER wrong BEFORE INSERT ON public.other FOR EACH ROW EXECUTE FUNCTION lifecycle._event_contract_trigger();
SELECT is(left(pg_temp.raised($$INSERT INTO public.other VALUES ('x')$$), 60), '42804|table other has no column event_id of type uuid||Put t', 'a table of another shape');
DROP TRIGGER wrong ON public.other;
CREATE TRIGGER wrong AFTER INSERT ON public.other FOR EACH ROW EXECUTE FUNCTION lifecycle._event_contract_trigger();
SELECT is(left(pg_temp.raised($$INSERT INTO public.other VALUES ('x')$$), 5), '39P01', 'a trigger of another kind');
SELECT * FROM finish();
ROLLBACK;
