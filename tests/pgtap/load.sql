-- _load(): the same rows as INSERT ... SELECT, the same errors, and nothing left of a load that fails.
\set ON_ERROR_STOP 1
\set QUIET 1
\set VERBOSITY sqlstate
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT plan(67);

SELECT dblink_connect('other', format('host=%s port=%s dbname=%s user=%s',
  split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user))
  AS connected \gset
CREATE FUNCTION other(query text) RETURNS text LANGUAGE sql AS $$ SELECT answer FROM dblink('other', query) AS t(answer text) $$;
-- Runs a statement; gives "sqlstate: message (detail)" of what it raises, or 'no error'.
CREATE FUNCTION outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text; message text; detail text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN format('%s: %s (%s)', state, message, detail);
END $$;

-- Content: every kind of value, a dropped column, values of every storage
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE source (id integer NOT NULL, small smallint, big bigint, flag boolean, real_ double precision, amount numeric(12, 2),
  code varchar(12), word text, id2 uuid, at timestamptz, doc jsonb, list text[], both_ pair, level positive, raw bytea);
ALTER TABLE source ALTER COLUMN raw SET STORAGE EXTERNAL;
INSERT INTO source
SELECT i, i % 100, i * 10000000000, i % 2 = 0, i / 3.0, i * 1.25, 'c' || i, CASE WHEN i % 3 > 0 THEN 'wörd ' || i END,
  md5(i::text)::uuid, timestamptz '2024-02-29 23:59:59.5+00' + i * interval '1 hour', jsonb_build_object('i', i, 'null', NULL),
  array['a', NULL, i::text], ROW(i, 'p')::pair, i,
  CASE i % 5 WHEN 0 THEN decode(repeat(md5(i::text), 400), 'hex') WHEN 1 THEN ''::bytea END
FROM generate_series(1, 3000) AS i;
UPDATE source SET word = repeat(md5(id::text), 3000) WHERE id % 50 = 0;    -- compressed, some out of line
UPDATE source SET doc = jsonb_build_object('long', (SELECT string_agg(md5((id * 1000 + j)::text), '') FROM generate_series(1, 200) AS j))
WHERE id % 70 = 0;                                                          -- out of line, incompressible
CREATE TABLE target (gone text, LIKE source);
ALTER TABLE target DROP COLUMN gone;
CREATE TEMP TABLE rejects (reject_code text, id integer, word text);
\set query 'SELECT s.*, CASE WHEN id % 10 = 3 THEN ''three'' WHEN id % 10 = 7 THEN ''seven'' END AS reject_code, id, word FROM source AS s'
SELECT is((rows_in, written, rejected), (3000::bigint, 2400::bigint, 600::bigint), 'rows in = written + rejected')
FROM lifecycle._load(:'query', 'target', 'rejects');
SELECT set_eq('SELECT t::text FROM target AS t', 'SELECT s::text FROM source AS s WHERE id % 10 NOT IN (3, 7)',
  'the target has every row without a reject_code, value for value');
SELECT is((SELECT count(*) FROM target), 2400::bigint, '... once');
SELECT set_eq('SELECT r::text FROM rejects AS r',
  'SELECT ROW(CASE id % 10 WHEN 3 THEN ''three'' ELSE ''seven'' END, id, word)::text FROM source WHERE id % 10 IN (3, 7)',
  'the table of rejects has the others');
