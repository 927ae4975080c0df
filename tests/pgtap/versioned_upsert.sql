-- versioned_upsert(): the highest version of a key wins once, whatever order, repeats and shapes rows come in; random batches against
-- the obvious SQL; what is stale is not touched.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(67);

CREATE TABLE company (org_id uuid, entity_id uuid, name text, employees integer DEFAULT -1, record_version bigint NOT NULL, deleted_at timestamptz,
  PRIMARY KEY (org_id, entity_id));
CREATE TABLE batch (LIKE company);
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION upsert(target regclass, source regclass) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s inserted, %s updated, %s stale', inserted, updated, stale) FROM lifecycle.versioned_upsert(target, source)
$$;
CREATE FUNCTION content(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SELECT coalesce(string_agg(r::text, '' '' ORDER BY r::text), ''-'') FROM %s r', relation) INTO result;
  RETURN result;
END $$;

-- One key at a time
SELECT is(upsert('company', 'batch'), '0 inserted, 0 updated, 0 stale', 'an empty batch');
INSERT INTO batch VALUES (id(1), id(10), 'one', 5, 3, NULL), (id(1), id(11), 'two', 6, 1, NULL);
SELECT is(upsert('company', 'batch'), '2 inserted, 0 updated, 0 stale', 'new keys are inserted');
SELECT is(upsert('company', 'batch'), '0 inserted, 0 updated, 2 stale', 'equal versions are not applied');
UPDATE batch SET record_version = record_version - 1, name = 'older';
SELECT is(upsert('company', 'batch'), '0 inserted, 0 updated, 2 stale', 'lower versions are not applied');
SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM company), 'one two', '... and change nothing');
UPDATE batch SET record_version = 4, name = 'newer', deleted_at = '2025-01-01';
SELECT is(upsert('company', 'batch'), '0 inserted, 2 updated, 0 stale', 'higher versions are applied');
SELECT is((SELECT count(deleted_at) FROM company), 2::bigint, '... tombstones too');
UPDATE batch SET record_version = 5, deleted_at = NULL;
SELECT is(upsert('company', 'batch'), '0 inserted, 2 updated, 0 stale', 'a higher version revives');
SELECT is((SELECT count(deleted_at) FROM company), 0::bigint, '... with all its columns');

-- Several versions of a key in one batch, in any order
TRUNCATE batch;
INSERT INTO batch SELECT id(1), id(20), 'v' || v, v, v, NULL FROM unnest(ARRAY[3, 9, 1, 9, 4]) v;
SELECT is(upsert('company', 'batch'), '1 inserted, 0 updated, 4 stale', 'of several versions the highest is applied, once');
SELECT is((SELECT name FROM company WHERE entity_id = id(20)), 'v9', '... and is there');

-- Two contents under one version
CREATE TABLE other AS SELECT * FROM company WHERE false;
ALTER TABLE other ADD PRIMARY KEY (entity_id);
TRUNCATE batch;
INSERT INTO batch VALUES (id(1), id(30), 'alpha', 1, 1, NULL), (id(1), id(30), 'omega', 1, 1, NULL), (id(1), id(30), 'beta', 1, 1, NULL);
SELECT is(upsert('other', 'batch'), '1 inserted, 0 updated, 2 stale', 'of several contents under one version one is applied');
SELECT name AS first_choice FROM other \gset
TRUNCATE other;
CREATE TABLE shuffled AS SELECT * FROM batch ORDER BY name DESC;
SELECT is(upsert('other', 'shuffled'), '1 inserted, 0 updated, 2 stale', '... in another order');
SELECT is((SELECT name FROM other), :'first_choice', '... the same one');
CREATE VIEW batch_view AS SELECT * FROM batch;
TRUNCATE other;
SELECT is(upsert('other', 'batch_view'), '1 inserted, 0 updated, 2 stale', '... from a view');
SELECT is((SELECT name FROM other), :'first_choice', '... the same one');

