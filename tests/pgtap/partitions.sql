-- Partitions by time: what pg_partman is asked for, what is kept from it, single months, the upkeep.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(33);

SET search_path = public, lifecycle;
SET timezone = 'Pacific/Auckland';
SET datestyle = 'German';
CALL lifecycle.install();
\ir ../lib/partition_name.sql
SELECT is(current_setting('search_path'), 'public, lifecycle', 'install() leaves the session''s search_path as it was');
SELECT is(current_setting('timezone'), 'Pacific/Auckland', '... and its time zone');
SELECT is((SELECT count(*) FROM pg_extension e WHERE e.extname = 'pg_partman' AND e.extnamespace = 'partman'::regnamespace), 1::bigint, 'install() brings pg_partman, in schema partman');

CREATE VIEW bounds AS
  SELECT i.inhparent::regclass AS parent, c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT is((SELECT count(*) FROM bounds WHERE parent = 'lifecycle.events'::regclass AND bound = 'DEFAULT'), 0::bigint, 'events has no DEFAULT partition');
SELECT is_empty($$SELECT * FROM bounds WHERE parent = 'lifecycle.events'::regclass AND bound !~ '^FOR VALUES FROM \(''\d{4}-\d\d-01 00:00:00\+00''\) TO \(''\d{4}-\d\d-01 00:00:00\+00''\)$'$$,
  'every bound is midnight UTC of a month''s first day');
SELECT ok(bool_and(lifecycle._has_partition('lifecycle.events', now() + n * interval '1 month')), 'there are months from four back to four ahead') FROM generate_series(-4, 4) n;
SELECT ok(NOT lifecycle._has_partition('lifecycle.events', now() - interval '7 months'), '... and no more');

-- One month
SELECT is(lifecycle._ensure_partition('lifecycle.events', '2014-02-28 23:59:59.999999+00'), true, 'a month that is missing is made');
SELECT lifecycle._partition_of('lifecycle.events', '2014-02-01') AS february \gset
SELECT is((SELECT bound FROM bounds WHERE 'lifecycle.' || relname = partition_name('lifecycle.events', '2014-02-01')), 'FOR VALUES FROM (''2014-02-01 00:00:00+00'') TO (''2014-03-01 00:00:00+00'')', '... the right one');
SELECT is(lifecycle._ensure_partition('lifecycle.events', '2014-02-01 00:00:00+00'), false, '... once');
SELECT is(lifecycle._has_partition('lifecycle.events', '2014-03-01 00:00:00+00'), false, 'its upper bound is not in it');
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = :'february'::regclass), (SELECT count(*) FROM pg_index WHERE indrelid = 'lifecycle.events'::regclass), 'it has the indexes');
SELECT is((SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgrelid = :'february'::regclass), (SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'lifecycle.events'::regclass), '... and the triggers');
SELECT is(current_setting('search_path'), 'public, lifecycle', 'the session''s search_path is still its own');
SELECT format('CREATE TABLE %s (a int)', partition_name('lifecycle.events', '2013-01-01')) \gexec
SELECT throws_ok('SELECT lifecycle._ensure_partition(''lifecycle.events'', ''2013-01-15'')', '23514', 'no partition of lifecycle.events could be made for 2013-01-15 00:00:00+00',
  'a table that stands in the way is an error, not a silence');

