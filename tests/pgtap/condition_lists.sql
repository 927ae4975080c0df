-- Lists of {field, operator, value}: the rule each operator becomes, what it holds for, and lists that are wrong.
\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(84);

CREATE FUNCTION pg_temp.rule(operator text, value jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT lifecycle.jsonlogic_from_conditions(jsonb_build_array(jsonb_build_object('field', 'f', 'operator', operator) || CASE WHEN value IS NULL THEN '{}' ELSE jsonb_build_object('value', value) END))
$$;
SELECT is(pg_temp.rule(operator, value), rule, operator || coalesce(' ' || value::text, '')) FROM (VALUES
  ('equals', '"x"'::jsonb, '{"===": [{"var": "f"}, "x"]}'::jsonb),
  ('not_equals', '5', '{"and": [{"!==": [{"var": "f"}, null]}, {"!==": [{"var": "f"}, 5]}]}'),
  ('greater_than', '5', '{"and": [{"!==": [{"var": "f"}, null]}, {">": [{"var": "f"}, 5]}]}'),
  ('less_than', '"5.5"', '{"and": [{"!==": [{"var": "f"}, null]}, {"<": [{"var": "f"}, 5.5]}]}'),
  ('gte', '"abc"', '{"and": [{"!==": [{"var": "f"}, null]}, {">=": [{"var": "f"}, "abc"]}]}'),
  ('lte', '"2024-01-01"', '{"<=": [{"time.ms": {"var": "f"}}, {"time.ms": "2024-01-01"}]}'),
  ('between', '[1, 5]', '{"and": [{"!==": [{"var": "f"}, null]}, {"<=": [1, {"var": "f"}, 5]}]}'),
  ('between', '["NOW-7d", "NOW"]', '{"<=": [{"time.now": "-7d"}, {"time.ms": {"var": "f"}}, {"time.now": []}]}'),
  ('contains', '"Ab"', '{"in": [{"text.lower": "Ab"}, {"text.lower": {"var": "f"}}]}'),
  ('in', '["x", 1, null]', '{"in": [{"var": "f"}, ["x", 1]]}'),
  ('not_in', '["x"]', '{"and": [{"!==": [{"var": "f"}, null]}, {"!": {"in": [{"var": "f"}, ["x"]]}}]}'),
  ('matches', '"^x"', '{"text.matches": [{"var": "f"}, "^x"]}'),
  ('exists', NULL, '{"!==": [{"var": "f"}, null]}'),
  ('not_exists', NULL, '{"===": [{"var": "f"}, null]}')) c(operator, value, rule);

-- What each holds for. A field that is missing or null meets not_exists alone.
SELECT is(array_agg(v ORDER BY n) FILTER (WHERE lifecycle.matches(pg_temp.rule(operator, value), jsonb_build_object('f', v))), holds, format('%s %s holds for %s', operator, value, holds))
FROM (VALUES
    ('equals', '"5"'::jsonb, '{"\"5\""}'::jsonb[]), ('equals', '5', '{5}'), ('equals', 'true', '{true}'),
    ('not_equals', '5', '{4,6,"\"5\"","\"abc\"","\"xABCx\"",true,[],"[5, \"Abc\"]"}'),
    ('greater_than', '5', '{6}'), ('gte', '5', '{5,6,"\"5\""}'), ('less_than', '5', '{4,true,[]}'), ('lte', '"5"', '{4,5,"\"5\"",true,[]}'),
    ('gte', '"abc"', '{"\"abc\"","\"xABCx\""}'), ('between', '[4, "5"]', '{4,5,"\"5\""}'),
    ('contains', '"aBc"', '{"\"abc\"","\"xABCx\"","[5, \"Abc\"]"}'), ('contains', '5', '{5,"\"5\"","[5, \"Abc\"]"}'),
    ('in', '[4, "5", null]', '{4,"\"5\""}'), ('not_in', '[4, "5", true, null]', '{5,6,"\"abc\"","\"xABCx\"",[],"[5, \"Abc\"]"}'),
    ('matches', '"^[45a]"', '{4,5,"\"5\"","\"abc\"","[5, \"Abc\"]"}'),
    ('exists', NULL, '{4,5,6,"\"5\"","\"abc\"","\"xABCx\"",true,[],"[5, \"Abc\"]"}'), ('not_exists', NULL, '{"null"}')) c(operator, value, holds),
  unnest('{null,4,5,6,"\"5\"","\"abc\"","\"xABCx\"",true,[],"[5, \"Abc\"]"}'::text[]) WITH ORDINALITY x(t, n),
  LATERAL (SELECT coalesce(t, 'null')::jsonb AS v) y
GROUP BY operator, value, holds;
SELECT is(lifecycle.matches(pg_temp.rule(operator, value), '{}'), operator = 'not_exists', operator || ' and no field at all')
FROM (VALUES ('equals', '5'::jsonb), ('not_equals', '5'), ('greater_than', '-5'), ('gte', '0'), ('less_than', '5'), ('lte', '5'), ('between', '[-1, 1]'), ('gte', '"NOW-7d"'),
  ('lte', '"2099-01-01"'), ('contains', '"null"'), ('in', '["x", null]'), ('not_in', '["x"]'), ('matches', '""'), ('exists', NULL), ('not_exists', NULL)) c(operator, value);

-- Relative dates are taken at evaluation: now() is the transaction's start.
SELECT is(lifecycle.matches(pg_temp.rule(operator, value), jsonb_build_object('f', f)), holds, format('%s %s at %s', operator, value, what))
FROM (VALUES
  ('gte', '"NOW-7d"'::jsonb, now() - interval '7 days', true, 'seven days'), ('gte', '"NOW-7d"', now() - interval '7 days 1 microsecond', false, 'a microsecond more'),
  ('lte', '"NOW-12h"', now() - interval '12 hours', true, 'twelve hours'), ('less_than', '"NOW-12h"', now() - interval '12 hours', false, 'twelve hours'),
  ('greater_than', '"NOW+30m"', now() + interval '31 minutes', true, '31 minutes'), ('between', '["NOW-2w", "NOW-5s"]', now() - interval '6 seconds', true, 'six seconds'),
  ('between', '["NOW-2w", "NOW-5s"]', now(), false, 'now')) c(operator, value, f, holds, what);
SELECT ok(lifecycle.matches(pg_temp.rule('gte', '"NOW-7d"'), jsonb_build_object('f', extract(epoch FROM now() - interval '6 days') * 1000)), 'milliseconds are a time too');
SELECT ok(NOT lifecycle.matches(pg_temp.rule('lte', '"NOW"'), '{"f": "yesterday"}'), 'what is no time is in no order');
SELECT ok(lifecycle.matches(pg_temp.rule('between', '["2024-06-30", "2024-07-01T00:00:00+02:00"]'), '{"f": "2024-06-30T21:59:59Z"}'), 'dates and zones');
SELECT ok(lifecycle.matches(lifecycle.jsonlogic_from_conditions('[{"field": "f", "operator": "gte", "value": 1735689600000, "fieldType": "date"}]'), '{"f": "2025-01-01"}'), 'fieldType makes it a time');

-- Lists.
SELECT is(lifecycle.jsonlogic_from_conditions('[{"field": "a", "operator": "gte", "value": 1}, {"field": "b.c", "operator": "exists", "description": "x", "id": 7}]', prefix => 'user.'),
  '{"and": [{"!==": [{"var": "user.a"}, null]}, {">=": [{"var": "user.a"}, 1]}, {"!==": [{"var": "user.b.c"}, null]}]}', 'AND is flat');
SELECT is(lifecycle.jsonlogic_from_conditions('[{"property": "a", "operator": "gte", "value": 1}, {"field": "b", "operator": "exists"}]', 'or'),
  '{"or": [{"and": [{"!==": [{"var": "a"}, null]}, {">=": [{"var": "a"}, 1]}]}, {"!==": [{"var": "b"}, null]}]}', 'OR keeps each together');
SELECT is(lifecycle.jsonlogic_from_conditions('[]'), 'true', 'an empty AND holds');
SELECT is(lifecycle.jsonlogic_from_conditions('[]', 'OR'), 'false', 'an empty OR does not');
SELECT is(lifecycle.jsonlogic_from_conditions(NULL), NULL, 'null for null');
SELECT ok(bool_and(lifecycle._check_condition(pg_temp.rule(operator, value))), 'all are conditions') FROM (VALUES ('equals', '5'::jsonb), ('contains', '"x"'), ('between', '["NOW-7d", "NOW"]'), ('not_exists', NULL)) c(operator, value);

-- What is wrong is said with its place.
CREATE FUNCTION pg_temp.detail(conditions jsonb, operator text DEFAULT 'AND') RETURNS text LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
  PERFORM lifecycle.jsonlogic_from_conditions(conditions, operator);
  RETURN 'no error';
EXCEPTION WHEN invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
  RETURN CASE WHEN said = '' THEN SQLERRM ELSE said END;
END
$$;
SELECT is(pg_temp.detail(conditions), detail, detail) FROM (VALUES
  ('"x"'::jsonb, 'They are of type string.'),
  ('{"and": []}', 'They are of type object.'),
  ('["x"]', 'At /0: It is of type string, not an object.'),
  ('[{"field": "a", "operator": "exists"}, {"operator": "exists"}]', 'At /1: It names no field.'),
  ('[{"field": "", "operator": "exists"}]', 'At /0: It names no field.'),
  ('[{"field": 7, "operator": "exists"}]', 'At /0: It names no field.'),
  ('[{"field": "a"}]', 'At /0: It has no operator.'),
  ('[{"field": "a", "operator": "is"}]', 'At /0: There is no operator "is".'),
  ('[{"field": "a", "operator": "equals"}]', 'At /0: equals needs a value.'),
  ('[{"field": "a", "operator": "equals", "value": null}]', 'At /0: equals needs a value.'),
  ('[{"field": "a", "operator": "equals", "value": {"var": "b"}}]', 'At /0: equals needs a string, a number or a boolean, not an object.'),
  ('[{"field": "a", "operator": "in", "value": "x"}]', 'At /0: in needs an array of values.'),
  ('[{"field": "a", "operator": "in", "value": [{"var": "b"}]}]', 'At /0: in needs strings, numbers or booleans in its array.'),
  ('[{"field": "a", "operator": "between", "value": [1]}]', 'At /0: between needs an array of two values.'),
  ('[{"field": "a", "operator": "between", "value": 1}]', 'At /0: between needs an array of two values.'),
  ('[{"field": "a", "operator": "between", "value": [1, null]}]', 'At /0: between needs strings, numbers or booleans in its array.'),
  ('[{"field": "a", "operator": "matches", "value": 5}]', 'At /0: matches needs a regular expression as a string.'),
  ('[{"field": "a", "operator": "gte", "value": "NOW-7"}]', 'At /0: "NOW-7" is no relative time: NOW, or NOW with a sign, a number and one of s, m, h, d and w.'),
  ('[{"field": "a", "operator": "gte", "value": "2024-13-01"}]', 'At /0: "2024-13-01" is no date or time.'),
  ('[{"field": "a", "operator": "equals", "value": 1, "negate": true}]', 'At /0: It has the unknown key "negate".')) c(conditions, detail);
SELECT is(pg_temp.detail('[]', 'XOR'), 'conditions cannot be joined by "XOR"', 'an unknown way to join');
SELECT * FROM finish();
ROLLBACK;