-- Columns
CREATE TABLE lean (entity_id uuid, record_version smallint, org_id uuid);
INSERT INTO lean VALUES (id(10), 6, id(1)), (id(99), 1, id(1));
SELECT is(upsert('company', 'lean'), '1 inserted, 1 updated, 0 stale', 'columns are matched by name; the version may be of another integer type');
SELECT is((SELECT string_agg(concat_ws(',', coalesce(name, 'null'), employees), ' ') FROM company WHERE entity_id IN (id(10), id(99))),
  'null,-1 null,-1', 'a column the batch lacks is set to its default, in old rows and new ones');
CREATE TABLE built (id integer PRIMARY KEY, gone text, record_version integer, doubled integer GENERATED ALWAYS AS (record_version * 2) STORED,
  serial integer GENERATED ALWAYS AS IDENTITY);
ALTER TABLE built DROP COLUMN gone;
CREATE TABLE built_batch (gone text, record_version bigint, id integer);
ALTER TABLE built_batch DROP COLUMN gone;
INSERT INTO built_batch VALUES (1, 7), (2, 8);
SELECT is(upsert('built', 'built_batch'), '2 inserted, 0 updated, 0 stale', 'dropped, generated and identity columns');
UPDATE built_batch SET record_version = 5;
SELECT is(upsert('built', 'built_batch'), '0 inserted, 2 updated, 0 stale', '... on update');
SELECT is((SELECT string_agg(concat_ws(',', id, record_version, doubled, serial), ' ' ORDER BY id) FROM built), '7,5,10,1 8,5,10,2', '... hold what they should');
CREATE TABLE wide (id integer PRIMARY KEY, body text, record_version integer);
ALTER TABLE wide ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE wide_batch (LIKE wide INCLUDING STORAGE);
INSERT INTO wide_batch SELECT i, repeat(md5(i::text), 500), 1 FROM generate_series(1, 50) i;
SELECT is(upsert('wide', 'wide_batch'), '50 inserted, 0 updated, 0 stale', 'values that lie out of line');
SELECT is((SELECT sum(hashtext(body)) FROM wide), (SELECT sum(hashtext(body)) FROM wide_batch), '... arrive');

-- An unversioned row counts as older than any
CREATE TABLE loose (id integer PRIMARY KEY, record_version integer);
INSERT INTO loose VALUES (1, NULL);
CREATE TABLE loose_batch (id integer, record_version integer);
INSERT INTO loose_batch VALUES (1, -5);
CREATE VIEW loose_view AS SELECT * FROM loose_batch;
SELECT is(upsert('loose', 'loose_batch'), '0 inserted, 1 updated, 0 stale', 'a row without a version is older than any');
UPDATE loose SET record_version = NULL;
SELECT is(upsert('loose', 'loose_view'), '0 inserted, 1 updated, 0 stale', '... also by SQL');

-- Wrong calls
SELECT throws_ok($$SELECT lifecycle.versioned_upsert(NULL, 'batch')$$, '22004', NULL, 'no target');
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('batch', 'batch')$$, '22023', NULL, 'itself as batch');
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('batch_view', 'batch')$$, '42809', NULL, 'a view as target');
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('batch', 'company')$$, '55000', NULL, 'a target without a key');
CREATE TABLE deferred (id integer PRIMARY KEY DEFERRABLE, record_version integer);
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('deferred', 'loose_batch')$$, '55000', NULL, 'a deferrable key');
CREATE TABLE versioned_key (id integer, record_version integer, PRIMARY KEY (id, record_version));
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('versioned_key', 'loose_batch')$$, '55000', NULL, 'the version in the key');
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('company', 'loose_batch')$$, '42804',
  'public.loose_batch cannot be upserted by version into public.company', 'a batch without the key');
