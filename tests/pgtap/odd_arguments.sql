-- Internal functions in C that anybody may call, each argument in turn as it should not be: OIDs of nothing, relations of another kind, arrays that do not
-- fit, empty texts. The answer is an answer, or an error that says whose mistake it is: none that means damage (XX).
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();
CREATE TABLE plain (id integer PRIMARY KEY, t text);
CREATE VIEW a_view AS SELECT * FROM plain;
CREATE SEQUENCE a_sequence;
CREATE TYPE a_type AS (x integer);
CREATE TABLE parted (id integer, t text) PARTITION BY LIST (id);
CREATE TABLE odd_values (number bigint GENERATED ALWAYS AS IDENTITY, type text, value text);
INSERT INTO odd_values (type, value) SELECT type, value FROM (VALUES
  ('regclass', '{4294967295,0,a_view,a_sequence,plain_pkey,a_type,parted,plain}'::text[]), ('regclass[]', '{"{4294967295}","{a_view}","{plain}","{NULL}","{}"}'), ('oid', '{4294967295,0}'), ('xid', '{0,4294967295}'), ('cid', '{0}'),
  ('text', '{"",x,select 1,"{}"}'), ('text[]', '{"{}","{NULL}","{x,y}","{{x},{y}}"}'), ('name', '{x}'), ('jsonb', '{"{}","[]","1"}'), ('jsonb[]', '{"{NULL}"}'), ('json', '{"{}"}'), ('integer', '{0,-1,2147483647}'),
  ('bigint', '{0,-1}'), ('boolean', '{true}'), ('timestamp with time zone', '{infinity,2025-01-01}'), ('timestamp without time zone', '{infinity}'), ('date', '{infinity}'), ('bytea', '{""}'),
  ('uuid', '{00000000-0000-0000-0000-000000000000}'), ('uuid[]', '{"{NULL}"}')) v (type, examples), unnest(examples) value;
CREATE FUNCTION outcome(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE call;
  RETURN 'an answer';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
-- Of each function each argument with each value for its type, beside several choices for the others.
CREATE TABLE calls AS
  SELECT DISTINCT f.oid::regprocedure::text AS name, format('SELECT * FROM lifecycle.%I(%s)%s', f.proname,
      (SELECT string_agg(format('%L::%s', CASE WHEN a.place = swept.place THEN v.value ELSE (SELECT o.value FROM odd_values o WHERE o.type = format_type(a.type, NULL) ORDER BY o.number
            LIMIT 1 OFFSET beside % nullif((SELECT count(*) FROM odd_values o WHERE o.type = format_type(a.type, NULL)), 0)) END, format_type(a.type, NULL)), ', ' ORDER BY a.place)
        FROM unnest(f.proargtypes::oid[]) WITH ORDINALITY a(type, place)),
      CASE WHEN f.prorettype = 'record'::regtype AND f.proallargtypes IS NULL THEN ' AS r (a integer)' ELSE '' END) AS call
  FROM pg_proc f JOIN pg_language l ON l.oid = f.prolang CROSS JOIN LATERAL unnest(f.proargtypes::oid[]) WITH ORDINALITY swept(type, place)
    JOIN odd_values v ON v.type = format_type(swept.type, NULL) CROSS JOIN generate_series(0, 7) beside
  WHERE f.pronamespace = 'lifecycle'::regnamespace AND l.lanname = 'c' AND f.prokind = 'f' AND f.provariadic = 0 AND f.proname <> '_in_workers' AND has_function_privilege('public', f.oid, 'EXECUTE')
    AND NOT EXISTS (SELECT FROM unnest(f.proargtypes::oid[]) t JOIN pg_type y ON y.oid = t WHERE y.typtype = 'p') AND f.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype);
CREATE ROLE lifecycle_odd;
GRANT USAGE ON SCHEMA lifecycle, public TO lifecycle_odd;
GRANT SELECT ON calls TO lifecycle_odd;
GRANT ALL ON plain, a_view, a_sequence, parted TO lifecycle_odd;
SELECT ok(count(DISTINCT name) > 60 AND count(*) > 1500, 'functions and calls') FROM calls;
SET statement_timeout = '60s';
SET ROLE lifecycle_odd;
CREATE TEMP TABLE outcomes AS SELECT c.*, outcome(c.call) AS outcome FROM calls c;
RESET ROLE;
SELECT is((SELECT string_agg(outcome || ': ' || call, E'\n') FROM (SELECT outcome, min(call) AS call FROM outcomes WHERE outcome LIKE 'XX%' GROUP BY 1) o), NULL, 'none is taken for damage');
SELECT ok(count(*) > 5, 'what names no relation is told so') FROM (SELECT DISTINCT name FROM outcomes WHERE outcome LIKE '42P01 %4294967295%') o;
-- Functions that take any number of columns.
SELECT is(left(outcome('SELECT lifecycle.' || call), 5), '22023', call) FROM unnest(ARRAY['_ndjson_columns(''{a}'', 1, 2)', '_csv_line_columns(''{a,b}'', 1)', '_parity_text_columns(''{}'', 1)', '_parity_md5_columns(''{}'', 1)', '_ndjson_columns(''{a}'', VARIADIC ARRAY[1])']) call;
DROP OWNED BY lifecycle_odd;
DROP ROLE lifecycle_odd;
SELECT * FROM finish();
