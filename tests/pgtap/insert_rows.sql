-- _insert_rows() and what else process_triggers() and refresh_segments() build on.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(33);

CREATE TABLE parent (id integer PRIMARY KEY);
INSERT INTO parent SELECT generate_series(1, 10);
CREATE TABLE child (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES parent, note varchar(10) CHECK (note <> 'bad'), at timestamptz DEFAULT now(), gone integer);
ALTER TABLE child DROP COLUMN gone;
CREATE INDEX child_parent ON child (parent, id DESC);
CREATE INDEX child_noted ON child (lower(note)) WHERE note IS NOT NULL;
CREATE INDEX child_at ON child USING brin (at);
CREATE TABLE other (key text COLLATE "C" PRIMARY KEY);
CREATE FUNCTION rows_of(n integer, extra text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT CASE WHEN i %% 3 <> 0 THEN i END, i %% 10 + 1, (CASE WHEN i %% 7 = 0 THEN ''n'' || i END)::varchar(10), now(), CASE WHEN i %% 2 = 0 THEN ''k'' || i END COLLATE "C" FROM generate_series(1, %s) i %s', n, extra)
$$;
SELECT is(lifecycle._insert_rows(rows_of(5000), '{child,other}'), '{5000,3334,2500}', 'a row may go into several tables, or into none');
SELECT is((SELECT count(*) FROM child), 3334::bigint, 'they are there');
SELECT is((SELECT count(*) FROM other), 2500::bigint, 'in each');
SELECT results_eq('SELECT id, parent, note FROM child ORDER BY id', $$SELECT i, i % 10 + 1, CASE WHEN i % 7 = 0 THEN 'n' || i END::varchar FROM generate_series(1, 5000) i WHERE i % 3 <> 0$$, 'with their values');
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM child WHERE id BETWEEN 1 AND 5000), 3334::bigint, 'the key has them');
SELECT is((SELECT count(*) FROM child WHERE parent = 4), (SELECT count(*) FROM generate_series(1, 5000) i WHERE i % 3 <> 0 AND i % 10 = 3), 'so has an index');
SELECT is((SELECT count(*) FROM child WHERE lower(note) > 'n' AND note IS NOT NULL), (SELECT count(*) FROM generate_series(1, 5000) i WHERE i % 3 <> 0 AND i % 7 = 0), 'one of an expression and a condition');
SELECT is((SELECT count(*) FROM child WHERE at = now()), 3334::bigint, 'and one of ranges');
RESET enable_seqscan;
SELECT is(lifecycle._insert_rows('SELECT -id, parent, note, at FROM child WHERE id > 0', '{child}'), '{3334,3334}', 'a query may read what it writes, and meets none of it');
SELECT is(lifecycle._insert_rows('SELECT NULL::integer, 1, NULL::varchar(10), now()', '{child}'), '{1,0}', 'a row may be of no table');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 1, 1, NULL::varchar(10), now()', '{child}')$$, '23505', NULL, 'keys hold');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 9001, 1, ''bad''::varchar(10), now()', '{child}')$$, '23514', NULL, 'checks hold');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 9001, NULL::integer, NULL::varchar(10), now()', '{child}')$$, '23502', NULL, 'so does NOT NULL');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 9001, 1, NULL::text, now()', '{child}')$$, '42804', NULL, 'types must be the same');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 9001, 1', '{child}')$$, '42804', NULL, 'and all of them there');
SELECT throws_ok($$SELECT lifecycle._insert_rows('DELETE FROM child', '{child}')$$, '42601', NULL, 'it takes a query');
SELECT lives_ok($$SELECT lifecycle._insert_rows('SELECT 9001, 99, NULL::varchar(10), now()', '{child}')$$, 'foreign keys are the caller''s');

SELECT is(lifecycle._takes_rows('child'), true, 'a table with foreign keys will do');
CREATE TABLE parts (id integer, at date) PARTITION BY RANGE (at);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
SELECT is(lifecycle._takes_rows('parts'), false, 'a partitioned table will not');
SELECT is(lifecycle._takes_rows('part'), true, 'its partitions will');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 1, date ''2025-03-01''', '{part}')$$, '23514', NULL, 'their bounds hold');
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER nothing AFTER UPDATE ON other FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT is(lifecycle._takes_rows('other'), true, 'a trigger on UPDATE is not in the way');
CREATE TRIGGER something AFTER INSERT ON other FOR EACH STATEMENT EXECUTE FUNCTION nothing();
SELECT is(lifecycle._takes_rows('other'), false, 'one on INSERT is');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT ''x'' COLLATE "C"', '{other}')$$, '55000', NULL, 'and refused');
CREATE TABLE deferred (id integer UNIQUE DEFERRABLE);
CREATE TABLE computed (id integer, twice integer GENERATED ALWAYS AS (id * 2) STORED);
SELECT is(lifecycle._takes_rows('deferred') OR lifecycle._takes_rows('computed'), false, 'deferrable keys and generated columns are');
CREATE ROLE ledger_rows_nobody;
GRANT ALL ON child TO ledger_rows_nobody;
GRANT USAGE ON SCHEMA lifecycle TO ledger_rows_nobody;
SET LOCAL ROLE ledger_rows_nobody;
SELECT is(lifecycle._takes_rows('child'), false, 'only the owner may pass over foreign keys');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT 9002, 99, NULL::varchar(10), now()', '{child}')$$, '55000', NULL, 'nobody else');
RESET ROLE;

-- Identifiers.
SELECT matches(lifecycle._uuid_v7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'an id of version 7');
SELECT is((SELECT count(DISTINCT u) FROM (SELECT lifecycle._uuid_v7() AS u FROM generate_series(1, 20000)) x), 20000::bigint, 'each another');
SELECT cmp_ok(abs(extract(epoch FROM clock_timestamp()) * 1000 - ('x' || substr(replace(lifecycle._uuid_v7()::text, '-', ''), 1, 12))::bit(48)::bigint), '<', 5000::numeric, 'of this time');

-- Many rules over one document.
SELECT is(lifecycle._judge(ARRAY['{"==": [{"var": "user.plan"}, "pro"]}', 'true', '{"<": [{"var": "event.n"}, 2]}', '{"var": "user.none"}']::jsonb[], '{"plan": "pro"}', '{"n": 3}'), '{t,t,f,f}', 'as matches() says of each');
SELECT is((SELECT array_agg(DISTINCT lifecycle._judge(ARRAY[r, '{"!": {"var": "user.x"}}'], CASE WHEN i % 2 = 0 THEN jsonb_build_object('x', i) END, NULL)) FROM generate_series(1, 100) i, unnest('{true,false}'::jsonb[]) r),
  '{{f,f},{f,t},{t,f},{t,t}}', 'whatever arrays come in turn');
SELECT throws_ok($$SELECT lifecycle._judge(ARRAY[NULL]::jsonb[], NULL, NULL)$$, '22004', NULL, 'no rule may be null');
SELECT * FROM finish();
ROLLBACK;
