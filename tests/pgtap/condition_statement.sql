-- Conditions in whole statements: rules from columns, long values out of line, cancelling, parallel workers, memory.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(15);

CREATE TABLE documents AS SELECT i AS id, jsonb_build_object('n', i, 'even', i % 2 = 0, 'name', 'name ' || i % 100) AS doc FROM generate_series(1, 20000) i;
CREATE TABLE rules AS SELECT i AS id, jsonb_build_object('==', jsonb_build_array('{"var": "name"}'::jsonb, 'name ' || i)) AS rule FROM generate_series(0, 199) i;
SELECT is((SELECT count(*) FROM documents, rules WHERE documents.id <= 1000 AND lifecycle.matches(rule, doc)), 1000::bigint, 'two hundred rules in turn');
SELECT is((SELECT count(*) FROM documents, LATERAL (SELECT jsonb_build_object('==', jsonb_build_array('{"var": "n"}'::jsonb, id)) AS rule) r WHERE lifecycle.matches(rule, doc)),
  20000::bigint, 'a rule of its own for every row');
PREPARE by_rule(jsonb) AS SELECT count(*) FROM documents WHERE lifecycle.matches($1, doc);
CREATE FUNCTION by_variable(rule jsonb) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN lifecycle.matches(rule, '{"n": 1}'); END $$;
SELECT is(array_agg(by_variable(jsonb_build_object('==', jsonb_build_array('{"var": "n"}'::jsonb, i))) ORDER BY i), '{f,t,f}', 'a variable''s rule is that of each call') FROM generate_series(0, 2) i;
SET plan_cache_mode = force_generic_plan;
CREATE TABLE first_ten AS EXECUTE by_rule('{"<=": [{"var": "n"}, 10]}');
CREATE TABLE even AS EXECUTE by_rule('{"var": "even"}');
SELECT is((SELECT count FROM first_ten) + (SELECT count FROM even), 10010::bigint, 'a parameter''s rule is that of each execution');
RESET plan_cache_mode;

-- Short, long, compressed and out-of-line values are one and the same.
CREATE TABLE stored (how text, rule jsonb, doc jsonb);
ALTER TABLE stored ALTER rule SET STORAGE EXTERNAL, ALTER doc SET STORAGE EXTERNAL;
INSERT INTO stored VALUES ('short', '{"==": [{"var": "a"}, 1]}', '{"a": 1}'),
  ('out of line', (SELECT jsonb_build_object('in', jsonb_build_array('{"var": "a"}'::jsonb, jsonb_agg(md5(i::text)) || '[1]')) FROM generate_series(1, 2000) i),
    (SELECT jsonb_object_agg(md5(i::text), i) || '{"a": 1}' FROM generate_series(1, 2000) i));
ALTER TABLE stored ALTER rule SET STORAGE MAIN, ALTER doc SET STORAGE MAIN;
INSERT INTO stored SELECT 'compressed', rule || '{}', doc || jsonb_build_object('pad', repeat('x', 100000)) FROM stored WHERE how = 'out of line';
SELECT ok(bool_and(lifecycle.matches(r.rule, d.doc)), 'however they are stored') FROM stored r, stored d;
SELECT ok(bool_and(lifecycle.matches('{"and": [{"==": [{"var": "user.a"}, 1]}, {"==": [{"var": "event.a"}, 1]}]}', u.doc, e.doc)), 'as user and event, too') FROM stored u, stored e;
SELECT is(lifecycle.jsonlogic('{"var": ""}', doc), doc, how || ': comes back as it is') FROM stored;

-- Parallel workers, each with programs of its own.
SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
  RETURN plan::text;
END
$$;
SELECT matches(pg_temp.plan($$SELECT count(*) FROM documents WHERE lifecycle.matches('{"var": "even"}', doc)$$), 'Workers Planned', 'workers take part');
SELECT is((SELECT count(*) FROM documents WHERE lifecycle.matches('{"and": [{"var": "even"}, {"<=": [{"var": "n"}, 5000]}, {">": [{"time.now": []}, {"time.ms": "2020-01-01"}]}]}', doc)), 2500::bigint, 'in parallel');
RESET max_parallel_workers_per_gather;

-- A long evaluation ends soon after it is cancelled.
SET lifecycle_ledger.max_condition_steps = 2000000000;
CREATE TABLE late (late interval);
CREATE TABLE long_list AS SELECT jsonb_agg(i) AS doc FROM generate_series(1, 200000) i;
SET statement_timeout = '100ms';
SELECT $statement$DO $do$ BEGIN
    PERFORM lifecycle.jsonlogic('{"map": [{"var": ""}, {"reduce": [[1, 2, 3, 4, 5, 6, 7, 8, 9], {"filter": [{"map": [{"var": "accumulator"}, {"+": [{"var": ""}, 1]}]}, true]}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]]}]}', doc) FROM long_list;
    INSERT INTO late VALUES ('1 hour'); -- done before it could be cancelled
  EXCEPTION WHEN query_canceled THEN
    INSERT INTO late VALUES (clock_timestamp() - statement_timestamp() - interval '100 ms');
  END $do$ $statement$ FROM generate_series(1, 5) \gexec
RESET statement_timeout;
SELECT ok(min(late) < interval '100 ms', format('cancelled in time (%s ms late)', round(extract(epoch FROM min(late)) * 1000))) FROM late;
RESET lifecycle_ledger.max_condition_steps;

-- Neither failing nor large evaluations keep memory.
CREATE FUNCTION pg_temp.resident() RETURNS bigint LANGUAGE sql AS $$ SELECT split_part(pg_read_file('/proc/self/statm'), ' ', 2)::bigint * 4 $$;
CREATE FUNCTION pg_temp.failing(calls int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE failed int := 0;
BEGIN
  FOR i IN 1..calls LOOP
    BEGIN
      IF i % 2 = 0 THEN
        PERFORM lifecycle.matches(jsonb_build_object('and', jsonb_build_array(jsonb_build_object('nothing' || i, repeat('x', 1000)))), '{}');
      ELSE
        PERFORM lifecycle.jsonlogic('{"text.matches": [{"cat": [{"var": "a"}, "x"]}, {"var": "none"}]}', jsonb_build_object('a', repeat('y', 5000)));
      END IF;
    EXCEPTION WHEN invalid_parameter_value THEN
      failed := failed + 1;
    END;
  END LOOP;
  RETURN failed;
END
$$;
SELECT pg_temp.failing(2000) AS warmed, pg_temp.resident() AS before \gset
SELECT is(pg_temp.failing(10000), 10000, 'ten thousand calls fail');
SELECT cmp_ok(pg_temp.resident() - :before, '<', 1024::bigint, 'and keep less than a megabyte');
CREATE FUNCTION pg_temp.large(calls int) RETURNS int LANGUAGE sql AS $$
  SELECT count(lifecycle.jsonlogic('{"cat": [{"var": "a"}, {"var": "a"}]}', jsonb_build_object('a', repeat('x', 20000000 + i)))) FROM generate_series(1, calls) i
$$;
SELECT pg_temp.large(1) AS warmed, pg_temp.resident() AS before \gset
SELECT pg_temp.large(3) AS again \gset
SELECT cmp_ok(pg_temp.resident() - :before, '<', 65536::bigint, 'large results leave nothing behind');
SELECT * FROM finish();
