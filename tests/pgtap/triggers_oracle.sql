-- process_triggers() against a plain loop, over rounds of events, in steps of a few.
\ir ../lib/ledger_test.sql
\ir ../lib/trigger_fixture.sql
SELECT plan(13);
SET lifecycle_ledger.chunk_rows = 100;
CREATE FUNCTION agree(name text) RETURNS text LANGUAGE sql AS $$SELECT bag_eq('SELECT * FROM firings', 'SELECT * FROM expected_firings', name)$$;

CALL add_round(400);
CALL expect_firings();
CALL lifecycle.process_triggers();
SELECT agree('the first run fires what a loop fires');
SELECT cmp_ok((SELECT chunks FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '>', 10, '... in many steps');
SELECT ok((SELECT bool_or(started) AND bool_or(condition_met AND NOT started) AND bool_or(NOT condition_met) AND bool_or(user_id IS NULL)
  AND count(DISTINCT kind) = 2 AND count(*) > 300 FROM firings), '... with all that can occur');
CALL add_round(300);
CALL expect_firings();
CALL lifecycle.process_triggers();
SELECT agree('so does the next');
-- As other steps, in one, and by plain INSERT.
SET lifecycle_ledger.chunk_rows = 1;
CALL add_round(50);
CALL expect_firings();
CALL lifecycle.process_triggers();
SELECT agree('an event at a time');
SET lifecycle_ledger.chunk_rows = 100000;
CALL add_round(500);
CALL expect_firings();
CALL lifecycle.process_triggers();
SELECT agree('all at once');
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER nothing BEFORE INSERT ON lifecycle.workflow_executions FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT is(lifecycle._firing_targets(), NULL, 'where rows must be inserted');
CALL add_round(300);
CALL expect_firings();
CALL lifecycle.process_triggers();
SELECT agree('they are the same');
-- Pair by pair, as after an error.
SELECT lifecycle._write_firings($$SELECT c.*, false AS known FROM ($$ || lifecycle._trigger_events('event', $$e.event_name = 'order_placed'$$) || $$) c$$,
  $$t.trigger_name = 'trigger 4'$$, 'false', ARRAY(SELECT id FROM lifecycle.triggers), true) \g /dev/null
SELECT bag_eq($$SELECT * FROM firings WHERE trigger_id = '00000000-0000-4000-8000-000000000104'$$,
  $$SELECT * FROM expected_firings WHERE trigger_id = '00000000-0000-4000-8000-000000000104' UNION ALL SELECT * FROM expected_firings WHERE trigger_id = '00000000-0000-4000-8000-000000000104'$$,
  'a careful run judges each as well');
DELETE FROM lifecycle.trigger_executions e WHERE trigger_id = '00000000-0000-4000-8000-000000000104'
  AND EXISTS (SELECT FROM lifecycle.trigger_executions o WHERE (o.trigger_id, o.event_data) = (e.trigger_id, e.event_data) AND o.id < e.id);

-- Restored elsewhere: everything is looked at, nothing judged again, what is new is found.
UPDATE lifecycle.cuts SET system_identifier = 1, seen = '999999999:999999999:' WHERE name = 'process_triggers';
CALL add_round(100);
CALL expect_firings();
CALL lifecycle.process_triggers();
SELECT agree('on another cluster too');
SELECT cmp_ok((SELECT unchanged FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '>', 300::bigint, '... by their keys');
CALL lifecycle.process_triggers();
SELECT is((SELECT rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 0::bigint, 'and then nothing is left');
SELECT is_empty('SELECT * FROM lifecycle.pipeline_runs WHERE rows_in <> written + unchanged + superseded + dead + held OR status <> ''succeeded''', 'every run adds up');
SELECT * FROM finish();