SELECT is((SELECT count(*) FROM rejects), 600::bigint, '... once');
CREATE TABLE noted (LIKE source);
CREATE TEMP TABLE notes (LIKE rejects);
SELECT is(lifecycle._load('SELECT s.*, CASE id % 10 WHEN 3 THEN ''three'' WHEN 5 THEN ''+five'' WHEN 6 THEN '''' END AS reject_code, id, word FROM source AS s', 'noted', 'notes')::text,
  '(3000,2400,600)', 'of some rows something is only noted');
SELECT set_eq('SELECT id FROM noted', 'SELECT id FROM source WHERE id % 10 NOT IN (3, 6)', '... these enter the target');
SELECT set_eq('SELECT reject_code, id FROM notes', 'SELECT CASE id % 10 WHEN 3 THEN ''three'' WHEN 5 THEN ''+five'' ELSE '''' END, id FROM source WHERE id % 10 IN (3, 5, 6)',
  '... and the table of rejects, too');
CREATE TABLE inserted (LIKE source);
INSERT INTO inserted SELECT * FROM source WHERE id % 10 NOT IN (3, 7) ORDER BY id;
SELECT is((SELECT sum(pg_column_size(raw) + pg_column_size(word) + pg_column_size(doc)) FROM target),
  (SELECT sum(pg_column_size(raw) + pg_column_size(word) + pg_column_size(doc)) FROM inserted), 'values are stored as INSERT stores them');
SELECT cmp_ok((SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'target'::regclass), '>', 0::bigint,
  '... long ones out of line');
DROP TABLE source CASCADE;
SELECT is((SELECT sum(length(word) + length(doc::text)) FROM target), (SELECT sum(length(word) + length(doc::text)) FROM inserted),
  '... in storage of their own');
SELECT is(lifecycle._load('SELECT t.*, NULL::text AS reject_code, 1 AS id, ''w''::text AS word FROM target AS t WHERE false', 'target', 'rejects')::text,
  '(0,0,0)', 'a query without rows loads none');
SELECT is(lifecycle._load('SELECT t.*, NULL::text AS reject_code, id, word FROM target AS t', 'target', 'rejects')::text,
  '(2400,2400,0)', 'a query that reads its target does not meet the rows it adds');
SELECT is((SELECT count(*) FROM target), 4800::bigint, '... and adds each once');

-- What holds for INSERT holds here
CREATE TABLE small (id integer NOT NULL, v text, CONSTRAINT short CHECK (length(v) < 5));
CREATE TABLE bad (reject_code text, id integer);
CREATE FUNCTION load_small(query text, target regclass DEFAULT 'small') RETURNS text LANGUAGE sql AS $$
  SELECT outcome(format('SELECT lifecycle._load(%L, %L, ''bad'')', query, target)) $$;
SELECT is(load_small('SELECT i, ''x''::text, NULL::text AS reject_code, i FROM generate_series(1, 5000) AS i'), 'no error', 'a load');
SELECT is(load_small('SELECT i, ''long'' || i, NULL::text AS reject_code, i FROM generate_series(1, 5000) AS i'),
  '23514: new row for relation "small" violates check constraint "short" (Failing row contains (1, long1).)', 'CHECK holds');
SELECT is(load_small('SELECT NULLIF(i, 4000), ''y''::text, NULL::text AS reject_code, i FROM generate_series(1, 5000) AS i'),
  '23502: null value in column "id" of relation "small" violates not-null constraint (Failing row contains (null, y).)', 'NOT NULL holds');
SELECT is(load_small('SELECT NULL::integer, ''too long''::text, ''code''::text AS reject_code, i FROM generate_series(1, 10) AS i'), 'no error',
  'a rejected row may break the target''s constraints');
SELECT is((SELECT count(*) FROM bad WHERE reject_code = 'code'), 10::bigint, '... and is kept');
SELECT is((SELECT count(*) FROM small), 5000::bigint, 'nothing is left of the failed loads');
CREATE TABLE parts (id integer, v text) PARTITION BY LIST (id);
CREATE TABLE part_one PARTITION OF parts FOR VALUES IN (1);
SELECT is(load_small('SELECT 1, ''x''::text, NULL::text AS reject_code, 1', 'part_one'), 'no error', 'a partition is loaded');
SELECT is(load_small('SELECT 2, ''x''::text, NULL::text AS reject_code, 1', 'part_one'),
  '23514: new row for relation "part_one" violates partition constraint (Failing row contains (2, x).)', '... within its bounds');

-- The shape of the query
SELECT is(load_small('SELECT 1::bigint, ''x''::text, NULL::text AS reject_code, 1'),
  '42804: the query does not fit the tables it is loaded into (Column 1 of the query, "int8", is of type bigint; column "id" of table "small" is of type integer.)',
  'a wrong type names the column and both types');
SELECT is(load_small('SELECT 1, ''x''::varchar, NULL::text AS reject_code, 1'),
  '42804: the query does not fit the tables it is loaded into (Column 2 of the query, "varchar", is of type character varying; column "v" of table "small" is of type text.)',
  'nearly right is not right');
SELECT is(load_small('SELECT 1, ''x''::text, NULL::text AS reject_code, 1::bigint AS id'),
  '42804: the query does not fit the tables it is loaded into (Column 4 of the query, "id", is of type bigint; column "id" of table "bad" is of type integer.)',
  'the rejects'' columns are held to their types too');
SELECT is(load_small('SELECT 1, ''x''::text, NULL::text AS code, 1'),
  '42804: the query does not fit the tables it is loaded into (Column 3 of the query is "code", not reject_code.)', 'reject_code is in its place');
SELECT is(load_small('SELECT 1, ''x''::text, NULL::text AS reject_code'),
  '42804: the query does not fit the tables it is loaded into (The query has 3 columns; 2 of table "small" and 2 of table "bad" are needed.)', 'no column is missing');
CREATE TABLE limited (v varchar(3));
SELECT alike(load_small('SELECT ''long''::varchar, NULL::text AS reject_code, 1', 'limited'), '42804:%is of type character varying; % is of type character varying(3).)',
  'a length that the query does not promise is refused');
SELECT is(load_small('SELECT ''long''::varchar(3), NULL::text AS reject_code, 1', 'limited'), 'no error', '... one that it does is taken');
SELECT is(outcome($$SELECT lifecycle._load('SELECT 1, ''x''::text, NULL::text AS reject_code, 1', 'small', 'limited')$$),
  '42804: the query does not fit the tables it is loaded into (The first column of table "limited" is not reject_code of type text.)', 'rejects have a reject_code');
SELECT is(load_small('SELECT 1, ''x''::text, NULL::text AS reject_code, 1; SELECT 2'), '42601: the query must be one SELECT ()', 'one query only');
SELECT is(load_small('DELETE FROM small'), '42601: the query must be one SELECT ()', '... that gives rows');
SELECT alike(load_small('SELEKT'), '42601: syntax error%', 'a syntax error stays one');
SELECT alike(outcome($$SELECT lifecycle._load('SELECT 1', 'small', 'small')$$), '22023:%', 'target and rejects are two tables');
SELECT alike(outcome($$SELECT lifecycle._load(NULL, 'small', 'bad')$$), '22004:%', 'no argument may be null');

-- Tables that cannot be loaded this way
\set one 'SELECT 1, ''x''::text, NULL::text AS reject_code, 1'
CREATE TABLE keyed (id integer PRIMARY KEY, v text);
SELECT is(load_small(:'one', 'keyed'), '55000: cannot bulk-load table "keyed": it has indexes (A bulk load maintains no index, "keyed_pkey" among them.)', 'an index');
CREATE TABLE guarded (id integer, v text);
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON guarded FOR EACH ROW EXECUTE FUNCTION guard();
SELECT is(load_small(:'one', 'guarded'), 'no error', 'a trigger on UPDATE and DELETE does not matter');
CREATE TRIGGER guard_insert AFTER INSERT ON guarded FOR EACH STATEMENT EXECUTE FUNCTION guard();
SELECT alike(load_small(:'one', 'guarded'), '55000: cannot bulk-load table "guarded": it has triggers on INSERT%', '... one on INSERT does');
CREATE TABLE child (id integer REFERENCES keyed, v text);
SELECT alike(load_small(:'one', 'child'), '55000: cannot bulk-load table "child": it has triggers on INSERT (A bulk load fires no trigger; foreign keys%', 'a foreign key');
CREATE TABLE computed (id integer, v text GENERATED ALWAYS AS ('x') STORED);
SELECT alike(load_small(:'one', 'computed'), '55000:%generated columns%', 'a generated column');
SELECT alike(load_small(:'one', 'parts'), '42809:%', 'a partitioned table');
CREATE VIEW looking AS SELECT * FROM small;
SELECT alike(load_small(:'one', 'looking'), '42809:%', 'a view');
BEGIN READ ONLY;
SELECT alike(load_small(:'one'), '25006:%', 'a read-only transaction');
ROLLBACK;

-- Privileges
SELECT 'load_tester_' || pg_backend_pid() AS tester \gset
CREATE ROLE :tester;
CREATE TABLE theirs (id integer, v text);
GRANT USAGE ON SCHEMA lifecycle TO :tester;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO :tester;
REVOKE SELECT ON keyed FROM :tester;
SET ROLE :tester;
SELECT is(load_small(:'one', 'theirs'), '42501: permission denied for table theirs ()', 'INSERT on the target is needed');
RESET ROLE;
GRANT INSERT ON theirs TO :tester;
SET ROLE :tester;
SELECT is(load_small(:'one', 'theirs'), '42501: permission denied for table bad ()', '... on the rejects too');
RESET ROLE;
GRANT INSERT ON bad TO :tester;
SET ROLE :tester;
SELECT is(load_small('SELECT id, v, NULL::text AS reject_code, 1 FROM keyed', 'theirs'), '42501: permission denied for table keyed ()',
  '... and SELECT on what the query reads');
SELECT is(load_small(:'one', 'theirs'), 'no error', '... nothing more');
RESET ROLE;
ALTER TABLE theirs ENABLE ROW LEVEL SECURITY;
SET ROLE :tester;
SELECT alike(load_small(:'one', 'theirs'), '0A000:%row-level security%load_tester%', 'row-level security that applies refuses');
RESET ROLE;
SELECT is(load_small(:'one', 'theirs'), 'no error', '... not for the owner');

-- Errors and cancels in the query
TRUNCATE small, bad;
SELECT is(load_small('SELECT i, ''x''::text, NULL::text AS reject_code, 1 / (4000 - i) FROM generate_series(1, 5000) AS i'), '22012: division by zero ()',
  'an error in the query arrives as it is');
\set ON_ERROR_STOP 0
SET statement_timeout = '300ms';
SELECT lifecycle._load('SELECT i, ''x''::text, CASE WHEN i % 2 = 0 THEN ''even'' END AS reject_code, i FROM generate_series(1, 1000000000) AS i', 'small', 'bad');
\set state :LAST_ERROR_SQLSTATE
RESET statement_timeout;
\set ON_ERROR_STOP 1
SELECT is(:'state'::text, '57014', 'statement_timeout ends a load');
SELECT is((SELECT count(*) FROM small) + (SELECT count(*) FROM bad), 0::bigint, 'nothing is left of either');
SELECT is((SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database()), 0::bigint, '... nor shown as going on');
SELECT is(load_small('SELECT i, ''x''::text, NULL::text AS reject_code, i FROM generate_series(1, 5000) AS i'), 'no error', 'the next load works');

-- Progress, seen from here while the other session loads
SELECT other('SELECT pg_backend_pid()') AS other_pid \gset
SELECT dblink_send_query('other', $$SELECT lifecycle._load('SELECT i, ''x''::text, CASE WHEN i % 2 = 0 THEN ''even'' END AS reject_code, i
  FROM generate_series(1, 100000) AS i, pg_sleep(CASE WHEN i > 8 THEN 0.05 ELSE 0 END)', 'small', 'bad')$$) AS sent \gset
DO $$ BEGIN
  FOR i IN 1..1000 LOOP
    EXIT WHEN EXISTS (SELECT FROM pg_stat_progress_copy WHERE datname = current_database() AND tuples_processed >= 4 AND tuples_excluded >= 4);
    PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
  END LOOP;
END $$;
SELECT is((SELECT (pid, relid::regclass, command, tuples_processed >= 4, tuples_excluded >= 4)::text FROM pg_stat_progress_copy WHERE datname = current_database()),
  format('(%s,small,"COPY FROM",t,t)', :other_pid), 'another session sees how far a load is');
SELECT pg_cancel_backend(:other_pid) AS cancelled \gset
SELECT count(*) AS rows FROM dblink_get_result('other', false) AS t(answer text) \gset
SELECT alike(dblink_error_message('other'), '%canceling statement due to user request%', 'a load can be cancelled');
SELECT count(*) AS drained FROM dblink_get_result('other', false) AS t(answer text) \gset

-- A parallel plan, with constraints to check and values to store out of line
CREATE TABLE many AS SELECT i AS id FROM generate_series(1, 20000) AS i;
CREATE FUNCTION worker() RETURNS integer LANGUAGE sql PARALLEL SAFE AS $$ SELECT pg_backend_pid() $$;
ALTER FUNCTION worker() COST 100000;
CREATE TABLE by_workers (id integer NOT NULL CHECK (id > 0), worker integer, long bytea);
ALTER TABLE by_workers ALTER COLUMN long SET STORAGE EXTERNAL;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT is(lifecycle._load('SELECT id, worker(), CASE WHEN id % 20 = 0 THEN decode(repeat(md5(id::text), 200), ''hex'') END,
  CASE WHEN id % 7 = 0 THEN ''seven'' END AS reject_code, id, NULL::text FROM many', 'by_workers', 'rejects')::text, '(20000,17143,2857)', 'a parallel query is loaded');
SELECT is((SELECT count(*) FROM by_workers WHERE worker = pg_backend_pid()), 0::bigint, '... by workers');
SELECT is((SELECT (count(DISTINCT id), sum(id), sum(length(long)))::text FROM by_workers),
  (SELECT (count(*), sum(id), sum(CASE WHEN id % 20 = 0 THEN 3200 END))::text FROM many WHERE id % 7 <> 0), '... with every row');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;

-- Frozen
CREATE PROCEDURE load_new(name text, frozen boolean) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %I (id integer, v text)', name);
  PERFORM lifecycle._load('SELECT i, ''x''::text, NULL::text AS reject_code, i FROM generate_series(1, 10) AS i', name::regclass, 'bad', frozen);
END $$;
SELECT dblink_exec('other', 'BEGIN ISOLATION LEVEL REPEATABLE READ') AS begun \gset
SELECT other('SELECT count(*) FROM small') AS snapshot_taken \gset
CALL load_new('new_plain', false);
CALL load_new('new_frozen', true);
SELECT is(other('SELECT count(*) FROM new_plain'), '0', 'an older snapshot does not see rows loaded plainly');
SELECT is(other('SELECT count(*) FROM new_frozen'), '10', '... and sees those loaded frozen');
SELECT dblink_exec('other', 'ROLLBACK') AS ended \gset
SELECT is((SELECT count(*) FROM new_frozen), 10::bigint, 'so does everyone');
\set frozen 'SELECT lifecycle._load(''SELECT 1, ''''x''''::text, NULL::text AS reject_code, 1'', ''new_frozen'', ''bad'', true)'
CREATE TEMP TABLE said (what text);
DO $$ BEGIN
  PERFORM lifecycle._load('SELECT 1, ''x''::text, NULL::text AS reject_code, 1', 'new_frozen', 'bad', true);
EXCEPTION WHEN OTHERS THEN
  INSERT INTO said VALUES (SQLSTATE || ' ' || SQLERRM);
END $$;
SELECT is((SELECT what FROM said), '55000 cannot load table "new_frozen" frozen', 'a table of an earlier transaction cannot be loaded frozen');
BEGIN;
TRUNCATE new_frozen;
SELECT is(lifecycle._load('SELECT 1, ''x''::text, NULL::text AS reject_code, 1', 'new_frozen', 'bad', true)::text, '(1,1,0)', '... but one truncated in this one');
COMMIT;
BEGIN;
TRUNCATE new_frozen;
DECLARE open_cursor CURSOR FOR SELECT * FROM small;
FETCH 1 FROM open_cursor \gset
SELECT alike(outcome(:'frozen'), '55000: cannot load table "new_frozen" frozen because of earlier activity%', '... not while a cursor is open');
ROLLBACK;

-- Memory: a million rows of 300 bytes and more take no more than a thousand
CREATE FUNCTION peak_kb() RETURNS bigint LANGUAGE sql AS $$
  SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmPeak:\s+(\d+)'))[1]::bigint $$;
CREATE TABLE big (id integer, v text);
SET max_parallel_workers_per_gather = 0;
SELECT lifecycle._load('SELECT i, repeat(md5(i::text), 10), CASE WHEN i % 2 = 0 THEN ''x'' END AS reject_code, i, repeat(md5(i::text), 10)
  FROM generate_series(1, 1000) AS i', 'big', 'rejects') AS small_load \gset
SELECT peak_kb() AS before \gset
SELECT is(lifecycle._load('SELECT i, repeat(md5(i::text), 10), CASE WHEN i % 4 = 0 THEN ''x'' END AS reject_code, i, repeat(md5(i::text), 10)
  FROM many CROSS JOIN generate_series(1, 50) AS i', 'big', 'rejects')::text, '(1000000,760000,240000)', 'a million rows are loaded');
SELECT peak_kb() - :before AS grown \gset
SELECT cmp_ok(:grown::bigint, '<', 8192::bigint, '... in less than 8 MB more');

DROP OWNED BY :tester;
DROP ROLE :tester;
SELECT dblink_disconnect('other') AS gone \gset
SELECT * FROM finish();
