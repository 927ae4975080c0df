-- What _indexable_condition() says of a rule holds for every row for which the rule holds: random rules and rows. And the
-- index answers it.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(9);
SELECT setseed(0.25) AS seeded \gset

CREATE FUNCTION pg_temp.pick(list text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT list[1 + floor(random() * array_length(list, 1))::int] $$;
-- Values that are equal to each other in all of JavaScript's ways.
CREATE FUNCTION pg_temp.scalars() RETURNS text[] LANGUAGE sql AS $$
  SELECT ARRAY['null', 'true', 'false', '0', '1', '5', '5.0', '1e2', '"pro"', '"free"', '"5"', '" 5 "', '""', '"a,b"', '"true"', '"null"',
    '"it''s \"x\" \\ é"', '"[object Object]"', '"0"', '"1"']
$$;
CREATE FUNCTION pg_temp.scalar() RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT pg_temp.pick(pg_temp.scalars())::jsonb $$;
CREATE FUNCTION pg_temp.value(depth int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  made jsonb;
  kind int := CASE WHEN depth = 0 THEN 9 ELSE floor(random() * 8) END;
BEGIN
  CASE kind
    WHEN 0, 1 THEN
      made := '[]';
      FOR i IN 1 .. floor(random() * 3) LOOP made := made || jsonb_build_array(pg_temp.value(depth - 1)); END LOOP;
    WHEN 2, 3 THEN
      made := '{}';
      FOR i IN 1 .. floor(random() * 4) LOOP made := made || jsonb_build_object(pg_temp.pick('{a,b,c,0,length,x y,it''s}'), pg_temp.value(depth - 1)); END LOOP;
    ELSE made := pg_temp.scalar();
  END CASE;
  RETURN made;
END
$$;
CREATE FUNCTION pg_temp.path() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT pg_temp.pick(ARRAY['user.attributes.a', 'user.attributes.a', 'user.attributes.b', 'user.attributes.c', 'user.attributes.a.b', 'user.attributes.b.0', 'user.attributes.a.length',
    'user.attributes.0', 'user.attributes.length', 'user.attributes.x y', 'user.attributes.it''s', 'user.attributes.', 'user.attributes', 'user.age', 'event.name', ''])
$$;
CREATE FUNCTION pg_temp.operand() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  CASE floor(random() * 10)
    WHEN 0 THEN RETURN jsonb_build_object('var', jsonb_build_array(pg_temp.path(), pg_temp.scalar()));
    WHEN 1, 2, 3, 4 THEN RETURN jsonb_build_object('var', pg_temp.path());
    WHEN 5 THEN RETURN jsonb_build_object(pg_temp.pick('{cat,+,text.lower,-,max}'), jsonb_build_array(jsonb_build_object('var', pg_temp.path())));
    ELSE RETURN pg_temp.scalar();
  END CASE;
END
$$;
CREATE FUNCTION pg_temp.rule(depth int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  parts jsonb := '[]';
  var jsonb := jsonb_build_object('var', pg_temp.path());
BEGIN
  IF depth > 0 AND random() < 0.7 THEN
    FOR i IN 1 .. 1 + floor(random() * 3) LOOP parts := parts || jsonb_build_array(pg_temp.rule(depth - 1)); END LOOP;
    RETURN CASE floor(random() * 6) WHEN 0 THEN jsonb_build_object('!', parts -> 0) WHEN 1 THEN jsonb_build_object('!!', jsonb_build_array(parts -> 0))
      WHEN 2 THEN jsonb_build_object('if', parts) WHEN 3 THEN jsonb_build_object('or', parts) ELSE jsonb_build_object('and', parts) END;
  END IF;
  CASE floor(random() * 9)
    WHEN 0 THEN
      FOR i IN 1 .. floor(random() * 4) LOOP parts := parts || jsonb_build_array(pg_temp.scalar()); END LOOP;
      RETURN jsonb_build_object('in', jsonb_build_array(var, parts));
    WHEN 1 THEN RETURN jsonb_build_object('in', jsonb_build_array(pg_temp.scalar(), var));
    WHEN 2 THEN RETURN jsonb_build_object('missing', jsonb_build_array(pg_temp.path()));
    WHEN 3 THEN RETURN var;
    WHEN 4 THEN RETURN jsonb_build_object(pg_temp.pick('{some,all,none}'), jsonb_build_array(var, jsonb_build_object('==', jsonb_build_array('{"var": ""}'::jsonb, pg_temp.scalar()))));
    WHEN 5 THEN RETURN jsonb_build_object(pg_temp.pick('{<,<=,>,>=}'), jsonb_build_array(pg_temp.operand(), pg_temp.operand()));
    WHEN 6 THEN RETURN jsonb_build_object(pg_temp.pick('{<,<=}'), jsonb_build_array(pg_temp.scalar(), pg_temp.operand(), pg_temp.scalar()));
    ELSE RETURN jsonb_build_object(pg_temp.pick('{==,===,==,===,!=,!==}'), CASE WHEN random() < 0.5 THEN jsonb_build_array(var, pg_temp.scalar())
      ELSE jsonb_build_array(pg_temp.operand(), pg_temp.operand()) END);
  END CASE;
END
$$;

CREATE TABLE users AS SELECT CASE WHEN random() < 0.9 THEN '{}'::jsonb || CASE WHEN random() < 0.7 THEN jsonb_build_object('a', pg_temp.value(3)) ELSE '{}' END
    || CASE WHEN random() < 0.6 THEN jsonb_build_object('b', pg_temp.value(2)) ELSE '{}' END || CASE WHEN random() < 0.5 THEN jsonb_build_object('c', pg_temp.scalar()) ELSE '{}' END
    || jsonb_build_object(pg_temp.pick('{0,length,x y,it''s,""}'), pg_temp.value(1))
  ELSE pg_temp.value(2) END AS attributes
FROM generate_series(1, 600);
-- Each value itself, and within arrays, which are equal to it too.
INSERT INTO users SELECT jsonb_build_object('a', v) FROM unnest(pg_temp.scalars()) s,
  LATERAL unnest(ARRAY[s::jsonb, jsonb_build_array(s::jsonb), jsonb_build_array(jsonb_build_array(s::jsonb)), jsonb_build_array(s::jsonb, 'a', 'b'), jsonb_build_object('b', s::jsonb)]) v;
INSERT INTO users VALUES ('{"a": ["a", "b"]}'), ('{"a": [{}]}'), ('{}'), ('[]'), ('null');

-- Random rules, and each equality of each path and value, with and without a default.
CREATE TABLE rules AS SELECT row_number() OVER () AS id, r AS rule, NULL::text AS sql, 0 AS matching, 0 AS passing, 0 AS lost FROM (
  SELECT pg_temp.rule(2 + i * 0) AS r FROM generate_series(1, 1200) i
  UNION ALL
  SELECT CASE WHEN o IN ('!=', '!==') THEN jsonb_build_object('!', e) ELSE e END
  FROM unnest('{==,===,!=,!==}'::text[]) o, unnest(pg_temp.scalars()) s,
    unnest(ARRAY['"user.attributes.a"', '"user.attributes.a.b"', '"user.attributes.a.0"', '"user.attributes.length"', '["user.attributes.a", null]']::jsonb[]) p,
    LATERAL (SELECT CASE jsonb_typeof(p) WHEN 'array' THEN jsonb_set(p, '{1}', s::jsonb) ELSE p END AS path) y,
    LATERAL (SELECT jsonb_build_object(o, jsonb_build_array(jsonb_build_object('var', path), s::jsonb)) AS e) z
) x;
UPDATE rules SET sql = lifecycle._indexable_condition(rule);
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM rules WHERE sql IS NOT NULL LOOP
    EXECUTE format('UPDATE rules SET (matching, passing, lost) = (SELECT count(*) FILTER (WHERE m), count(*) FILTER (WHERE p), count(*) FILTER (WHERE m AND p IS NOT TRUE)
      FROM (SELECT lifecycle.matches($1, jsonb_build_object(''age'', 20, ''attributes'', attributes), NULL) AS m, %s AS p FROM users) x) WHERE id = $2', r.sql) USING r.rule, r.id;
  END LOOP;
END
$$;
SELECT is_empty('SELECT rule, sql FROM rules WHERE lost > 0', 'what a rule holds for passes what is said of it');
SELECT cmp_ok(count(*), '>', 400::bigint, 'something is said of many rules') FROM rules WHERE sql IS NOT NULL;
SELECT cmp_ok(count(*), '>', 300::bigint, 'of which many leave rows out') FROM rules WHERE sql IS NOT NULL AND passing < (SELECT count(*) FROM users);
SELECT cmp_ok(count(*), '>', 100::bigint, 'and many hold for some') FROM rules WHERE sql IS NOT NULL AND matching > 0 AND matching < (SELECT count(*) FROM users);
SELECT ok(bool_or(sql ~ ' @> ') AND bool_or(sql ~ ' \? ') AND bool_or(sql ~ ' @@ ') AND bool_or(sql ~ ' OR ') AND bool_or(sql ~ ' AND '), 'in every form') FROM rules;

-- The expression is the caller's.
SELECT is(lifecycle._indexable_condition('{"===": [{"var": "event.properties.kind"}, "x"]}', 'event.properties', 'e.properties'), 'e.properties @> ''{"kind": "x"}''::jsonb', 'another path and column');

-- Every form is answered by the index alone but for a recheck.
CREATE INDEX users_attributes ON users USING gin (attributes);
SET LOCAL enable_seqscan = off;
CREATE FUNCTION pg_temp.plan(rule jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT json) SELECT FROM users WHERE ' || lifecycle._indexable_condition(rule) INTO plan;
  RETURN plan::text;
END
$$;
SELECT matches(pg_temp.plan('{"and": [{"===": [{"var": "user.attributes.a"}, "pro"]}, {">": [{"var": "user.attributes.c"}, 1]}]}'), 'users_attributes.*Index Cond.*@>.*\?', 'containment and existence by index');
SELECT matches(pg_temp.plan('{"==": [{"var": "user.attributes.a"}, "pro"]}'), 'users_attributes.*Index Cond.*@@', 'SQL/JSON path by index');
SELECT matches(pg_temp.plan('{"in": [{"var": "user.attributes.a"}, ["x", "y"]]}'), 'BitmapOr', 'alternatives by index');
SELECT * FROM finish();
ROLLBACK;
