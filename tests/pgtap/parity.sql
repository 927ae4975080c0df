-- parity_text() and parity_checksum() must be what plain SQL makes of the same rows: docs/PARITY.md has these expressions.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(35);
\ir include/every_type.psql
SET LOCAL intervalstyle = 'iso_8601';

CREATE FUNCTION pg_temp.plain_text(text) RETURNS text LANGUAGE sql AS $$ SELECT replace(replace($1, '\', '\\'), chr(31), '\x1F') $$;
CREATE FUNCTION pg_temp.plain_canonical_json(j jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE jsonb_typeof(j)
    WHEN 'object' THEN '{' || coalesce((SELECT string_agg(to_json(k)::text || ':' || pg_temp.plain_canonical_json(v), ',' ORDER BY k COLLATE "C")
      FROM jsonb_each(j) e (k, v)), '') || '}'
    WHEN 'array' THEN '[' || coalesce((SELECT string_agg(pg_temp.plain_canonical_json(v), ',' ORDER BY n)
      FROM jsonb_array_elements(j) WITH ORDINALITY e (v, n)), '') || ']'
    WHEN 'number' THEN trim_scale(j::text::numeric)::text
    ELSE j::text END
$$;
CREATE AGGREGATE pg_temp.plain_sum(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
CREATE FUNCTION pg_temp.plain_checksum(count bigint, sum numeric) RETURNS text LANGUAGE sql AS $$
  SELECT count || ':' || lpad(to_hex((mod(mod(coalesce(sum, 0), 18446744073709551616) + 27670116110564327424, 18446744073709551616)
    - 9223372036854775808)::bigint), 16, '0')
$$;
CREATE FUNCTION pg_temp.hash(line text) RETURNS numeric LANGUAGE sql AS $$ SELECT ('x' || left(md5(line), 16))::bit(64)::bigint::numeric $$;

-- Every type with an expression of its own.
CREATE TEMP TABLE plain AS SELECT id,
  concat_ws(chr(31), coalesce(c_bool::text, '\N'), coalesce(c_int2::text, '\N'), coalesce(c_int4::text, '\N'), coalesce(c_int8::text, '\N'),
    coalesce(c_float4::text, '\N'), coalesce(c_float8::text, '\N'), coalesce(trim_scale(c_numeric)::text, '\N'), coalesce(trim_scale(c_numeric2)::text, '\N'),
    coalesce(c_uuid::text, '\N'), coalesce(encode(c_bytea, 'hex'), '\N'), coalesce(c_cents::text, '\N')) AS numbers,
  concat_ws(chr(31), coalesce(pg_temp.plain_text(c_text), '\N'), coalesce(pg_temp.plain_text(c_varchar), '\N'), coalesce(pg_temp.plain_text(c_char::text), '\N'),
    coalesce(pg_temp.plain_text(c_name::text), '\N'), coalesce(pg_temp.plain_text(c_char1::text), '\N'), coalesce(pg_temp.plain_text(c_mood::text), '\N'),
    coalesce(pg_temp.plain_text(c_short), '\N'), coalesce(pg_temp.plain_text(CASE WHEN c_inet IS NOT NULL THEN format('%s', c_inet) END), '\N'), coalesce(c_oid::text, '\N'),
    coalesce(pg_temp.plain_text(c_int4range::text), '\N')) AS texts,
  concat_ws(chr(31), coalesce(c_date::text, '\N'), coalesce(to_char(c_time, 'HH24:MI:SS.US'), '\N'),
    coalesce(CASE WHEN isfinite(c_timestamp) THEN to_char(c_timestamp, 'YYYY-MM-DD"T"HH24:MI:SS.US') ELSE c_timestamp::text END, '\N'),
    coalesce(CASE WHEN isfinite(c_timestamptz) THEN to_char(c_timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE c_timestamptz::text END, '\N'),
    coalesce(c_interval::text, '\N')) AS times,
  extract(year FROM c_timestamp) > 0 AND extract(year FROM c_timestamptz) > 0 IS NOT FALSE AS common_era,
  concat_ws(chr(31), coalesce(pg_temp.plain_canonical_json(c_json::jsonb), '\N'), coalesce(pg_temp.plain_canonical_json(c_jsonb), '\N')) AS documents,
  coalesce((c_jsonb -> 'n')::numeric NOT BETWEEN -1e-6 AND 1e-6 AND (c_jsonb -> 'n')::numeric BETWEEN -1e20 AND 1e20, id NOT IN (7, 10)) AS plain_numbers
FROM every_type;

SELECT is_empty($$ SELECT p.id, p.numbers, lifecycle.parity_text(r) FROM plain p JOIN every_type t USING (id), LATERAL (SELECT c_bool, c_int2, c_int4, c_int8,
  c_float4, c_float8, c_numeric, c_numeric2, c_uuid, c_bytea, c_cents) r WHERE p.numbers <> lifecycle.parity_text(r) $$, 'numbers and fixed forms');
SELECT is_empty($$ SELECT p.id, p.texts, lifecycle.parity_text(r) FROM plain p JOIN every_type t USING (id), LATERAL (SELECT c_text, c_varchar, c_char, c_name,
  c_char1, c_mood, c_short, c_inet, c_oid, c_int4range) r WHERE p.texts <> lifecycle.parity_text(r) $$, 'texts');
SELECT is_empty($$ SELECT p.id, p.times, lifecycle.parity_text(r) FROM plain p JOIN every_type t USING (id), LATERAL (SELECT c_date, c_time, c_timestamp,
  c_timestamptz, c_interval) r WHERE common_era AND p.times <> lifecycle.parity_text(r) $$, 'times');
SELECT cmp_ok((SELECT count(*) FROM plain WHERE common_era), '>', 150::bigint, 'of most rows');
SELECT is_empty($$ SELECT p.id, p.documents, lifecycle.parity_text(r) FROM plain p JOIN every_type t USING (id), LATERAL (SELECT c_json, c_jsonb) r
  WHERE plain_numbers AND p.documents <> lifecycle.parity_text(r) $$, 'documents');
SELECT cmp_ok((SELECT count(*) FROM plain WHERE plain_numbers), '>', 80::bigint, 'of many rows');

SELECT is_empty(format('SELECT id FROM every_type WHERE lifecycle._parity_md5_columns(%L, %s) IS DISTINCT FROM md5(lifecycle._parity_text_columns(%1$L, %2$s))::uuid', array_agg(attname ORDER BY attnum), string_agg(quote_ident(attname), ', ' ORDER BY attnum)),
  'the MD5 of the text, straight') FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attnum > 0 AND NOT attisdropped;
SELECT is(lifecycle._parity_md5_columns('{a,b}', NULL::text, ''), md5('\N' || chr(31))::uuid, 'also of a row of nulls and nothing');

CREATE TEMP TABLE lines AS SELECT id, lifecycle.parity_text(t) AS line FROM every_type t;
SELECT is_empty($$ SELECT id FROM lines JOIN (SELECT lifecycle.parity_text(r) AS line, (r).id FROM (SELECT t AS r FROM every_type t OFFSET 0) s) x USING (id)
  WHERE lines.line IS DISTINCT FROM x.line $$, 'a formed record gives the same line');
SELECT is((SELECT count(*) FROM lines WHERE length(line) - length(replace(line, chr(31), '')) <> 39), 0::bigint, 'the separator occurs between columns only');
SELECT is((SELECT count(DISTINCT line) FROM lines), (SELECT count(*) FROM every_type), 'different rows have different lines');
SELECT is(lifecycle.parity_text(ROW(E'a\x1Fb'::text)) <> lifecycle.parity_text(ROW('a'::text, 'b'::text)), true, 'a separator in a value is not one');
SELECT is(lifecycle.parity_text(ROW('\N'::text)) || lifecycle.parity_text(ROW(NULL::text)), '\\N\N', 'nor is a marker');
SELECT is(lifecycle.parity_text(ROW(''::text)), '', 'an empty text is not null');

SET LOCAL timezone = 'Asia/Kolkata';
SET LOCAL datestyle = 'German';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = -10;
SELECT is_empty($$ SELECT id FROM lines JOIN (SELECT t.id, lifecycle.parity_text(t) AS line FROM every_type t) x USING (id)
  WHERE array_remove(string_to_array(lines.line, chr(31)), (string_to_array(lines.line, chr(31)))[30]) IS DISTINCT FROM
    array_remove(string_to_array(x.line, chr(31)), (string_to_array(x.line, chr(31)))[30]) $$, 'no setting of the session enters, but into a point');
RESET timezone;
RESET datestyle;
RESET intervalstyle;
RESET bytea_output;
RESET extra_float_digits;

-- Forms that plain SQL has no short expression for.
SELECT is(lifecycle.parity_text(ROW(ARRAY[[1.50, NULL], [2, 3.0]], ARRAY['a"b', E'c\\'], '{}'::text[])), E'[[1.5,null],[2,3]]\x1F["a\\"b","c\\\\"]\x1F[]', 'arrays');
SELECT is(lifecycle.parity_text(ROW(ROW(1.10, E'q\x1F', '2024-01-01Z')::pg_temp.pair)), '{"n":1.1,"the text":"q\u001f","at":"2024-01-01T00:00:00.000000Z"}', 'a composite');
SELECT is(lifecycle.parity_text(ROW(ARRAY['{"b": 1.0, "a": 2}'::jsonb], ARRAY['\xAB'::bytea])), E'[{"a":2,"b":1}]\x1F["ab"]', 'elements in their own forms');
SELECT is(lifecycle.parity_text(ROW(1e30::numeric, '1e30'::jsonb, 1e30::float8)), E'1000000000000000000000000000000\x1F1e+30\x1F1e+30', 'one number in three types');
SELECT is(lifecycle.parity_text(ROW(timestamptz '0044-03-15 00:00Z BC', 'infinity'::date, '-infinity'::timestamp)),
  E'0044-03-15T00:00:00.000000Z BC\x1Finfinity\x1F-infinity', 'distant times');
SELECT is(lifecycle.parity_text(NULL::every_type), NULL, 'null of null');

-- The checksum.
SELECT is(lifecycle.parity_checksum(v), '0:0000000000000000', 'of no values') FROM (SELECT ''::text AS v WHERE false) x;
SELECT is(lifecycle.parity_checksum(v), '1:900150983cd24fb0', 'of abc') FROM (VALUES ('abc')) x (v);
SELECT is(lifecycle.parity_checksum(v), '1:d41d8cd98f00b204', 'an empty value counts') FROM (VALUES ('')) x (v);
SELECT is(lifecycle.parity_checksum(v), '2:641edd71cbd301b4', 'a null does not') FROM (VALUES ('abc'), (NULL), ('')) x (v);
SELECT is(lifecycle.parity_checksum(line), pg_temp.plain_checksum(count(line), sum(pg_temp.hash(line))), 'of the random rows, as plain SQL has it') FROM lines;
SELECT is((SELECT lifecycle.parity_checksum(line ORDER BY id DESC) FROM lines), (SELECT lifecycle.parity_checksum(line ORDER BY md5(line)) FROM lines), 'in any order');
SELECT isnt((SELECT lifecycle.parity_checksum(line) FROM lines), (SELECT lifecycle.parity_checksum(line) FROM (TABLE lines UNION ALL (SELECT * FROM lines LIMIT 1)) x),
  'a doubled row is seen');
SELECT results_eq($$ SELECT id % 3, lifecycle.parity_checksum(line) FROM lines GROUP BY 1 ORDER BY 1 $$,
  $$ SELECT id % 3, pg_temp.plain_checksum(count(line), sum(pg_temp.hash(line))) FROM lines GROUP BY 1 ORDER BY 1 $$, 'by group');
SELECT results_eq($$ SELECT lifecycle.parity_checksum(line) OVER (ORDER BY id) FROM lines WHERE id < 20 $$,
  $$ SELECT pg_temp.plain_checksum(count(line) OVER w, sum(pg_temp.hash(line)) OVER w) FROM lines WHERE id < 20 WINDOW w AS (ORDER BY id) $$, 'as a window aggregate');

-- In parallel: the workers' states are combined.
CREATE TABLE public.parity_rows AS SELECT i AS id, md5(i::text) AS name, i * 0.10 AS amount FROM generate_series(1, 30000) i;
ALTER TABLE public.parity_rows SET (parallel_workers = 2);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT ok((SELECT bool_or(p LIKE '%Partial Aggregate%') FROM pg_temp.plan_of('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM public.parity_rows r') p),
  'a parallel plan aggregates in the workers');
CREATE TEMP TABLE in_parallel AS SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) AS checksum FROM public.parity_rows r;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is((SELECT checksum FROM in_parallel), (SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM public.parity_rows r), 'and gives the same');
SELECT is((SELECT checksum FROM in_parallel), (SELECT pg_temp.plain_checksum(count(*), sum(pg_temp.hash(concat_ws(chr(31), id, name, trim_scale(amount))))) FROM public.parity_rows),
  'as does plain SQL');

SELECT is((SELECT count(*) FROM pg_proc WHERE pronamespace = 'lifecycle'::regnamespace AND proname ~ '^_?parity_(checksum|text)' AND proparallel <> 's'), 0::bigint, 'all of it is parallel safe');
SELECT is((SELECT count(*) FROM pg_proc p WHERE pronamespace = 'lifecycle'::regnamespace AND proname ~ '^_?(parity|ndjson|payload|stable_horizon|expand_row)'
  AND obj_description(oid, 'pg_proc') IS NULL), 0::bigint, 'all of it has a comment');

SELECT * FROM finish();
ROLLBACK;