CREATE TABLE text_version (id integer PRIMARY KEY, record_version text);
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('text_version', 'loose_batch')$$, '42804', NULL, 'a version of another type');
CREATE TABLE more (id integer, record_version integer, extra text);
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('loose', 'more')$$, '42703', 'public.more has columns that public.loose cannot take', 'a column that the target lacks');
INSERT INTO loose_batch VALUES (NULL, 1);
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('loose', 'loose_batch')$$, '23502', NULL, 'a null key');
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('loose', 'loose_view')$$, '23502', NULL, '... by SQL');
DELETE FROM loose_batch WHERE id IS NULL;
INSERT INTO loose_batch VALUES (5, NULL);
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('loose', 'loose_batch')$$, '23502', NULL, 'a null version');
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('loose', 'loose_view')$$, '23502', NULL, '... by SQL');
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA lifecycle TO clerk;
GRANT SELECT, INSERT, UPDATE ON company TO clerk;
SET ROLE clerk;
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('company', 'batch')$$, '42501', NULL, 'no SELECT on the batch');
RESET ROLE;
GRANT SELECT ON batch TO clerk;
REVOKE UPDATE ON company FROM clerk;
SET ROLE clerk;
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('company', 'batch')$$, '42501', NULL, 'no UPDATE on the target');
RESET ROLE;
REVOKE ALL ON company, batch FROM clerk;
REVOKE ALL ON SCHEMA lifecycle FROM clerk;
DROP ROLE clerk;

