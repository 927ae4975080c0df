-- _payload() must be jsonb_build_object(), byte for byte: over every type, edge and random values, every number of keys.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(28);
\ir include/every_type.psql

-- The stored bytes of a jsonb, so that padding and offsets are compared too and not only the value.
CREATE CAST (jsonb AS bytea) WITHOUT FUNCTION;

-- How many rows differ for the columns whose place in a shuffled order is between first and last.
CREATE FUNCTION pg_temp.differing(first int, last int, highest_id int DEFAULT 1000) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  names text;
  pairs text;
  columns text;
  result bigint;
BEGIN
  SELECT format('%L::text[]', array_agg(attname ORDER BY place)), string_agg(format('%L, %1$I', attname), ', ' ORDER BY place),
    string_agg(quote_ident(attname), ', ' ORDER BY place)
  INTO names, pairs, columns
  FROM (SELECT attname::text, row_number() OVER (ORDER BY md5(attname::text)) AS place FROM pg_attribute
    WHERE attrelid = 'every_type'::regclass AND attnum > 0) a
  WHERE place BETWEEN first AND last;
  EXECUTE format('SELECT count(*) FROM (SELECT lifecycle._payload(%s, %s) AS ours, jsonb_build_object(%s) AS theirs FROM every_type WHERE id <= %s) c
    WHERE ours::bytea IS DISTINCT FROM theirs::bytea OR ours::text <> theirs::text OR pg_column_size(ours) <> pg_column_size(theirs)',
    names, columns, pairs, highest_id) INTO result;
  RETURN result;
END
$$;
CREATE TEMP VIEW columns AS SELECT row_number() OVER (ORDER BY md5(attname::text))::int AS place, attname FROM pg_attribute
  WHERE attrelid = 'every_type'::regclass AND attnum > 0;

SELECT is(count(*), 40::bigint, 'a column of every kind, and the id') FROM columns;
SELECT is_empty('SELECT attname FROM columns WHERE pg_temp.differing(place, place) > 0', 'every column by itself');
SELECT is_empty('SELECT place FROM columns WHERE pg_temp.differing(1, place, 120) > 0', 'every number of columns, past the offset stride');
SELECT is_empty('SELECT place FROM columns WHERE pg_temp.differing(place, 40, 120) > 0', 'and from the other end');

SET LOCAL timezone = 'Asia/Kolkata';
SELECT is(pg_temp.differing(1, 40), 0::bigint, 'in a time zone other than UTC');
SET LOCAL timezone = '-03:30';
SELECT is(pg_temp.differing(1, 40), 0::bigint, 'in a zone that is an offset');
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'German';
SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = 0;
SELECT is(pg_temp.differing(1, 40), 0::bigint, 'with other output settings');
SET LOCAL extra_float_digits = -15;
SELECT is(pg_temp.differing(1, 40), 0::bigint, 'with the fewest float digits');
RESET datestyle;
RESET intervalstyle;
RESET bytea_output;
RESET extra_float_digits;

-- Doubles from every binary exponent.
SELECT is(count(*), 0::bigint, 'floats of every size') FROM (
  SELECT 2::float8 ^ e * (1 + pg_temp.draw(e, 'm') / 4294967296.0) AS f, (2::float8 ^ (e / 9) * 1.1)::float4 AS g FROM generate_series(-1070, 1022) e) x
  WHERE lifecycle._payload('{f,g}', f, g)::bytea <> jsonb_build_object('f', f, 'g', g)::bytea;
SELECT is(count(*), 0::bigint, 'whole numbers of every size') FROM (
  SELECT s * (10::numeric ^ e + d)::int8 AS n FROM generate_series(0, 18) e, generate_series(-12, 12) d, (VALUES (1), (-1)) v (s)) x
  WHERE lifecycle._payload('{n}', n)::bytea <> jsonb_build_object('n', n)::bytea;

SELECT is(lifecycle._payload('{b,a,"",ccc}', 1, 'x'::text, NULL::int, true), '{"": null, "a": "x", "b": 1, "ccc": true}'::jsonb, 'keys in jsonb''s order');
SELECT is(lifecycle._payload('{é,z,aa}', 1, 2, 3)::text, '{"z": 2, "aa": 3, "é": 1}', 'keys by bytes');
SELECT is(lifecycle._payload('{a}', 'unknown'), '{"a": "unknown"}'::jsonb, 'a literal without a type is text');
SELECT is(lifecycle._payload('{a}', '[1]'::jsonb || '2') -> 'a' -> 1, '2', 'a document inside is a document');

