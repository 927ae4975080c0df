-- ndjson(): every value is read back by PostgreSQL as it was, the line is the same however the row reaches the function,
-- and no setting of the session changes it.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(44);
\ir include/every_type.psql

-- Through OFFSET 0 the row arrives as a record that has been formed, else the planner hands over its columns.
CREATE TEMP TABLE lines AS SELECT t.id, lifecycle.ndjson(t) AS line FROM every_type t;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query;
END
$$;
CREATE FUNCTION pg_temp.is_expanded(query text) RETURNS boolean LANGUAGE sql AS
$$ SELECT count(*) FILTER (WHERE line LIKE '%\_ndjson\_columns(%') > 0 FROM pg_temp.plan_of(query) p (line) $$;

SELECT ok(pg_temp.is_expanded('SELECT lifecycle.ndjson(t) FROM every_type t'), 'a row of a table is not formed');
SELECT ok(NOT pg_temp.is_expanded('SELECT lifecycle.ndjson(r) FROM (SELECT t AS r FROM every_type t OFFSET 0) s'), 'a record is written as one');
SELECT is_empty($$ SELECT id FROM lines JOIN (SELECT lifecycle.ndjson(r) AS line, (r).id FROM (SELECT t AS r FROM every_type t OFFSET 0) s) x USING (id)
  WHERE lines.line IS DISTINCT FROM x.line $$, 'both ways give the same line');

SELECT is((SELECT count(*) FROM lines WHERE line ~ '[\x01-\x1f]'), 0::bigint, 'no line holds a line break or another control character');
SELECT is((SELECT count(*) FROM lines l JOIN every_type t USING (id) WHERE
    (json_populate_record(NULL::every_type, l.line::json)).c_numeric::text IS DISTINCT FROM t.c_numeric::text), 0::bigint, 'numerics keep their scale');
SELECT is_empty($$
  SELECT id, k.key, k.value AS ours, o.value AS original
  FROM lines l JOIN every_type t USING (id),
    LATERAL json_each_text(row_to_json(json_populate_record(NULL::every_type, l.line::json))) k
    JOIN LATERAL json_each_text(row_to_json(t)) o USING (key)
  WHERE k.value IS DISTINCT FROM o.value AND k.key NOT IN ('c_json', 'c_jsonb') $$, 'every value is read back as it was');
SELECT is_empty($$ SELECT id FROM lines l JOIN every_type t USING (id) WHERE l.line::jsonb -> 'c_jsonb' IS DISTINCT FROM coalesce(t.c_jsonb, 'null') $$,
  'jsonb is read back as the same value');
SELECT is_empty($$ SELECT id FROM lines l JOIN every_type t USING (id) WHERE (l.line::jsonb -> 'c_json')::text IS DISTINCT FROM coalesce(t.c_json::jsonb, 'null')::text $$,
  'json keeps its value');
SELECT is((SELECT line::json -> 'c_json' FROM lines WHERE id = 6)::text, '{"b":[1.0,"x y"],"a":{"":false}}', 'json loses only the space between tokens');
SELECT is_empty($$ SELECT id FROM lines l JOIN every_type t USING (id)
  WHERE (l.line::json -> 'c_jsonb')::text IS DISTINCT FROM coalesce(lifecycle.canonical_json(t.c_jsonb, exact => true), 'null') $$, 'jsonb in its canonical form');
SELECT is((SELECT array_agg(k ORDER BY n) FROM lines, json_object_keys(line::json) WITH ORDINALITY o (k, n) WHERE id = 0),
  (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attnum > 0), 'keys in column order');

