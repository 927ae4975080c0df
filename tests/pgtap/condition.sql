-- JsonLogic in SQL: results, matches over one document and over {user, event}, conditions that are none.
\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(38);

-- Results.
SELECT is(lifecycle.jsonlogic('{"+": [{"var": "a"}, 1]}', '{"a": 2}'), '3', 'an operation');
SELECT is(lifecycle.jsonlogic('"apple"', '{}'), '"apple"', 'what is no rule stands for itself');
SELECT is(lifecycle.jsonlogic('[1, {"var": "x"}, 3]', '{"x": 2}'), '[1, 2, 3]', 'rules within an array');
SELECT is(lifecycle.jsonlogic('{"var": ""}', '{"a": [1, {"b": 2.50}]}'), '{"a": [1, {"b": 2.50}]}', 'the document as it is');
SELECT is(lifecycle.jsonlogic('{"reduce": [{"var": ""}, {"var": ""}, 0]}', '[7]'), '{"current": 7, "accumulator": 0}', 'an object that the rule made');
SELECT is(lifecycle.jsonlogic('{"/": [1, 0]}', '{}'), 'null', 'no JSON number is null');
SELECT is(lifecycle.jsonlogic('{"map": [{"var": "n"}, {"*": [{"var": ""}, 0.1]}]}', '{"n": [1, 20, 1e20]}'), '[0.1, 2, 10000000000000000000]', 'doubles become numerics');
SELECT is(lifecycle.jsonlogic('{"log": "x"}', '{}'), '"x"', 'log gives its argument');
SELECT is(lifecycle.jsonlogic(NULL, '{}'), NULL, 'null for a null rule');
SELECT is(lifecycle.jsonlogic('true', NULL), NULL, 'null for a null document');

-- Numbers are compared exactly; what a double holds makes no difference.
SELECT ok(NOT lifecycle.matches('{"==": [{"var": "id"}, 9007199254740993]}', '{"id": 9007199254740992}'), 'neighbours beyond 2^53 are not equal');
SELECT ok(lifecycle.matches('{"<": [{"var": "id"}, 9007199254740993]}', '{"id": 9007199254740992}'), 'and are in order');
SELECT ok(lifecycle.matches('{"===": [{"var": "x"}, 1.50]}', '{"x": 1.5}'), 'zeros at the end count for nothing');
SELECT ok(NOT lifecycle.matches('{"==": [{"+": [0.1, 0.2]}, 0.3]}', '{}'), 'sums are doubles');

-- matches.
SELECT ok(lifecycle.matches('{"<": [{"var": "user.age"}, 18]}', '{"user": {"age": 17}}'), 'it holds');
SELECT ok(NOT lifecycle.matches('{"<": [{"var": "user.age"}, 18]}', '{"user": {"age": 18}}'), 'it does not');
SELECT ok(NOT lifecycle.matches('{"var": "list"}', '{"list": []}'), 'an empty array is false');
SELECT ok(lifecycle.matches('true', '{}') AND NOT lifecycle.matches('false', '{}'), 'true and false are conditions');
SELECT is(lifecycle.matches('{"and": [{"==": [{"var": "user.plan"}, "pro"]}, {"==": [{"var": "event.name"}, "signed_up"]}]}', '{"plan": "pro"}', '{"name": "signed_up"}'),
  true, 'user and event as two values');
SELECT is(lifecycle.matches('{"==": [{"var": "event.name"}, null]}', '{"plan": "pro"}', NULL), true, 'no event: its members are missing');
SELECT is(lifecycle.matches(NULL, '{}', '{}'), NULL, 'null for a null rule');
SELECT is(array_agg(lifecycle.matches(r, d) ORDER BY i, j), '{t,f,f,t}', 'rules from a column')
FROM unnest('{"{\"==\": [{\"var\": \"a\"}, 1]}","{\"==\": [{\"var\": \"a\"}, 2]}"}'::jsonb[]) WITH ORDINALITY r(r, i),
  unnest('{"{\"a\": 1}","{\"a\": 2}"}'::jsonb[]) WITH ORDINALITY d(d, j);

