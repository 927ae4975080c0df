-- What the extension puts into a database: every object described, nothing with a search_path of the caller's or with more
-- rights than the caller, nothing open to everyone that should not be.
\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
SET client_min_messages = warning;
CALL lifecycle.install();

CREATE TEMP VIEW routines AS
SELECT p.oid::regprocedure::text AS name, p.*, l.lanname, d.objid IS NOT NULL AS is_member,
  obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE p.pronamespace = 'lifecycle'::regnamespace;
-- Partitions are described by their parents.
CREATE TEMP VIEW relations AS
SELECT c.oid, c.oid::regclass::text AS name, c.relkind, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class c WHERE c.relnamespace = 'lifecycle'::regnamespace AND NOT c.relispartition AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f');

SELECT cmp_ok(count(*), '>', 10::bigint, 'there are functions') FROM routines;
SELECT cmp_ok(count(*), '>', 5::bigint, 'there are tables') FROM relations WHERE relkind IN ('r', 'p');

-- Comments.
SELECT is_empty('SELECT name FROM routines WHERE comment IS NULL', 'every function and procedure has a comment');
SELECT is_empty($$SELECT name FROM routines WHERE (proname ~ '^_') <> (comment ~ '^Internal: ')$$,
  'a name begins with an underscore exactly where the comment begins with "Internal: "');
SELECT is_empty($$SELECT name FROM relations WHERE relkind IN ('r', 'p', 'v', 'm') AND comment IS NULL$$,
  'every table and view has a comment');
SELECT is_empty($$SELECT r.name, a.attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE r.relkind IN ('r', 'p') AND col_description(r.oid, a.attnum) IS NULL$$, 'every column of a table has a comment');
SELECT is_empty($$SELECT t.typname FROM pg_type t WHERE t.typnamespace = 'lifecycle'::regnamespace AND t.typtype IN ('d', 'e', 'c')
  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c') AND obj_description(t.oid, 'pg_type') IS NULL$$,
  'every type has a comment');
SELECT is_empty($$SELECT oprname FROM pg_operator WHERE oprnamespace = 'lifecycle'::regnamespace AND obj_description(oid, 'pg_operator') IS NULL$$,
  'every operator has a comment');

-- search_path. A C function looks nothing up by name but through qualified queries; a standard SQL body is parsed at
-- creation; a procedure that commits can carry no SET clause and pins the path itself, again after each COMMIT.
CREATE TEMP TABLE pins_its_own_path (name text, why text);
INSERT INTO pins_its_own_path VALUES
  ('lifecycle.rebuild_contact_events(text,boolean)', 'commits in _run_sources'),
  ('lifecycle.sync_contact_events(text,boolean)', 'commits in _run_sources'),
  ('lifecycle.reconcile_contact_events(text,boolean)', 'commits in _run_sources'),
  ('lifecycle._run_sources(text,text,boolean)', 'commits after each step'),
  ('lifecycle.roll_up_metrics(date,date,boolean)', 'commits after each day'),
  ('lifecycle.process_triggers(boolean)', 'commits after each step'),
  ('lifecycle.refresh_segments(boolean)', 'commits after each step'),
  ('lifecycle._next_transaction(bigint)', 'commits');
CREATE TEMP VIEW loose AS
SELECT name FROM routines
WHERE NOT (lanname IN ('c', 'internal') OR (lanname = 'sql' AND prosqlbody IS NOT NULL)
  OR 'search_path=pg_catalog, pg_temp' = ANY (proconfig));
SELECT bag_has('SELECT name FROM pins_its_own_path', 'SELECT name FROM loose',
  'every function pins its search_path, but for the procedures that cannot');
SELECT is_empty($$SELECT name FROM routines WHERE name IN (SELECT name FROM pins_its_own_path) AND (prokind <> 'p' OR proconfig IS NOT NULL)$$,
  'and those are procedures without a SET clause');
SELECT is_empty($$SELECT name FROM loose JOIN routines USING (name) WHERE lanname = 'plpgsql'
  AND prosrc !~ 'lifecycle\._(pin_settings|next_transaction|run_sources|require_top_level)\(' AND prosrc !~* 'SET LOCAL search_path'$$,
  '… that pin it in their body');

