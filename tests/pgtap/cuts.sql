-- changed_xid and the predicate of a cut, in one session; tests/isolation/cuts.sh has the others.
\ir ../lib/ledger_test.sql
SELECT plan(15);

CREATE TABLE things (n integer PRIMARY KEY, changed_xid xid8);
CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
INSERT INTO things VALUES (1, '5') RETURNING changed_xid = pg_current_xact_id() AS own \gset
SELECT is(:'own'::boolean, true, 'the number of the transaction, whatever the statement gives');
SELECT changed_xid AS first FROM things \gset
UPDATE things SET changed_xid = '7' RETURNING changed_xid = pg_current_xact_id() AS own \gset
SELECT is(:'own'::boolean, true, 'on UPDATE too');
SELECT isnt((SELECT changed_xid::text FROM things), :'first', 'a new one');
BEGIN; SAVEPOINT s; INSERT INTO things VALUES (2); RELEASE s;
SELECT is((SELECT changed_xid FROM things WHERE n = 2), pg_current_xact_id(), 'in a subtransaction that of the whole, which snapshots know');
COMMIT;
SET session_replication_role = replica;
UPDATE lifecycle.users SET attributes = attributes;
INSERT INTO lifecycle.users (email, current_lifecycle_stage, changed_xid) VALUES ('ann@example.com', 'Revenue', '5') RETURNING changed_xid = pg_current_xact_id() AS own \gset
RESET session_replication_role;
SELECT is(:'own'::boolean, true, 'rows that arrive by replication get the number they have here');
SELECT set_eq($$SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'lifecycle._set_changed_xid()'::regprocedure AND tgenabled = 'A' AND tgparentid = 0$$,
  '{lifecycle.users,lifecycle.user_lifecycle_history,lifecycle.lifecycle_events,lifecycle.erasures}'::text[], 'in all tables that cuts read');
SELECT is_empty($$SELECT tgrelid::regclass FROM pg_trigger WHERE tgfoid = 'lifecycle._set_changed_xid()'::regprocedure AND tgenabled <> 'A' AND tgrelid <> 'things'::regclass$$,
  'and in their partitions');

CREATE TABLE plain (n integer);
CREATE TRIGGER changed_xid BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
SELECT fails_with('INSERT INTO plain VALUES (1)', E'42703: table "plain" has no column changed_xid of type xid8\nDETAIL: The trigger "changed_xid" fills it.\nHINT: ALTER TABLE%', 'a table without the column');
CREATE TABLE wrong (n integer, changed_xid bigint);
CREATE TRIGGER changed_xid BEFORE INSERT ON wrong FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
SELECT fails_with('INSERT INTO wrong VALUES (1)', '42703: table "wrong" has no column%', 'or with one of another type');
CREATE TRIGGER later AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
SELECT fails_with('INSERT INTO things VALUES (3)', '39P01: lifecycle._set_changed_xid() is a trigger function%', 'an AFTER trigger');
DROP TRIGGER later ON things;

SELECT is(lifecycle._cut_predicate('t.x', NULL, '10:20:'), 'true', 'nothing seen: every row');
SELECT is(string_agg(x, ' ' ORDER BY x::bigint), '12 17 25 30', 'visible in the new snapshot and not in the old')
FROM unnest('{9,12,14,17,20,25,30,31,33,40}'::text[]) x, LATERAL (SELECT x::xid8 AS changed_xid) t
WHERE NOT pg_visible_in_snapshot(t.changed_xid, '10:20:12,14,17,18') AND pg_visible_in_snapshot(t.changed_xid, '14:40:14,20,31,33');
CREATE FUNCTION taken(seen pg_snapshot, upto pg_snapshot) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  list text;
BEGIN
  EXECUTE 'SELECT string_agg(x, '' '' ORDER BY x::bigint) FROM unnest(''{9,12,14,17,20,25,30,31,33,40}''::text[]) x WHERE ' || lifecycle._cut_predicate('x::xid8', seen, upto) INTO list;
  RETURN list;
END
$$;
SELECT is(taken('10:20:12,14,17,18', '14:40:14,20,31,33'), '12 17 25 30', 'is what the predicate says');
INSERT INTO lifecycle.users (email, current_lifecycle_stage) SELECT 'u' || i || '@example.com', 'Revenue' FROM generate_series(1, 2000) i;
SELECT pg_current_snapshot() AS seen \gset
UPDATE lifecycle.users SET attributes = '{"a": 1}' WHERE email = 'u7@example.com';
ANALYZE lifecycle.users;
-- What the planner thinks of so small a table is its own; that the index can serve is ours.
SET enable_seqscan = off;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END $$;
SELECT matches((SELECT string_agg(p, ' ') FROM plan_of('SELECT * FROM lifecycle.users u WHERE ' || lifecycle._cut_predicate('u.changed_xid', :'seen', pg_current_snapshot())) p),
  'Index Scan.*users_changed', 'an index serves it');
SELECT lifecycle._move_cut('test', :'seen') \g /dev/null
SELECT is(system_identifier, (SELECT system_identifier FROM pg_control_system()), 'a cut belongs to its cluster') FROM lifecycle.cuts WHERE name = 'test';
SELECT * FROM finish();