-- What is no condition.
SELECT throws_ok($$SELECT lifecycle.matches('"user.plan"', '{}')$$, '22023', 'condition is not JsonLogic', 'a string');
SELECT throws_ok($$SELECT lifecycle.matches('[{"==": [1, 1]}]', '{}')$$, '22023', 'condition is not JsonLogic', 'an array');
SELECT throws_ok($$SELECT lifecycle.matches('{}', '{}')$$, '22023', 'condition is not JsonLogic', 'an empty object');
SELECT throws_ok($$SELECT lifecycle.matches('{"and": [true], "or": [true]}', '{}')$$, '22023', 'condition is not JsonLogic', 'two operators');
SELECT throws_ok($$SELECT lifecycle.matches('null', '{}')$$, '22023', 'condition is not JsonLogic', 'null');
SELECT throws_ok($$SELECT lifecycle.matches('{"equals": [1, 1]}', '{}')$$, '22023', 'unknown JsonLogic operator', 'an unknown operator');
SELECT throws_ok($$SELECT lifecycle.matches('{"and": [true, {"==": [1]}]}', '{}')$$, '22023', 'wrong number of arguments for a JsonLogic operator', 'an argument too few');
SELECT throws_ok($$SELECT lifecycle.matches('{">": [3, 2, 1]}', '{}')$$, '22023', 'wrong number of arguments for a JsonLogic operator', 'an argument too many');
SELECT throws_ok($$SELECT lifecycle.matches('{"text.matches": [{"var": "a"}, "("]}', '{}')$$, '2201B', NULL, 'a pattern that is none');
SELECT throws_ok($$SELECT lifecycle.matches(('{"!":' || repeat('[{"!":', 600) || 'true' || repeat('}]', 600) || '}')::jsonb, '{}')$$, '54000', 'condition is nested too deeply', 'too deep');
SET lifecycle_ledger.max_condition_steps = 1000;
SELECT throws_ok($$SELECT lifecycle.matches('{"all": [{"var": "n"}, {">": [{"var": ""}, 0]}]}', jsonb_build_object('n', (SELECT jsonb_agg(i) FROM generate_series(1, 1000) i)))$$,
  '54000', 'condition takes too many steps', 'too many steps');
SELECT throws_ok($$SELECT lifecycle.matches((SELECT jsonb_build_object('or', jsonb_agg('{"var": "a"}'::jsonb)) FROM generate_series(1, 1001)), '{}')$$,
  '54000', 'condition takes too many steps', 'too many operators');
RESET lifecycle_ledger.max_condition_steps;

-- Why.
SELECT results_eq($$SELECT pointer, leaf, found, result, decisive FROM lifecycle.explain_match(
    '{"and": [{"==": [{"var": "plan"}, "pro"]}, {"or": [{">": [{"var": "age"}, 18]}, {"!": {"in": ["vip", {"var": "tags"}]}}]}]}', '{"plan": "pro", "age": 12, "tags": ["vip"]}')$$,
  $$VALUES ('/and/0', '{"==": [{"var": "plan"}, "pro"]}'::jsonb, '{"plan": "pro"}'::jsonb, true, false),
    ('/and/1/or/0', '{">": [{"var": "age"}, 18]}', '{"age": 12}', false, true),
    ('/and/1/or/1/!', '{"in": ["vip", {"var": "tags"}]}', '{"tags": ["vip"]}', true, true)$$, 'explain_match shows the leaves');
SELECT is(lifecycle.jsonlogic_from_conditions('[{"field": "plan", "operator": "equals", "value": "pro"}, {"field": "age", "operator": "gte", "value": 18}]', prefix => 'user.'),
  '{"and": [{"===": [{"var": "user.plan"}, "pro"]}, {"!==": [{"var": "user.age"}, null]}, {">=": [{"var": "user.age"}, 18]}]}', 'a list of conditions');
SELECT throws_ok($$SELECT lifecycle.jsonlogic_from_conditions('{"==": [1, 1]}')$$, '22023', 'conditions are no list', 'a rule is no list');
SELECT results_eq($$SELECT lifecycle.jsonlogic(r, '{}')::text, lifecycle.matches(r, '{}') FROM (VALUES ('{"/": [1, 0]}'::jsonb), ('{"/": [-1, 0]}'), ('{"/": [0, 0]}'), ('{"!!": [{"/": [1, 0]}]}')) v (r)$$,
  $$VALUES ('null', true), ('null', true), ('null', false), ('true', true)$$, 'infinity holds, NaN does not, and JSON has neither');
SELECT * FROM finish();
ROLLBACK;