-- Random batches: what is there afterwards is, for each key, the highest version of all that was ever sent. `truth` is kept by the
-- obvious SQL. Through each kind of table and key, with rows deleted and index entries of dead rows in between.
CREATE FUNCTION rounds(target regclass, source regclass, stage regclass, keys integer, rounds integer, make_key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  given record;
  before bigint; wanted_new bigint; wanted_applied bigint; rows_in bigint; differs bigint;
BEGIN
  CREATE TEMP TABLE truth (key bigint PRIMARY KEY, version bigint);
  FOR round IN 1 .. rounds LOOP
    EXECUTE format('TRUNCATE %s', stage);
    CREATE TEMP TABLE sent AS
      SELECT 1 + (random() ^ 2 * keys)::bigint AS key, round / 3 + (random() * 6)::bigint - 3 AS version
      FROM generate_series(1, (ARRAY[0, 1, 40, 300, 3000])[1 + (random() * 4)::integer]);
    INSERT INTO sent SELECT * FROM sent WHERE random() < 0.2;
    EXECUTE format('INSERT INTO %s SELECT %s, ''content '' || key || '' '' || version, version FROM sent ORDER BY random()', stage, make_key);
    SELECT count(*), count(*) FILTER (WHERE t.key IS NULL), count(*) FILTER (WHERE t.key IS NULL OR t.version < s.version)
      INTO before, wanted_new, wanted_applied
      FROM (SELECT key, max(version) AS version FROM sent GROUP BY key) s LEFT JOIN truth t USING (key);
    SELECT count(*) INTO rows_in FROM sent;
    INSERT INTO truth AS t SELECT key, max(version) FROM sent GROUP BY key
      ON CONFLICT (key) DO UPDATE SET version = excluded.version WHERE excluded.version > t.version;
    DROP TABLE sent;
    SELECT * INTO given FROM lifecycle.versioned_upsert(target, source);
    IF (given.inserted, given.updated, given.stale) IS DISTINCT FROM (wanted_new, wanted_applied - wanted_new, rows_in - wanted_applied) THEN
      RETURN format('round %s: counted %s, wanted %s', round, given, (wanted_new, wanted_applied - wanted_new, rows_in - wanted_applied));
    END IF;
    EXECUTE format('SELECT count(*) FROM (SELECT %s AS key, ''content '' || key || '' '' || version AS body, version FROM truth) w
      FULL JOIN %s t ON t.key = w.key WHERE (t.body, t.record_version) IS DISTINCT FROM (w.body, w.version)', make_key, target) INTO differs;
    IF differs > 0 THEN RETURN format('round %s: %s rows differ', round, differs); END IF;
    SELECT * INTO given FROM lifecycle.versioned_upsert(target, source);
    IF given.inserted + given.updated > 0 THEN RETURN format('round %s: a repeat applied %s', round, given); END IF;
    IF round % 5 = 0 THEN
      EXECUTE format('DELETE FROM %s WHERE key IN (SELECT %s FROM truth WHERE key %% 7 = 3)', target, make_key);
      DELETE FROM truth WHERE key % 7 = 3;
    END IF;
  END LOOP;
  DROP TABLE truth;
  RETURN 'all equal';
END $$;
CREATE FUNCTION try(type text, make_key text, keys integer, rounds integer, kind text DEFAULT 'plain') RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('CREATE TABLE tried (key %1$s PRIMARY KEY, body text, record_version bigint) %2$s', type,
    CASE kind WHEN 'partitioned' THEN 'PARTITION BY HASH (key)' ELSE '' END);
  IF kind = 'partitioned' THEN
    CREATE TABLE tried_0 PARTITION OF tried FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE tried_1 PARTITION OF tried FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  END IF;
  EXECUTE format('CREATE %s TABLE stage (key %s, body text, record_version bigint)', CASE kind WHEN 'temporary' THEN 'TEMP' ELSE '' END, type);
  CREATE TEMP VIEW stage_view AS SELECT * FROM stage;
  result := rounds('tried', CASE kind WHEN 'view' THEN 'stage_view' ELSE 'stage' END::regclass, 'stage', keys, rounds, make_key);
  DROP TABLE tried, stage CASCADE;
  RETURN result;
END $$;
SELECT setseed(0.42);
SELECT is(try('uuid', 'md5(key::text)::uuid', 2000, 40), 'all equal', 'random batches: UUIDs');
SELECT is(try('uuid', 'md5(key::text)::uuid', 100000, 12), 'all equal', '... sparse in a large table');
SELECT is(try('uuid', 'md5(key::text)::uuid', 500, 20, 'temporary'), 'all equal', '... from a temporary table');
SELECT is(try('bigint', 'key - 700', 2000, 25), 'all equal', '... negative and positive bigints');
SELECT is(try('integer', 'key', 2000, 10), 'all equal', '... integers');
SELECT is(try('smallint', '(key % 3000)::smallint', 2000, 10), 'all equal', '... smallints');
SELECT is(try('date', 'date ''2000-01-01'' - 1000 + key::integer', 2000, 10), 'all equal', '... dates');
SELECT is(try('timestamptz', 'timestamptz ''1999-12-31 23:30:00+00'' + key * interval ''1 minute''', 2000, 10), 'all equal', '... times');
SELECT is(try('text COLLATE "C"', 'repeat(chr(97 + (key % 3)::integer), (key % 40)::integer) || key', 2000, 25), 'all equal', '... texts in C order');
SELECT is(try('text COLLATE "en-x-icu"', 'CASE key % 3 WHEN 0 THEN ''é'' WHEN 1 THEN ''Z'' ELSE ''a'' END || key', 2000, 15), 'all equal', '... texts in another order');
SELECT is(try('varchar(80) COLLATE "C"', '''Ünïcode '' || key', 2000, 10), 'all equal', '... varchars');
SELECT is(try('text COLLATE "C"', 'repeat(md5(key::text), 40) || key', 400, 10), 'all equal', '... texts so long that the index compresses them');
SELECT is(try('numeric', 'key / 4.0', 1000, 10), 'all equal', '... numerics, by SQL');
SELECT is(try('uuid', 'md5(key::text)::uuid', 2000, 15, 'partitioned'), 'all equal', '... a partitioned target, by SQL');
SELECT is(try('uuid', 'md5(key::text)::uuid', 2000, 15, 'view'), 'all equal', '... a view as batch, by SQL');

-- A key of several columns, and index entries of rows long dead: many updates of few keys
CREATE TABLE several (a boolean, b integer, c text COLLATE "C", body text, record_version bigint, PRIMARY KEY (a, b, c)) WITH (autovacuum_enabled = off);
CREATE TABLE several_batch (LIKE several);
CREATE INDEX ON several (record_version); -- so that no update is heap-only
DO $$
BEGIN
  FOR version IN 1 .. 60 LOOP
    TRUNCATE several_batch;
    INSERT INTO several_batch SELECT i % 2 = 0, i % 3, 'c' || i, 'v' || version, version FROM generate_series(1, 200) i;
    PERFORM lifecycle.versioned_upsert('several', 'several_batch');
  END LOOP;
END $$;
SELECT is((SELECT (count(*), min(body), max(body))::text FROM several), '(200,v60,v60)', 'a key of several columns, updated time and again');
SELECT is(upsert('several', 'several_batch'), '0 inserted, 0 updated, 200 stale', '... and found');

-- Stale rows take no lock and write no WAL
CREATE TABLE large (org_id uuid, entity_id uuid, body text, record_version bigint, PRIMARY KEY (org_id, entity_id)) WITH (autovacuum_enabled = off);
INSERT INTO large SELECT id(i % 5), id(i), 'body', 1 FROM generate_series(1, 20000) i;
VACUUM ANALYZE large;
CREATE TABLE large_batch AS SELECT org_id, entity_id, 'changed' AS body, CASE WHEN hashtext(entity_id::text) % 4 = 0 THEN 2 ELSE 1 END::bigint AS record_version FROM large ORDER BY md5(entity_id::text);
VACUUM large_batch;
SELECT is((SELECT (updated, stale) FROM lifecycle.versioned_upsert('large', 'large_batch')), (SELECT (count(*) FILTER (WHERE record_version = 2), count(*) FILTER (WHERE record_version = 1)) FROM large_batch),
  'a quarter of a large batch is new');
SELECT is((SELECT count(*) FROM large WHERE record_version = 1 AND xmax <> 0), 0::bigint, '... what is stale was not even locked');
VACUUM large;
CREATE FUNCTION wal_of(target regclass, source regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before bigint := lifecycle._wal_bytes();
BEGIN
  RETURN format('%s, %s bytes', upsert(target, source), lifecycle._wal_bytes() - before);
END $$;
SELECT wal_of('large', 'large_batch') \gset
SELECT is(:'wal_of'::text, '0 inserted, 0 updated, 20000 stale, 0 bytes', 'the batch once more writes no WAL');

-- Row-level security holds
CREATE ROLE tenant;
GRANT USAGE ON SCHEMA lifecycle TO tenant;
GRANT SELECT, INSERT, UPDATE ON company, batch TO tenant;
ALTER TABLE company ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON company TO tenant USING (org_id = id(2)) WITH CHECK (org_id = id(2));
TRUNCATE batch;
INSERT INTO batch VALUES (id(2), id(50), 'mine', 1, 1, NULL);
SET ROLE tenant;
SELECT is(upsert('company', 'batch'), '1 inserted, 0 updated, 0 stale', 'row-level security: rows of one''s own are applied');
RESET ROLE;
UPDATE batch SET org_id = id(1), entity_id = id(10), record_version = 1000;
SET ROLE tenant;
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('company', 'batch')$$, '42501', NULL, '... others'' rows are not');
RESET ROLE;
DROP OWNED BY tenant;
DROP ROLE tenant;

-- Where other bytes may be the same key, they are one in the batch as well.
CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE folded_target (name text COLLATE folded PRIMARY KEY, record_version bigint, note text);
CREATE TABLE folded_batch (name text, record_version bigint, note text);
INSERT INTO folded_batch VALUES ('a', 1, 'x'), ('A', 2, 'y'), ('b', 1, 'z');
SELECT is(upsert('folded_target', 'folded_batch'), '2 inserted, 0 updated, 1 stale', 'a collation to which upper and lower case are one');
INSERT INTO folded_batch VALUES ('B', 3, 'later');
SELECT is(upsert('folded_target', 'folded_batch'), '0 inserted, 1 updated, 3 stale', '... against what is there');
SELECT results_eq('SELECT record_version, note FROM folded_target ORDER BY 1', $$VALUES (2::bigint, 'y'), (3, 'later')$$, '... the highest version of each');
-- An index is named before the table is locked: another may have taken its place by then.
CREATE TABLE moved (k text COLLATE "C" PRIMARY KEY, v text, record_version bigint NOT NULL);
CREATE TABLE moving (LIKE moved);
INSERT INTO moved VALUES ('a', 'x', 1), ('b', 'x', 1);
INSERT INTO moving TABLE moved;
SELECT 'moved_pkey'::regclass::oid AS former \gset
REINDEX INDEX CONCURRENTLY moved_pkey;
SELECT is((SELECT v.stale FROM lifecycle._versioned_insert('moved', 'moving', :former, 'SELECT true WHERE false') v), 2::bigint, 'an index that was built anew in between');
CREATE UNIQUE INDEX moved_half ON moved (k);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'moved_half'::regclass;
SELECT is((SELECT v.stale FROM lifecycle._versioned_insert('moved', 'moving', 'moved_half', 'SELECT true WHERE false') v), 2::bigint, '... or is not yet, or no longer, in use');
SELECT * FROM finish();
