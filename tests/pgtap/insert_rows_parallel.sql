-- _insert_rows() of a query that several processes work on, as the first thing that its transaction writes.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(3);
CREATE TABLE source AS SELECT i AS id, md5(i::text) AS note FROM generate_series(1, 5000) i;
ANALYZE source;
CREATE TABLE target (id integer PRIMARY KEY, note text);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || query; END $$;
SELECT matches((SELECT string_agg(line, E'\n') FROM plan_of('SELECT id, note FROM source WHERE id % 2 = 0') line), 'Gather', 'the query is for several processes');
SELECT lifecycle._insert_rows('SELECT id, note FROM source WHERE id % 2 = 0', ARRAY['target']::regclass[]) AS counts \gset
SELECT is(:'counts'::text, '{2500,2500}', 'its rows are written');
SELECT results_eq('TABLE target ORDER BY 1', 'SELECT id, note FROM source WHERE id % 2 = 0 ORDER BY 1', '... as they are');
SELECT * FROM finish();
