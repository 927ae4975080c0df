-- csv_line(): COPY reads every value back as it was and, where the forms are the same, would have written the same line.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(33);
\ir include/every_type.psql
\set directory `mktemp -d /tmp/csv_line.XXXXXX`
\set ours :directory /ours.csv
\set copied :directory /copied.csv
\setenv OURS :ours
\setenv COPIED :copied

-- Another type of one's own with a cast to json, arrays with bounds and of awkward texts, and a delimiter other than the comma.
CREATE TYPE pg_temp.hue AS ENUM ('red', 'null', 'a,b', '');
CREATE FUNCTION pg_temp.hue_to_json(pg_temp.hue) RETURNS json LANGUAGE sql AS $$ SELECT json_build_object('hue', $1::text) $$;
CREATE CAST (pg_temp.hue AS json) WITH FUNCTION pg_temp.hue_to_json(pg_temp.hue);
CREATE TYPE pg_temp.nest AS (parts pg_temp.pair[], label text, hues pg_temp.hue[]);
CREATE TEMP TABLE awkward (id int PRIMARY KEY, texts text[], nest pg_temp.nest, boxes box[], hue pg_temp.hue, bounds int[], bytes bytea[], days date[]);
INSERT INTO awkward VALUES
  (1, ARRAY['', NULL, 'null', 'NULL', 'NuLl', 'nul', 'a"b', 'a\b', 'a,b', '{a}', ' a', E'a\nb', E'a\tb', '(a)', ';', E'\x1F'], NULL, '{(1,1),(0,0);(3,3),(2,2)}', '',
    '[-1:0][7:7]={{1},{2}}', ARRAY['\x', '\x00ff22'::bytea], ARRAY['infinity', '0044-03-15 BC', '2024-02-29']::date[]),
  (2, '{}', ROW(ARRAY[ROW(1.50, E'a"b\\c,d(e)\n', '2024-01-01Z'), NULL, ROW(NULL, '', NULL)]::pg_temp.pair[], '', '{red,"null",NULL,"a,b",""}'), '{}', 'a,b', '{}', '{}', '{}'),
  (3, NULL, ROW(NULL, NULL, NULL), NULL, NULL, NULL, NULL, NULL),
  (4, '{{a,b},{"",NULL}}', ROW('{}', ' ', '{}'), NULL, 'null', '{{{1,2}},{{3,NULL}}}', NULL, NULL);

SELECT lifecycle.csv_line(t) FROM every_type t ORDER BY id \g (format=unaligned tuples_only=on) :ours
CREATE TEMP TABLE back (LIKE every_type);
SET LOCAL timezone = 'Asia/Kolkata';
SET LOCAL datestyle = 'German';
\set load '\\copy back FROM ' :ours ' CSV'
:load
RESET timezone;
RESET datestyle;
SELECT is((SELECT count(*) FROM back), (SELECT count(*) FROM every_type), 'every row is read back');
SELECT is_empty($$
  SELECT id, o.key, o.value AS original, b.value AS back
  FROM every_type t JOIN back k USING (id), LATERAL json_each_text(row_to_json(t)) o JOIN LATERAL json_each_text(row_to_json(k)) b USING (key)
  WHERE o.value IS DISTINCT FROM b.value AND key NOT IN ('c_json', 'c_jsonb') $$, 'every value is read back as it was');
SELECT is_empty('SELECT id FROM every_type t JOIN back b USING (id) WHERE t.c_jsonb IS DISTINCT FROM b.c_jsonb OR t.c_json::jsonb IS DISTINCT FROM b.c_json::jsonb',
  'documents are read back as the same value, a JSON null apart from a null');
SELECT is_empty('SELECT id FROM every_type t JOIN back b USING (id) WHERE t.c_ints::text IS DISTINCT FROM b.c_ints::text', 'the bounds of an array too');

SELECT lifecycle.csv_line(a) FROM awkward a ORDER BY id \g (format=unaligned tuples_only=on) :ours
CREATE TEMP TABLE awkward_back (LIKE awkward);
\set load '\\copy awkward_back FROM ' :ours ' CSV'
:load
SELECT results_eq('SELECT a::text FROM awkward_back a ORDER BY id', 'SELECT a::text FROM awkward a ORDER BY id', 'awkward arrays and composites');

-- Numbers, texts, identifiers and dates have one form in both.
\set write '\\copy (SELECT id, c_int2, c_int8, c_numeric, c_float4, c_float8, c_text, c_varchar, c_char, c_name, c_uuid, c_bytea, c_date, c_inet, c_oid, c_mood, c_texts, c_int4range, c_ints FROM every_type ORDER BY id) TO ' :copied ' CSV'
:write
SELECT lifecycle.csv_line(t) FROM (SELECT id, c_int2, c_int8, c_numeric, c_float4, c_float8, c_text, c_varchar, c_char, c_name, c_uuid, c_bytea, c_date, c_inet, c_oid, c_mood,
  c_texts, c_int4range, c_ints FROM every_type ORDER BY id) t \g (format=unaligned tuples_only=on) :ours