-- Names that are not a constant.
SELECT results_eq($$ SELECT lifecycle._payload(ARRAY['k' || i, 'a' || (i % 2)], i, -i) FROM generate_series(1, 20) i $$,
  $$ SELECT jsonb_build_object('k' || i, i, 'a' || (i % 2), -i) FROM generate_series(1, 20) i $$, 'names that change from row to row');
PREPARE named(text[]) AS SELECT lifecycle._payload($1, i, i * 2) FROM generate_series(1, 2) i;
SELECT results_eq($$ EXECUTE named('{x,y}') $$, $$ VALUES ('{"x":1,"y":2}'::jsonb), ('{"x":2,"y":4}') $$, 'names as a parameter');
SELECT results_eq($$ EXECUTE named('{q,p}') $$, $$ VALUES ('{"q":1,"p":2}'::jsonb), ('{"q":2,"p":4}') $$, 'and another one');

SELECT throws_ok($$ SELECT lifecycle._payload('{a,b,a}', 1, 2, 3) $$, '22023', 'a name of a payload occurs twice');
SELECT throws_ok($$ SELECT lifecycle._payload('{a,NULL}', 1, 2) $$, '22023', 'a name of a payload is null');
SELECT throws_ok($$ SELECT lifecycle._payload('{a}', 1, 2) $$, '22023', 'names and values of a payload differ in number');
SELECT throws_ok($$ SELECT lifecycle._payload(NULL, 1) $$, '22023', 'a payload needs names and its values one by one');
SELECT throws_ok($$ SELECT lifecycle._payload('{a,b}', VARIADIC ARRAY[1, 2]) $$, '22023', 'a payload needs names and its values one by one');
SELECT throws_ok($$ SELECT lifecycle._payload('{a}', repeat(repeat('x', 1000), 268436)) $$, '54000', 'string too long to represent as jsonb string');
SELECT throws_ok($$ SELECT lifecycle._payload('{a,b}', repeat(repeat('x', 1000), 200000), repeat(repeat('y', 1000), 100000)) $$, '54000',
  'total size of jsonb object elements exceeds the maximum of 268435455 bytes');

-- A type with a cast to json: the cast decides, and its errors arrive unchanged.
CREATE FUNCTION pg_temp.mood_to_json(pg_temp.mood) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  IF $1 = 'calm' THEN
    RAISE 'not while calm' USING ERRCODE = 'LL001';
  END IF;
  RETURN json_build_object('mood', $1::text);
END
$$;
CREATE CAST (pg_temp.mood AS json) WITH FUNCTION pg_temp.mood_to_json(pg_temp.mood);
SELECT is(lifecycle._payload('{m}', 'a "quoted" label'::pg_temp.mood)::text, '{"m": {"mood": "a \"quoted\" label"}}', 'a cast to json is used');
SELECT throws_ok($$ SELECT lifecycle._payload('{m}', 'calm'::pg_temp.mood) $$, 'LL001', 'not while calm');

-- In a parallel plan, and where one call outlives a change of the time zone.
SELECT is((SELECT proparallel::text || provolatile::text FROM pg_proc WHERE oid = 'lifecycle._payload(text[], "any")'::regprocedure), 'ss', 'stable, parallel safe');
CREATE FUNCTION pg_temp.at_zones(moment timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text := '';
  zone text;
BEGIN
  FOREACH zone IN ARRAY ARRAY['UTC', 'Europe/Paris', 'UTC'] LOOP
    PERFORM set_config('timezone', zone, true);
    result := result || lifecycle._payload('{t}', moment)::text;
  END LOOP;
  RETURN result;
END
$$;
SELECT is(pg_temp.at_zones('2024-07-01 12:00Z'), '{"t": "2024-07-01T12:00:00+00:00"}{"t": "2024-07-01T14:00:00+02:00"}{"t": "2024-07-01T12:00:00+00:00"}',
  'follows the session''s time zone');

SELECT * FROM finish();
ROLLBACK;
