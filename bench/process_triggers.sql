-- A 200th of ROWS new events against twenty triggers, all of which listen to them; each form begins with empty tables. "loop": a PL/pgSQL
-- loop over events and triggers that interprets the conditions in PL/pgSQL too. "loop_matches": the loop with our matches().
-- "statement": one statement that joins, with matches() and INSERT.
\set path process_triggers
SELECT clock_timestamp() AS since \gset
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties, received_at)
  SELECT gen_random_uuid(), 'order_placed', now() - i * interval '1 second', 'user_' || 1 + (i * 7919::bigint + :round * 104729) % :contacts,
    jsonb_build_object('amount', i * 31 % 120, 'currency', 'EUR', 'items', i % 7, 'page', '/shop/' || i % 300), clock_timestamp() FROM generate_series(1, :rows / 200) i;
VACUUM ANALYZE lifecycle.events;
\set empty 'TRUNCATE bench.trigger_keys; TRUNCATE lifecycle.trigger_event_keys, lifecycle.workflow_executions CASCADE; CHECKPOINT;'
:empty
\set form loop_matches
\ir begin.sql
CALL bench.process_triggers(:'since', false);
\ir end.sql
:empty
\set form statement
\ir begin.sql
WITH events AS MATERIALIZED (
    SELECT e.event_id, e.event_name, e.user_id, jsonb_build_object('kind', 'event', 'id', e.event_id, 'name', e.event_name, 'time', e.event_time, 'received_at', e.received_at,
      'user_id', e.user_id, 'properties', e.properties) AS event FROM lifecycle.events e WHERE e.received_at >= :'since'),
  people AS MATERIALIZED (
    SELECT u.id, (u.attributes ->> 'external_id') COLLATE "C" AS external_id, jsonb_build_object('id', u.id, 'email', u.email, 'current_lifecycle_stage', u.current_lifecycle_stage,
      'attributes', u.attributes, 'created_at', u.created_at, 'updated_at', u.updated_at) AS person
    FROM lifecycle.users u WHERE (u.attributes ->> 'external_id') COLLATE "C" IN (SELECT user_id FROM events)),
  judged AS MATERIALIZED (
    SELECT e.event_id, e.event, t.id AS trigger_id, t.name, t.workflow_id, w.version, p.id AS user_id, lifecycle.matches(t.rule, p.person, e.event) AS met, gen_random_uuid() AS execution_id
    FROM events e JOIN lifecycle.triggers t ON t.event_type = e.event_name AND t.enabled JOIN lifecycle.workflows w ON w.id = t.workflow_id LEFT JOIN people p ON p.external_id = e.user_id),
  keys AS (INSERT INTO bench.trigger_keys SELECT event_id, trigger_id FROM judged),
  executions AS (
    INSERT INTO lifecycle.workflow_executions (id, workflow_id, user_id, variables, workflow_version)
    SELECT execution_id, workflow_id, user_id, jsonb_build_object('event', event, 'trigger', jsonb_build_object('id', trigger_id, 'name', name)), version FROM judged WHERE met)
INSERT INTO lifecycle.trigger_executions (trigger_id, user_id, event_data, condition_met, workflow_execution_id)
  SELECT trigger_id, user_id, event, met, CASE WHEN met THEN execution_id END FROM judged;
\ir end.sql
:empty
\set form loop
\ir begin.sql
CALL bench.process_triggers(:'since', true);
\ir end.sql
DROP VIEW IF EXISTS bench.firings;
CREATE VIEW bench.firings AS
  SELECT event_data ->> 'id' AS event_id, trigger_id, user_id, condition_met, workflow_execution_id IS NOT NULL AS started, event_data FROM lifecycle.trigger_executions;
CREATE TABLE bench.by_loop AS TABLE bench.firings;
:empty
\set form ours
\ir begin.sql
CALL lifecycle.process_triggers();
\ir end.sql
SELECT 'process_triggers,' || (count(*) = 0 AND (SELECT count(*) = :rows / 200 * 20 FROM bench.firings))
FROM ((TABLE bench.firings EXCEPT TABLE bench.by_loop) UNION ALL (TABLE bench.by_loop EXCEPT TABLE bench.firings)) d
\g |cat >>"$BENCH_CHECKED"
DROP TABLE bench.by_loop;