-- Rights.
SELECT is_empty('SELECT name FROM routines WHERE prosecdef', 'nothing is SECURITY DEFINER');
SELECT is_empty('SELECT name FROM routines WHERE NOT is_member', 'install() makes tables, the script makes functions');
SELECT is_empty($$SELECT name FROM relations WHERE has_table_privilege('public', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')$$,
  'no table or view is open to PUBLIC');
SELECT ok(NOT has_schema_privilege('public', 'lifecycle', 'CREATE'), 'PUBLIC creates nothing in schema lifecycle');
-- Everything runs with its caller's rights, so tables are held by their privileges; what reaches beyond tables, or reads
-- and writes them from C, has to ask. A role that may use the schema and nothing else gets nowhere.
CREATE FUNCTION pg_temp.state_as_nobody(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL ROLE ledger_nobody;
  EXECUTE statement;
  RESET ROLE;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || CASE WHEN SQLSTATE <> '42501' THEN ' ' || SQLERRM ELSE '' END;
END
$$;
CREATE ROLE ledger_nobody;
CREATE TABLE public.private (n integer, t text);
CREATE TABLE public.rejects (reject_code text, n integer, t text);
SELECT is(pg_temp.state_as_nobody($$SELECT lifecycle.normalize_email('x')$$), '42501', 'schema lifecycle is not open to PUBLIC');
GRANT USAGE ON SCHEMA lifecycle TO ledger_nobody;
SELECT is(pg_temp.state_as_nobody($$SELECT lifecycle.normalize_email('x')$$), 'no error', 'with USAGE, pure functions are');
SELECT is(pg_temp.state_as_nobody(statement), '42501', 'refused: ' || statement) FROM unnest(ARRAY[
  $$CALL lifecycle.install()$$,
  $$CALL lifecycle.mirror_sqlite('/tmp/ledger_nobody.sqlite')$$,
  $$SELECT lifecycle._mirror_sqlite('/tmp/ledger_nobody.sqlite', 'SELECT 1', 'SELECT 1')$$,
  $$SELECT lifecycle._load('SELECT 1, ''x'', NULL', 'public.private', 'public.rejects')$$,
  $$SELECT lifecycle.use_contacts('lifecycle.contacts')$$,
  $$SELECT lifecycle.register_source('x', 'public.private', '{}')$$,
  $$SELECT lifecycle.unregister_source('x')$$,
  $$SELECT lifecycle.resolve_contact(NULL, 'a@example.com')$$,
  $$SELECT lifecycle.resolved_contact_id(NULL, 'a@example.com')$$,
  $$SELECT lifecycle._contact_candidates('a@example.com')$$,
  $$SELECT lifecycle._contacts_digest()$$,
  $$SELECT * FROM lifecycle.explain_contact('x', 'y')$$,
  $$SELECT lifecycle.set_lifecycle_stage('00000000-0000-0000-0000-000000000000', 'Revenue')$$,
  $$SELECT * FROM lifecycle._event_metrics('2025-01-01', '2025-01-02')$$,
  $$SELECT * FROM lifecycle._users_of('{a}')$$,
  $$SELECT * FROM lifecycle.contacts_without('form', '1 day')$$]) AS statement;

-- Shape: no column of an extension's own type (it would tie the table to the extension), nothing owned by the extension.
SELECT is_empty($$SELECT r.name, a.attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = a.atttypid AND d.deptype = 'e' WHERE r.relkind IN ('r', 'p')$$,
  'no table has a column of a type that an extension owns');
SELECT is_empty($$SELECT r.name FROM relations r JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e'$$,
  'no table or view belongs to the extension');
SELECT is_empty($$SELECT 1 FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = 'lifecycle'::regnamespace AND deptype = 'e'$$,
  'schema lifecycle does not belong to the extension: DROP EXTENSION CASCADE must not take it along');
-- An IMMUTABLE function may be in an index: nothing in its source may depend on settings or the clock.
SELECT is_empty($$SELECT name FROM routines WHERE provolatile = 'i' AND prosrc ~ '\m(now|clock_timestamp|current_setting)\s*[(]|\m(current_timestamp|current_date)\M'$$,
  'no immutable function asks for the time or a setting');
SELECT * FROM finish();
ROLLBACK;