-- The forms themselves.
CREATE FUNCTION pg_temp.form(anyelement) RETURNS text LANGUAGE sql AS
$$ SELECT regexp_replace(lifecycle.ndjson(r), '^\{"v":(.*)\}$', '\1') FROM (SELECT $1 AS v) r $$;
SELECT is(pg_temp.form(timestamptz '2024-07-01 12:34:56.5+02'), '"2024-07-01T10:34:56.500000Z"', 'timestamptz');
SELECT is(pg_temp.form(timestamp '2024-07-01 12:34:56'), '"2024-07-01T12:34:56.000000"', 'timestamp');
SELECT is(pg_temp.form(timestamptz '-infinity') || pg_temp.form(date 'infinity'), '"-infinity""infinity"', 'infinite times');
SELECT is(pg_temp.form(timestamptz '0044-03-15 00:00Z BC') || pg_temp.form(date '12024-01-01'), '"0044-03-15T00:00:00.000000Z BC""12024-01-01"', 'distant times');
SELECT is(pg_temp.form(time '01:02:03.4'), '"01:02:03.400000"', 'time');
SELECT is(pg_temp.form(interval '1 year 2 mons -3 days 4:05:06.7'), '"P1Y2M-3DT4H5M6.7S"', 'interval');
SELECT is(pg_temp.form(1.50::numeric) || pg_temp.form('NaN'::numeric) || pg_temp.form('-Infinity'::numeric), '1.50"NaN""-Infinity"', 'numeric');
SELECT is(pg_temp.form(0.1::float4) || pg_temp.form('Infinity'::float8), '0.1"Infinity"', 'floats');
SELECT is(pg_temp.form('\xdeadBEEF'::bytea), '"\\xdeadbeef"', 'bytea');
SELECT is(pg_temp.form('a'::char(3)), '"a  "', 'char(n)');
SELECT is(pg_temp.form(ARRAY[[1, 2], [3, NULL]]) || pg_temp.form('{}'::int[]), '[[1,2],[3,null]][]', 'arrays');
SELECT is(pg_temp.form(ARRAY['2024-01-01Z'::timestamptz]), '["2024-01-01T00:00:00.000000Z"]', 'times within an array');
SELECT is(pg_temp.form(ROW(1.10, E'q"', '2024-01-01Z')::pg_temp.pair), '{"n":1.10,"the text":"q\"","at":"2024-01-01T00:00:00.000000Z"}', 'a composite');
SELECT is(pg_temp.form(int4range(1, 5)) || pg_temp.form('10.0.0.1'::inet) || pg_temp.form(1::oid), '"[1,5)""10.0.0.1""1"', 'others by their output function');
SELECT is(lifecycle.ndjson(r), E'{"a\\"b\\n":1}', 'a key is escaped') FROM (SELECT 1 AS "a""b
") r;

-- No setting of the session enters.
SET LOCAL timezone = 'Asia/Kolkata';
SET LOCAL datestyle = 'German';
SET LOCAL intervalstyle = 'sql_standard';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = -10;
-- But those that some types' own output functions heed: a point holds floats.
SELECT is_empty($$ SELECT id FROM every_type t JOIN lines l USING (id)
  WHERE l.line::jsonb - 'c_point' IS DISTINCT FROM lifecycle.ndjson(t)::jsonb - 'c_point' $$, 'no setting of the session changes a line');
RESET timezone;
RESET datestyle;
RESET intervalstyle;
RESET bytea_output;
RESET extra_float_digits;

-- Where the planner may and may not put the columns in the row's place.
CREATE TEMP TABLE parent (a int, gone text, b text);
CREATE TEMP TABLE child (c int) INHERITS (parent);
INSERT INTO parent VALUES (1, 'x', 'one');
INSERT INTO child VALUES (2, 'x', 'two', 22);
ALTER TABLE parent DROP COLUMN gone;
ALTER TABLE parent ADD COLUMN d numeric DEFAULT 0.50;
SELECT set_eq('SELECT lifecycle.ndjson(p) FROM parent p', $$ VALUES ('{"a":1,"b":"one","d":0.50}'), ('{"a":2,"b":"two","d":0.50}') $$,
  'dropped, added and inherited columns');
SELECT is(lifecycle.ndjson(x), '{"a":1,"b":"one","d":0.50}', 'a table''s own names, whatever the alias says') FROM ONLY parent x (p, q, r);
SELECT is(lifecycle.ndjson(x), '{"p":1,"q":"one"}', 'a subquery''s names are its alias''s') FROM (SELECT a, b FROM ONLY parent) x (p, q);
SELECT results_eq($$ SELECT lifecycle.ndjson(r) FROM ONLY parent l LEFT JOIN parent r ON r.a = l.a + 5 $$, ARRAY[NULL::text], 'the missing side of an outer join is null');
SELECT results_eq($$ SELECT lifecycle.ndjson(r) FROM ONLY parent l LEFT JOIN (SELECT a, b FROM parent) r ON r.a = l.a + 5 $$, ARRAY[NULL::text],
  'and so is a subquery''s');
SELECT results_eq($$ SELECT (SELECT lifecycle.ndjson(r) FROM (SELECT l.a AS v) r) FROM ONLY parent l $$, ARRAY['{"v":1}'], 'a correlated row');
SELECT results_eq($$ SELECT lifecycle.ndjson(p) FROM parent p GROUP BY p ORDER BY 1 $$, ARRAY['{"a":1,"b":"one","d":0.50}', '{"a":2,"b":"two","d":0.50}'], 'a grouped row');
SELECT results_eq($$ SELECT lifecycle.ndjson(p) FROM parent p GROUP BY GROUPING SETS ((p), ()) ORDER BY 1 $$,
  ARRAY['{"a":1,"b":"one","d":0.50}', '{"a":2,"b":"two","d":0.50}', NULL], 'a grouping set''s null row');
SELECT is(lifecycle.ndjson(ROW(1, 'a'::text)), '{"f1":1,"f2":"a"}', 'a row constructor');
SELECT is(lifecycle.ndjson(NULL::parent), NULL, 'null of null');
SELECT results_eq($$ INSERT INTO parent VALUES (3, 'three') RETURNING lifecycle.ndjson(parent) $$, ARRAY['{"a":3,"b":"three","d":0.50}'], 'in RETURNING');
DO $$ BEGIN EXECUTE (SELECT format('CREATE TEMP TABLE wide AS SELECT %s', string_agg(i || ' AS c' || i, ',')) FROM generate_series(1, 300) i); END $$;
SELECT is(md5(lifecycle.ndjson(w)), md5(row_to_json(w)::text), 'more columns than a function has arguments') FROM wide w;

-- One expression that meets several row types, one of them changing under it.
CREATE FUNCTION pg_temp.one_expression() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  r record;
  query text;
BEGIN
  FOREACH query IN ARRAY ARRAY['SELECT 1 AS a', 'SELECT p FROM ONLY parent p WHERE a = 1', 'SELECT ''x''::text AS a, 2 AS b', 'SELECT 1 AS a',
      'ALTER TABLE parent RENAME COLUMN b TO bb', 'SELECT p FROM ONLY parent p WHERE a = 1'] LOOP
    IF query LIKE 'ALTER%' THEN
      EXECUTE query;
    ELSE
      EXECUTE query INTO r;
      RETURN NEXT lifecycle.ndjson(r);
    END IF;
  END LOOP;
END
$$;
SELECT results_eq('SELECT * FROM pg_temp.one_expression()', ARRAY['{"a":1}', '{"p":{"a":1,"b":"one","d":0.50}}', '{"a":"x","b":2}', '{"a":1}',
  '{"p":{"a":1,"bb":"one","d":0.50}}'], 'the row type may change from call to call');

-- A cast to json written in SQL, which itself writes a row: the two do not disturb each other.
CREATE FUNCTION pg_temp.mood_to_json(pg_temp.mood) RETURNS json LANGUAGE sql AS $$ SELECT lifecycle.ndjson(x)::json FROM (SELECT $1::text AS mood, 1.0 AS n) x $$;
CREATE CAST (pg_temp.mood AS json) WITH FUNCTION pg_temp.mood_to_json(pg_temp.mood);
SELECT is(lifecycle.ndjson(x), '{"before":"text","m":{"mood":"calm","n":1.0},"after":"text"}', 'a cast to json that writes rows itself')
  FROM (SELECT 'text' AS before, 'calm'::pg_temp.mood AS m, 'text' AS after) x;

SET LOCAL lifecycle_ledger.max_document_bytes = 1024;
SELECT throws_ok($$ SELECT lifecycle.ndjson(r) FROM (SELECT repeat('x', 2000) AS v) r $$, '54000');
SELECT lives_ok($$ SELECT lifecycle.ndjson(r) FROM (SELECT repeat('x', 900) AS v) r $$, 'after an error the writer works on');
RESET lifecycle_ledger.max_document_bytes;
SET LOCAL lifecycle_ledger.max_depth = 3;
SELECT throws_ok($$ SELECT lifecycle.ndjson(r) FROM (SELECT '[[[[1]]]]'::jsonb AS v) r $$, '54000');

SELECT * FROM finish();
ROLLBACK;
