-- _count_gone(): how many record ids a partition loses when another takes its place, against the same in plain SQL.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();

CREATE TABLE old_rows (source_record_id text COLLATE "C", source_system text COLLATE "C", noted integer, PRIMARY KEY (source_record_id, source_system))
  WITH (autovacuum_enabled = off);
CREATE TABLE new_rows (LIKE old_rows INCLUDING ALL);
CREATE FUNCTION differs() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s gone, said are %s; the other way %s, said are %s', there, counted, back, counted_back)
  FROM (SELECT (SELECT count(*) FROM old_rows o WHERE o.source_record_id NOT IN (SELECT n.source_record_id FROM new_rows n)) AS there,
      (SELECT count(*) FROM new_rows n WHERE n.source_record_id NOT IN (SELECT o.source_record_id FROM old_rows o)) AS back,
      lifecycle._count_gone('old_rows', 'new_rows') AS counted, lifecycle._count_gone('new_rows', 'old_rows') AS counted_back) c
  WHERE (there, back) IS DISTINCT FROM (counted, counted_back)
$$;
SELECT is(differs(), NULL, 'both empty');
INSERT INTO old_rows SELECT md5(i::text), 's', i FROM generate_series(1, 20000) i;
SELECT is(differs(), NULL, 'one empty, in an index of several levels');
INSERT INTO new_rows SELECT md5(i::text), 's', i FROM generate_series(1, 20000) i;
SELECT is(lifecycle._count_gone('old_rows', 'new_rows'), 0::bigint, 'the same rows');
SELECT is(differs(), NULL, 'the same rows, both ways');
INSERT INTO new_rows SELECT prefix || i, 's', i FROM generate_series(1, 300) i, unnest(ARRAY['', 'zz', E'\u00E9']) prefix;
INSERT INTO old_rows SELECT 'f' || i, 's', i FROM generate_series(1, 300) i;
INSERT INTO old_rows SELECT repeat('long ', 150) || i, 's', i FROM generate_series(1, 200) i; -- compressed in the index
INSERT INTO new_rows SELECT repeat('long ', 150) || i, 's', i FROM generate_series(101, 300) i;
SELECT is(differs(), NULL, 'ids of each alone, long ones among them');
DELETE FROM old_rows WHERE noted % 3 = 0;
UPDATE old_rows SET noted = noted + 1 WHERE noted % 5 = 0;
UPDATE old_rows SET source_system = 't' WHERE noted % 7 = 0;
UPDATE old_rows SET source_record_id = 'moved ' || source_record_id WHERE noted % 11 = 0;
UPDATE old_rows SET source_record_id = substr(source_record_id, 7) WHERE source_record_id LIKE 'moved %' AND noted % 2 = 0;
DELETE FROM new_rows WHERE noted % 13 = 0;
SELECT is(differs(), NULL, 'among dead entries, and several entries of one row');
VACUUM old_rows;
SELECT is(differs(), NULL, 'after a vacuum, where the map of what all see tells');
BEGIN;
DELETE FROM old_rows WHERE noted % 17 = 0;
INSERT INTO old_rows SELECT 'own ' || i, 's', i FROM generate_series(1, 100) i;
SELECT is(differs(), NULL, 'what this transaction has done');
ROLLBACK;
DELETE FROM old_rows WHERE source_record_id < 'c';
VACUUM old_rows;
SELECT is(differs(), NULL, 'after whole pages went');
CREATE TABLE unkeyed (source_record_id text);
SELECT throws_ok($$SELECT lifecycle._count_gone('old_rows', 'unkeyed')$$, '55000', NULL, 'a table without a primary key');
CREATE TABLE parted (LIKE old_rows INCLUDING ALL) PARTITION BY LIST (source_record_id);
SELECT throws_ok($$SELECT lifecycle._count_gone('old_rows', 'parted')$$, '55000', NULL, 'a table that is only the sum of others');
CREATE ROLE count_gone_reader;
GRANT USAGE ON SCHEMA lifecycle TO count_gone_reader;
SET ROLE count_gone_reader;
SELECT throws_ok($$SELECT lifecycle._count_gone('public.old_rows', 'public.new_rows')$$, '42501', NULL, 'a table that the caller may not read');
RESET ROLE;
REVOKE USAGE ON SCHEMA lifecycle FROM count_gone_reader;
DROP ROLE count_gone_reader;
SELECT * FROM finish();
