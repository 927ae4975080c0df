-- _load() of a new table that has its indexes already: they are filled from the rows as they pass by, and hold what they would if made after.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS amcheck;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT * FROM no_plan();
SELECT 'load_indexed_' || pg_backend_pid() AS owner \gset
CREATE ROLE :owner;

CREATE TABLE rejects (reject_code text, id integer);
CREATE FUNCTION whose(id integer) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('application_name', 'whose', false);
  RETURN current_user;
END $$;
SET application_name = 'load_indexed';
CREATE TABLE source AS
  SELECT (i * 7919) % 20011 AS id, CASE WHEN i % 11 > 0 THEN 'contact ' || i % 5000 END AS word, timestamptz '2024-01-01 00:00:00+00' + (i * 37 % 1000) * interval '1 minute' AS at,
    CASE WHEN i % 13 > 0 THEN jsonb_build_object('kind', i % 20, 'text', md5(i::text)) END AS doc, CASE WHEN i % 500 = 0 THEN repeat(md5(i::text), 60) ELSE 'e' || i END AS long,
    i % 2 = 0 AS flag, md5(i::text)::uuid AS key, i % 100 AS num, i % 9 = 0 AS rejected
  FROM generate_series(1, 20000) i;
ALTER TABLE source ALTER COLUMN long SET STORAGE EXTERNAL;
UPDATE source SET long = repeat(md5(id::text), 75) WHERE id % 700 = 3; -- out of line
\set query 'SELECT s.id, s.word, s.at, s.doc, s.long, s.flag, s.key, s.num, CASE WHEN s.rejected THEN ''r'' END AS reject_code, s.id FROM source s'