-- Other lengths and column types
CREATE TABLE lifecycle.daily (at timestamp NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE lifecycle.yearly (on_day date NOT NULL) PARTITION BY RANGE (on_day);
CREATE TABLE lifecycle.quarterly (at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE lifecycle.weekly (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT lifecycle._partition_by_time('lifecycle.daily', 'at', '1 day', 2);
SELECT lifecycle._partition_by_time('lifecycle.yearly', 'on_day', '1 year', premake => 1, since => '2020-06-01');
SELECT lifecycle._partition_by_time('lifecycle.quarterly', 'at', '3 months', since => '2024-05-05');
SELECT lifecycle._partition_by_time('lifecycle.weekly', 'at', '1 week');
SELECT ok(bool_and(lifecycle._has_partition('lifecycle.daily', now() + n * interval '1 day')), 'days, of a timestamp') FROM generate_series(-2, 2) n;
SELECT ok(lifecycle._has_partition('lifecycle.yearly', '2020-01-01') AND NOT lifecycle._has_partition('lifecycle.yearly', '2019-12-31'), 'years, of a date, since a given one');
SELECT ok(lifecycle._has_partition('lifecycle.yearly', now() + interval '1 year'), '... and one ahead');
SELECT ok(lifecycle._has_partition('lifecycle.quarterly', '2024-04-01') AND NOT lifecycle._has_partition('lifecycle.quarterly', '2024-03-31'), 'quarters');
SELECT ok(lifecycle._has_partition('lifecycle.weekly', now() + interval '4 weeks'), 'weeks');
SELECT is((SELECT count(*) FROM bounds WHERE bound = 'DEFAULT'), 0::bigint, 'none has a DEFAULT partition');
SELECT lifecycle._partition_by_time('lifecycle.daily', 'at', '1 day', 3);
SELECT ok(lifecycle._has_partition('lifecycle.daily', now() + interval '3 days'), 'called again with more ahead, it makes more');
CREATE TABLE lifecycle.odd (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT throws_ok('SELECT lifecycle._partition_by_time(''lifecycle.odd'', ''at'', ''5 days'')', '22023', NULL, 'lengths that begin nowhere in particular are refused');
SELECT throws_ok('SELECT lifecycle._has_partition(''lifecycle.contact_events'', now())', '42809', NULL, 'a table that is not partitioned by time is an error');
SELECT throws_ok('SELECT lifecycle._has_partition(''lifecycle.pipeline_runs'', now())', '42809', NULL, '... and one that is not partitioned');

-- A table that was dropped and made anew
DROP TABLE lifecycle.events;
CALL lifecycle.install();
SELECT ok(lifecycle._has_partition('lifecycle.events', now() + interval '4 months'), 'install() makes the months of an events table that was dropped');

-- The upkeep
CREATE FUNCTION last_run() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s: %s tables, %s with new partitions', status, rows_in, written) FROM lifecycle.pipeline_runs WHERE procedure = 'maintain_partitions' ORDER BY run_id DESC LIMIT 1 $$;
SELECT count(*) AS tables FROM partman.part_config WHERE to_regclass(parent_table) IS NOT NULL \gset
CALL lifecycle.maintain_partitions();
SELECT is(last_run(), format('succeeded: %s tables, 0 with new partitions', :tables), 'maintain_partitions() with nothing to do');
SELECT format('DROP TABLE lifecycle.%I', relname) FROM bounds WHERE parent = 'lifecycle.events'::regclass AND bound LIKE '% TO (''' || to_char(date_trunc('month', now() + interval '4 months'), 'YYYY-MM') || '%' \gexec
UPDATE partman.part_config SET premake = 6 WHERE parent_table = 'lifecycle.events';
SET timezone = 'Asia/Kolkata';
CALL lifecycle.maintain_partitions();
RESET timezone;
SELECT is(last_run(), format('succeeded: %s tables, 1 with new partitions', :tables), '... and with a month missing and more wanted ahead');
SELECT ok(bool_and(lifecycle._has_partition('lifecycle.events', now() + n * interval '1 month')), '... they are there, the missing one in between, too') FROM generate_series(0, 6) n;
SET timezone = 'UTC';
SELECT is_empty($$SELECT * FROM bounds WHERE parent = 'lifecycle.events'::regclass AND bound !~ '^FOR VALUES FROM \(''\d{4}-\d\d-01 00:00:00\+00''\)'$$, '... at midnight UTC');
CREATE ROLE partition_owner;
GRANT USAGE, CREATE ON SCHEMA lifecycle TO partition_owner;
ALTER TABLE lifecycle.quarterly OWNER TO partition_owner;
UPDATE partman.part_config SET premake = 5 WHERE parent_table = 'lifecycle.quarterly';
CALL lifecycle.maintain_partitions();
SELECT is((SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'lifecycle.quarterly'::regclass AND c.relowner <> 'partition_owner'::regrole), 0::bigint,
  'partitions belong to the owner of their table, whoever ran the upkeep');
CREATE TABLE lifecycle.odd_named (at timestamptz NOT NULL) PARTITION BY RANGE (at);
SELECT lifecycle._partition_by_time('lifecycle.odd_named', 'at', '1 month');
SELECT relname AS latest FROM bounds WHERE parent = 'lifecycle.odd_named'::regclass ORDER BY bound DESC LIMIT 1 \gset
ALTER TABLE lifecycle.odd_named DETACH PARTITION lifecycle.:latest;
UPDATE partman.part_config SET premake = premake + 1 WHERE parent_table = 'lifecycle.weekly';
\set ON_ERROR_STOP 0
CALL lifecycle.maintain_partitions();
\set ON_ERROR_STOP 1
SELECT is((SELECT status || ' ' || sqlstate FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'failed 23514', 'a table that cannot be served fails the run');
SELECT ok(lifecycle._has_partition('lifecycle.weekly', now() + interval '5 weeks'), '... after all the others had their turn');
SELECT * FROM finish();
