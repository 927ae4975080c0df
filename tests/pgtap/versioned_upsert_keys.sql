-- versioned_upsert() beside the plain statement, on keys of every width and layout, batches in every order, and tables in every state:
-- after each batch both tables are the same, and the batch once more writes nothing. Keys of fixed width are compared where they lie in the index; rows are read by page.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(28);

-- One batch of `rows` rows over `keys` keys, in the given order of rows, through both; what differs afterwards. Two in ten rows are another's again.
CREATE FUNCTION bring(make_key text, keys integer, batch_rows integer, row_order text, newest integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  key_columns text := (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey[0 : i.indnkeyatts - 1]) WITH ORDINALITY k(number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE i.indrelid = 'ours'::regclass AND i.indisprimary);
  counted record; stale bigint; different bigint; before bigint;
BEGIN
  TRUNCATE batch;
  EXECUTE format('INSERT INTO batch SELECT %s, note, version FROM (SELECT n, note, version FROM (SELECT (random() * %s)::bigint AS n, (random() * 6)::bigint + %s AS version
    FROM generate_series(1, %s)) r CROSS JOIN LATERAL (SELECT n || ''/'' || version) AS t(note) CROSS JOIN LATERAL generate_series(1, 1 + (random() < 0.2)::integer) twice) b ORDER BY %s',
    make_key, keys, newest - 3, batch_rows, row_order);
  SELECT count(*) INTO before FROM plain;
  EXECUTE format('INSERT INTO plain AS t SELECT DISTINCT ON (%1$s) * FROM batch ORDER BY %1$s, record_version DESC
    ON CONFLICT (%1$s) DO UPDATE SET note = excluded.note, record_version = excluded.record_version WHERE excluded.record_version > t.record_version', key_columns);
  GET DIAGNOSTICS stale = ROW_COUNT; -- what it wrote
  SELECT * INTO counted FROM lifecycle.versioned_upsert('ours', 'batch');
  IF (counted.inserted, counted.updated, counted.stale) IS DISTINCT FROM
    ((SELECT count(*) FROM plain) - before, stale - (SELECT count(*) FROM plain) + before, (SELECT count(*) FROM batch) - stale) THEN
    RETURN format('counted %s, the plain statement wrote %s', counted, stale);
  END IF;
  SELECT count(*) INTO different FROM ((TABLE ours EXCEPT ALL TABLE plain) UNION ALL (TABLE plain EXCEPT ALL TABLE ours)) d;
  IF different > 0 THEN
    RETURN format('%s rows differ', different);
  END IF;
  -- Who does not find what is there leaves it to the statement, which locks it.
  -- A page that is pruned on the way, of the catalog, say, costs log once.
  FOR attempt IN 1 .. 2 LOOP
    stale := lifecycle._wal_bytes();
    SELECT * INTO counted FROM lifecycle.versioned_upsert('ours', 'batch');
    EXIT WHEN lifecycle._wal_bytes() = stale;
  END LOOP;
  IF counted.stale <> (SELECT count(*) FROM batch) OR lifecycle._wal_bytes() > stale THEN
    RETURN format('once more: %s, %s bytes of WAL', counted, lifecycle._wal_bytes() - stale);
  END IF;
  RETURN NULL;
END $$;

-- Large and small batches in turn, shuffled, sorted and backwards; in between rows go, rows come to nothing, and pages are tidied up or not.
CREATE FUNCTION try_key(columns text, key text, make_key text, keys integer, rounds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE problem text;
BEGIN
  DROP TABLE IF EXISTS ours, plain, batch;
  EXECUTE format('CREATE TABLE ours (%s, note text, record_version bigint NOT NULL, PRIMARY KEY %s) WITH (autovacuum_enabled = off, fillfactor = 60)', columns, key);
  CREATE TABLE plain (LIKE ours INCLUDING ALL);
  CREATE TABLE batch (LIKE ours);
  FOR round IN 1 .. rounds LOOP
    problem := bring(make_key, keys, (ARRAY[1, 30, 400, 4000])[1 + round % 4],
      (ARRAY['random()', make_key, 'n DESC, version', 'n, version'])[1 + (random() * 3)::integer], round / 2);
    IF problem IS NOT NULL THEN
      RETURN format('round %s: %s', round, problem);
    END IF;
    IF round % 5 = 0 THEN
      DELETE FROM ours WHERE hashtext(split_part(note, '/', 1)) % 5 = round % 3;
      DELETE FROM plain WHERE hashtext(split_part(note, '/', 1)) % 5 = round % 3;
    END IF;
    BEGIN -- what was rolled back leaves rows and index entries that nobody sees
      UPDATE ours SET record_version = record_version + 100;
      RAISE EXCEPTION USING ERRCODE = 'P0001';
    EXCEPTION WHEN SQLSTATE 'P0001' THEN NULL;
    END;
  END LOOP;
  RETURN 'all equal';
END $$;
SELECT setseed(0.7);
SELECT is(try_key('a uuid, b uuid', '(a, b)', 'md5((n % 7)::text)::uuid, md5(n::text)::uuid', 6000, 16), 'all equal', 'two UUIDs');
SELECT is(try_key('a boolean, b smallint, c bigint', '(a, b, c)', 'n % 2 = 0, (n % 300 - 150)::smallint, n - 3000', 6000, 10), 'all equal', 'columns with gaps between them');
SELECT is(try_key('a integer, b uuid', '(a, b)', '(3 - n % 5)::integer, md5(n::text)::uuid', 4000, 10), 'all equal', 'a UUID at an odd place');
SELECT is(try_key('a date, b timestamptz, c integer, d boolean', '(a, b, c, d)',
  'date ''1999-12-30'' + (n % 5)::integer, timestamptz ''2000-01-01 00:00:00+00'' + (n % 11 - 5) * interval ''1 second'', (n - 900)::integer, n % 3 = 0', 3000, 10), 'all equal', 'four columns');
SELECT is(try_key('a uuid, b uuid, c integer', '(a, b, c)', 'md5((n % 3)::text)::uuid, md5((n % 9)::text)::uuid, (n - 500)::integer', 3000, 8), 'all equal', 'more than a batch holds as numbers');
SELECT is(try_key('b bigint, a smallint', '(a, b)', 'n - 100, (n % 4 - 2)::smallint', 3000, 8), 'all equal', 'columns in another order than the table''s');
SELECT is(try_key('a bigint', '(a)', 'CASE n % 3 WHEN 0 THEN -9223372036854775808 + n WHEN 1 THEN n ELSE 9223372036854775807 - n END', 3000, 8), 'all equal', 'the ends of a type');
SELECT is(try_key('a integer, b text COLLATE "C"', '(a, b)', '(n % 3)::integer, repeat(''k'', (n % 50)::integer) || n', 3000, 8), 'all equal', 'an integer and a text');

-- An index that holds more than the key: a null there moves the key's place in the entry
CREATE FUNCTION with_included() RETURNS text LANGUAGE plpgsql AS $$
DECLARE problem text;
BEGIN
  DROP TABLE IF EXISTS ours, plain, batch;
  CREATE TABLE ours (id integer, other uuid, note text, record_version bigint NOT NULL, PRIMARY KEY (id, other) INCLUDE (note)) WITH (autovacuum_enabled = off);
  CREATE TABLE plain (LIKE ours INCLUDING ALL);
  CREATE TABLE batch (LIKE ours);
  FOR round IN 1 .. 12 LOOP
    problem := bring('(n % 9 - 4)::integer, md5(n::text)::uuid', 2000, 1500, 'random()', round);
    IF problem IS NOT NULL THEN
      RETURN format('round %s: %s', round, problem);
    END IF;
    UPDATE ours SET note = NULL WHERE id % 2 = 0;
    UPDATE plain SET note = NULL WHERE id % 2 = 0;
  END LOOP;
  RETURN 'all equal';
END $$;
SELECT is(with_included(), 'all equal', 'a key with other columns in its index, null and not');

-- Tables in odd states. `again` brings three batches: few rows (searched one by one), many, many in order.
CREATE FUNCTION again(make_key text, keys integer) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(bring(make_key, keys, 50, 'random()', 3), bring(make_key, keys, 5000, 'random()', 4), bring(make_key, keys, 5000, 'n, version', 5),
    bring(make_key, keys, 5000, 'n DESC', 5), 'all equal')
$$;
SELECT 'n, md5(n::text)::uuid' AS make_key, 40000 AS keys \gset
DROP TABLE ours, plain, batch;
CREATE TABLE ours (id bigint, other uuid, note text, record_version bigint NOT NULL, PRIMARY KEY (id, other)) WITH (autovacuum_enabled = off);
CREATE TABLE plain (LIKE ours INCLUDING ALL);
CREATE TABLE batch (LIKE ours);
SELECT is(again(:'make_key', :keys), 'all equal', 'an empty table');
TRUNCATE ours, plain;
INSERT INTO plain SELECT n, md5(n::text)::uuid, n || '/1', 1 FROM generate_series(1, :keys) n;
INSERT INTO ours TABLE plain;
SELECT is(again(:'make_key', :keys), 'all equal', 'a full one');
DELETE FROM ours WHERE id BETWEEN 5000 AND 30000;
DELETE FROM plain WHERE id BETWEEN 5000 AND 30000;
SELECT is(again(:'make_key', :keys), 'all equal', 'most of it deleted');
VACUUM ours;
SELECT is(again(:'make_key', :keys), 'all equal', 'index pages deleted');
DELETE FROM ours WHERE id > 10;
DELETE FROM plain WHERE id > 10;
VACUUM ours;
VACUUM ours; -- deleted pages are given away only by a later one
SELECT is(again(:'make_key', :keys), 'all equal', '... and taken into use again');
DELETE FROM ours;
DELETE FROM plain;
VACUUM ours;
SELECT is(again(:'make_key', :keys), 'all equal', 'emptied, its index too');
VACUUM (FREEZE) ours;
SELECT is(again(:'make_key', :keys), 'all equal', 'frozen');
UPDATE ours SET note = note;
UPDATE ours SET note = note;
SELECT is(again(:'make_key', :keys), 'all equal', 'versions of rows one behind another');
CREATE INDEX ON ours (record_version);
UPDATE ours SET record_version = record_version;
SELECT is(again(:'make_key', :keys), 'all equal', '... each with entries of its own');
REINDEX TABLE ours;
SELECT is(again(:'make_key', :keys), 'all equal', 'an index made anew');
CLUSTER ours USING ours_pkey;
SELECT is(again(:'make_key', :keys), 'all equal', 'the table in the order of its key');
ALTER TABLE ours DROP COLUMN note;
ALTER TABLE ours ADD COLUMN note text DEFAULT 'none';
ALTER TABLE plain DROP COLUMN note;
ALTER TABLE plain ADD COLUMN note text DEFAULT 'none';
ALTER TABLE batch DROP COLUMN note;
ALTER TABLE batch ADD COLUMN note text;
CREATE FUNCTION swapped() RETURNS text LANGUAGE plpgsql AS $$ -- the version stands before the added column now
BEGIN
  TRUNCATE batch;
  INSERT INTO batch (id, other, note, record_version) SELECT n, md5(n::text)::uuid, 'late', n % 9 FROM generate_series(1, 20000) n ORDER BY random();
  INSERT INTO plain AS t SELECT * FROM batch ON CONFLICT (id, other) DO UPDATE SET note = excluded.note, record_version = excluded.record_version
    WHERE excluded.record_version > t.record_version;
  PERFORM lifecycle.versioned_upsert('ours', 'batch');
  RETURN (SELECT count(*) || ' differ' FROM ((TABLE ours EXCEPT ALL TABLE plain) UNION ALL (TABLE plain EXCEPT ALL TABLE ours)) d);
END $$;
SELECT is(swapped(), '0 differ', 'columns dropped and added');
DROP TABLE IF EXISTS late_version, late_batch;
CREATE TABLE late_version (id integer PRIMARY KEY, note text);
INSERT INTO late_version SELECT n, 'old' FROM generate_series(1, 3000) n;
ALTER TABLE late_version ADD COLUMN record_version bigint DEFAULT 7; -- not in the rows that were there
CREATE TABLE late_batch AS SELECT n AS id, 'new' AS note, (5 + n % 5)::bigint AS record_version FROM generate_series(1, 3000) n ORDER BY random();
SELECT is((SELECT v::text FROM lifecycle.versioned_upsert('late_version', 'late_batch') v), '(0,1200,1800)', 'a version that older rows have by default only');
SELECT is((SELECT string_agg(DISTINCT record_version::text || note, ' ') FROM late_version), '7old 8new 9new', '... is compared as such');

-- Of one transaction: rows it wrote itself, and took back
BEGIN;
DELETE FROM late_version WHERE id % 2 = 0;
INSERT INTO late_version SELECT n, 'again', 20 FROM generate_series(2, 3000, 4) n;
UPDATE late_batch SET record_version = 21 - id % 4;
SELECT is((SELECT v::text FROM lifecycle.versioned_upsert('late_version', 'late_batch') v), '(750,1500,750)', 'rows deleted, brought back and changed in the same transaction');
ROLLBACK;
SELECT is((SELECT v::text FROM lifecycle.versioned_upsert('late_version', 'late_batch') v), '(0,0,3000)', '... and all of it taken back');

-- A batch that is all one key, and one that is in order already
TRUNCATE late_version, late_batch;
INSERT INTO late_batch SELECT 1, 'v' || n, n FROM generate_series(1, 20000) n ORDER BY random();
SELECT is((SELECT v::text FROM lifecycle.versioned_upsert('late_version', 'late_batch') v), '(1,0,19999)', 'one key in twenty thousand rows');
SELECT is((SELECT note FROM late_version), 'v20000', '... of its highest version');
TRUNCATE late_batch;
INSERT INTO late_batch SELECT n, 'sorted', 1 FROM generate_series(-10000, 10000) n;
SELECT is((SELECT v::text FROM lifecycle.versioned_upsert('late_version', 'late_batch') v), '(20000,0,1)', 'a batch in order');
SELECT * FROM finish();