\set same `cmp "$OURS" "$COPIED" && echo true || echo false`
SELECT ok(:'same', 'the same bytes as COPY where the forms are the same');
\set write '\\copy (SELECT texts FROM awkward ORDER BY id) TO ' :copied ' CSV'
:write
SELECT lifecycle.csv_line(t) FROM (SELECT texts FROM awkward ORDER BY id) t \g (format=unaligned tuples_only=on) :ours
\set same `cmp "$OURS" "$COPIED" && echo true || echo false`
SELECT ok(:'same', 'the same array literals');

-- The forms themselves.
CREATE FUNCTION pg_temp.form(anyelement) RETURNS text LANGUAGE sql AS $$ SELECT lifecycle.csv_line(r) FROM (SELECT $1 AS v) r $$;
SELECT is(lifecycle.csv_line(r), ',"",0,"a,b","a""b",plain', 'null is empty, an empty text is in quotes') FROM (SELECT NULL::text, ''::text, 0, 'a,b'::text, 'a"b'::text, 'plain'::text) r;
SELECT is(pg_temp.form(E'a\r\nb'::text), E'"a\r\nb"', 'a line break stays, within quotes');
SELECT is(pg_temp.form('\.'::text), '"\."', 'COPY''s end of data, alone on its line, is in quotes');
SELECT is(pg_temp.form(' a '::text), ' a ', 'blanks are part of a value');
SELECT is(pg_temp.form(timestamptz '2024-07-01 12:34:56.5+02'), '2024-07-01T10:34:56.500000Z', 'timestamptz');
SELECT is(pg_temp.form(timestamptz '0044-03-15 00:00Z BC') || pg_temp.form(timestamptz '-infinity'), '0044-03-15T00:00:00.000000Z BC-infinity', 'distant times');
SELECT is(pg_temp.form(timestamp '2024-07-01 12:34:56') || ' ' || pg_temp.form(date '2024-07-01'), '2024-07-01T12:34:56.000000 2024-07-01', 'timestamp, date');
SELECT is(pg_temp.form(interval '1 day 2 hours'), 'P1DT2H', 'interval');
SELECT is(pg_temp.form(1.50::numeric) || pg_temp.form('NaN'::numeric), '1.50NaN', 'numeric');
SELECT is(pg_temp.form(0.1::float8) || pg_temp.form('-Infinity'::float8), '0.1-Infinity', 'float');
SELECT is(pg_temp.form(true) || pg_temp.form(false), 'truefalse', 'boolean');
SELECT is(pg_temp.form('\xDEadbeef'::bytea), '\xdeadbeef', 'bytea');
SELECT is(pg_temp.form('{"b": 1, "a": "x"}'::jsonb), '"{""a"":""x"",""b"":1}"', 'jsonb in canonical form, in quotes');
SELECT is(pg_temp.form('[]'::jsonb) || pg_temp.form('null'::jsonb), '[]null', 'jsonb that needs no quotes');
SELECT is(pg_temp.form('{"b": 1 }'::json), '"{""b"":1}"', 'json');
SELECT is(pg_temp.form(ARRAY[1, NULL]) || pg_temp.form('{}'::int[]), '"{1,NULL}"{}', 'arrays');
SELECT is(pg_temp.form(ARRAY['2024-01-01 12:00+02'::timestamptz]), '{2024-01-01T10:00:00.000000Z}', 'times within an array');
SELECT is(pg_temp.form(ROW(1.10, 'a,b', NULL)::pg_temp.pair), '"(1.10,""a,b"",)"', 'a composite');
SELECT is(pg_temp.form('a,b'::pg_temp.hue), '"a,b"', 'a type with a cast to json is its own text here');
SELECT is(lifecycle.csv_line(NULL::awkward), NULL, 'null of null');
SELECT is(lifecycle.csv_line(ROW()), '', 'a row without columns');

CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query;
END
$$;
SELECT ok((SELECT bool_or(line LIKE '%\_csv\_line\_columns(%') FROM pg_temp.plan_of('SELECT lifecycle.csv_line(t) FROM every_type t') p (line)),
  'a row of a table is not formed');
SELECT is_empty($$ SELECT id FROM every_type t JOIN (SELECT lifecycle.csv_line(r) AS line, (r).id FROM (SELECT t AS r FROM every_type t OFFSET 0) s) x USING (id)
  WHERE x.line IS DISTINCT FROM lifecycle.csv_line(t) $$, 'a record gives the same line');

SELECT is(length(lifecycle.csv_line(r)), 2 * 300000 + 2, 'a large text of quotes') FROM (SELECT repeat('"', 300000) AS v) r;
SET LOCAL lifecycle_ledger.max_document_bytes = 1024;
SELECT throws_ok($$ SELECT lifecycle.csv_line(r) FROM (SELECT repeat('x', 2000) AS v) r $$, '54000');
SELECT lives_ok($$ SELECT lifecycle.csv_line(r) FROM (SELECT repeat('x', 900) AS v) r $$, 'after an error the writer works on');

\! rm -r "${OURS%/*}"
SELECT * FROM finish();
ROLLBACK;