CREATE FUNCTION make_table(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %I (gone text, id integer NOT NULL, word text COLLATE "C", at timestamptz, doc jsonb, long text, flag boolean, key uuid, num integer)', name);
  EXECUTE format('ALTER TABLE %I DROP COLUMN gone', name);
END $$;
CREATE FUNCTION make_indexes(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %1$s_key PRIMARY KEY (id, key)', name);
  EXECUTE format('CREATE UNIQUE INDEX %1$s_uuid ON %1$I (key)', name);
  EXECUTE format('CREATE INDEX %1$s_timeline ON %1$I (word, at DESC NULLS LAST) INCLUDE (flag) WITH (deduplicate_items = off)', name);
  EXECUTE format('CREATE INDEX %1$s_time ON %1$I (at)', name);
  EXECUTE format('CREATE UNIQUE INDEX %1$s_md5 ON %1$I ((md5(id::text) COLLATE "C") DESC, flag)', name);
  EXECUTE format('CREATE INDEX %1$s_later ON %1$I (at DESC, word DESC NULLS LAST) WITH (deduplicate_items = off, fillfactor = 40)', name);
  EXECUTE format('CREATE INDEX %1$s_tall ON %1$I ((repeat(md5(id::text), 14) COLLATE "C") DESC, at) INCLUDE (num) WITH (deduplicate_items = off, fillfactor = 100)', name);
  EXECUTE format('CREATE INDEX %1$s_alike ON %1$I ((repeat(left(md5((num / 50)::text), 8), 40) COLLATE "C"), at) WITH (deduplicate_items = off)', name);
  EXECUTE format('CREATE INDEX %1$s_long ON %1$I (long)', name);
  EXECUTE format('CREATE INDEX %1$s_partial ON %1$I ((left(long, 20) COLLATE "C"), lower(word)) WHERE word IS NULL', name);
  EXECUTE format('CREATE INDEX %1$s_whose ON %1$I (whose(id))', name);
  EXECUTE format('CREATE INDEX %1$s_gin ON %1$I USING gin (doc)', name);
  EXECUTE format('CREATE INDEX %1$s_brin ON %1$I USING brin (at) WITH (pages_per_range = 4)', name);
  EXECUTE format('CREATE INDEX %1$s_hash ON %1$I USING hash (num)', name);
  EXECUTE format('CREATE INDEX %1$s_list ON %1$I USING gin ((ARRAY[num, id]))', name);
END $$;
GRANT ALL ON SCHEMA public TO :owner;

-- One made after the load, by a scan; one filled in passing; one where there is no room to keep what passes
BEGIN;
SELECT make_table('scanned'), make_table('fed'), make_table('crowded');
ALTER TABLE fed OWNER TO :owner;
SELECT lifecycle._load(:'query', 'scanned', 'rejects') AS loaded \gset
SELECT make_indexes('scanned'), make_indexes('fed'), make_indexes('crowded');
SELECT is(lifecycle._load(:'query', 'fed', 'rejects')::text, :'loaded', 'a new table is loaded with its indexes');
SELECT is(current_setting('application_name'), 'load_indexed', '... and no function in an index changes a setting of the caller');
SET LOCAL maintenance_work_mem = '1MB';
SELECT is(lifecycle._load(:'query', 'crowded', 'rejects')::text, :'loaded', '... and with little memory');
COMMIT;
SELECT is((SELECT count(*) FROM fed), (SELECT count(*) FROM source WHERE NOT rejected), 'every row is in, once');

-- Every row has its entries, in order
SELECT lives_ok(format('SELECT bt_index_parent_check(%L, true, true)', i.indexrelid::regclass), format('%s is whole', i.indexrelid::regclass))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
WHERE i.indrelid IN ('fed'::regclass, 'crowded'::regclass) AND a.amname = 'btree' ORDER BY c.relname;
SELECT is((SELECT array_agg((replace(c.relname, 'fed', ''), c.reltuples, c.relpages)::text ORDER BY c.relname) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 'fed'::regclass),
  (SELECT array_agg((replace(c.relname, 'scanned', ''), c.reltuples, c.relpages)::text ORDER BY c.relname) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 'scanned'::regclass),
  'with as many entries and pages as if built after');
SELECT is((SELECT reltuples FROM pg_class WHERE oid = 'fed'::regclass), (SELECT reltuples FROM pg_class WHERE oid = 'scanned'::regclass), '... and the table with as many rows');

-- What they find
SET enable_seqscan = off;
CREATE FUNCTION found(name text, condition text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  result bigint;
BEGIN
  EXECUTE format('SELECT sum(id) FROM %I WHERE %s', name, condition) INTO result;
  RETURN result;
END $$;
SELECT is(found(t, c), found('scanned', c), format('%s finds %s', t, c))
FROM unnest(ARRAY['fed', 'crowded']) t, unnest(ARRAY[$$word = 'contact 42'$$, 'num = 7', 'ARRAY[num, id] @> ARRAY[8]', $$doc @> '{"kind": 3}'$$, $$at BETWEEN '2024-01-01 02:00+00' AND '2024-01-01 03:00+00'$$,
  $$(md5(id::text) COLLATE "C") = md5('77')$$, $$(repeat(md5(id::text), 14) COLLATE "C") < repeat('3', 9)$$, $$at = '2024-01-01 02:00+00' AND word < 'contact 3'$$, $$word IS NULL AND (left(long, 20) COLLATE "C") >= 'e'$$]) c ORDER BY t, c;
SELECT cmp_ok(found('fed', 'num = 7'), '>', 0::bigint, '... some');
SELECT cmp_ok(found('fed', $$doc @> '{"kind": 3}'$$), '>', 0::bigint, '... some');
SELECT is((SELECT count(*) FROM fed WHERE whose(id) = :'owner'), (SELECT count(*) FROM fed), 'functions in an index act for the owner of the table');
RESET enable_seqscan;

-- What holds for CREATE UNIQUE INDEX holds here
BEGIN;
SELECT make_table('twice');
CREATE UNIQUE INDEX twice_at ON twice (at);
SELECT throws_ok(format('SELECT lifecycle._load(%L, ''twice'', ''rejects'')', :'query'), '23505', 'could not create unique index "twice_at"', 'what repeats is refused');
SELECT throws_like(format('SELECT lifecycle._load(%L, ''twice'', ''rejects'')', :'query'), 'cannot bulk-load table "twice": it has indexes', 'the rows of a load that failed are not indexed by another');
ROLLBACK;
BEGIN;
SELECT make_table('nulls');
CREATE UNIQUE INDEX nulls_word ON nulls (at, num) WHERE word IS NULL;
CREATE UNIQUE INDEX nulls_num ON nulls (word, id);
SELECT is(lifecycle._load('SELECT i, CASE WHEN i % 2 = 0 THEN ''w'' END, CASE WHEN i % 3 > 0 THEN now() END, NULL::jsonb, NULL::text, NULL::boolean, NULL::uuid, NULL::integer, NULL::text AS reject_code, i
  FROM generate_series(1, 3000) i', 'nulls', 'rejects')::text, '(3000,3000,0)', 'nulls do not repeat each other');
SELECT bt_index_parent_check('nulls_word', true, true), bt_index_parent_check('nulls_num', true, true);
ROLLBACK;
BEGIN;
SELECT make_table('twice');
CREATE UNIQUE INDEX twice_word ON twice (word);
SELECT throws_ok(format('SELECT lifecycle._load(%L, ''twice'', ''rejects'')', :'query'), '23505', 'could not create unique index "twice_word"', '... among texts, too');
ROLLBACK;
BEGIN;
SELECT make_table('later');
CREATE INDEX ON later (word);
SELECT lifecycle._load(:'query', 'later', 'rejects') AS loaded \gset
SELECT throws_like(format('SELECT lifecycle._load(%L, ''later'', ''rejects'')', :'query'), 'cannot bulk-load table "later": it has indexes', 'nor are further rows');
ROLLBACK;
BEGIN;
SELECT make_table('empty');
CREATE INDEX empty_word ON empty (word);
SELECT is(lifecycle._load(:'query' || ' WHERE false', 'empty', 'rejects')::text, '(0,0,0)', 'no row at all');
COMMIT;
INSERT INTO empty (id, word) VALUES (1, 'w');
SET enable_seqscan = off;
SELECT is((SELECT id FROM empty WHERE word = 'w'), 1, '... leaves an index that takes rows');
RESET enable_seqscan;

-- Neither is logged
BEGIN;
CREATE UNLOGGED TABLE passing (id integer NOT NULL, word text);
CREATE INDEX passing_word ON passing ((word COLLATE "C"), id) WITH (deduplicate_items = off);
SELECT is(lifecycle._load('SELECT i, ''w'' || i, NULL::text AS reject_code, i FROM generate_series(1, 3000) i', 'passing', 'rejects')::text, '(3000,3000,0)', 'an unlogged table');
COMMIT;
SELECT lives_ok($$SELECT bt_index_parent_check('passing_word', true, true)$$, '... has an index that is whole');
BEGIN;
CREATE TEMPORARY TABLE passing (LIKE public.passing INCLUDING ALL);
SELECT is(lifecycle._load('SELECT i, ''w'' || i, NULL::text AS reject_code, i FROM generate_series(1, 3000) i', 'pg_temp.passing', 'rejects')::text, '(3000,3000,0)', 'a temporary one');
COMMIT;
SELECT lives_ok(format('SELECT bt_index_parent_check(%L, true, true)', (SELECT i.indexrelid::regclass FROM pg_index i WHERE i.indrelid = 'pg_temp.passing'::regclass)), '... too');

DROP OWNED BY :owner;
DROP ROLE :owner;
SELECT * FROM finish();
