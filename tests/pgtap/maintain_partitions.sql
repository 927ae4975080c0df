-- The upkeep of time partitions: from a session that has called nothing of the extension yet, twice, and after time went by.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
\connect -
SET client_min_messages = warning;
SELECT plan(6);

CREATE FUNCTION public.partitions_of(parent regclass) RETURNS bigint LANGUAGE sql AS
  $$ SELECT count(*) FROM pg_inherits WHERE inhparent = parent $$;
SELECT public.partitions_of('lifecycle.events') AS before \gset
SELECT cmp_ok(:before::bigint, '>', 1::bigint, 'install() makes partitions ahead');
SELECT is_empty($$SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
  WHERE pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' AND c.relnamespace = 'lifecycle'::regnamespace$$, 'and no default one');

CALL lifecycle.maintain_partitions();
SELECT is(public.partitions_of('lifecycle.events'), :before::bigint, 'nothing to make: none is made, in a new session too');
SELECT is((SELECT (rows_in > 0, written, status) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), (true, 0::bigint, 'succeeded'::text),
  'and the log says so');

-- As if a month had gone by: the last one is missing.
SELECT inhrelid::regclass AS last FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE inhparent = 'lifecycle.events'::regclass
  ORDER BY pg_get_expr(c.relpartbound, c.oid) DESC LIMIT 1 \gset
DROP TABLE :last;
CALL lifecycle.maintain_partitions();
SELECT is(public.partitions_of('lifecycle.events'), :before::bigint, 'a month that is missing ahead is made');
SELECT throws_ok('CALL lifecycle.maintain_partitions()', '25001', NULL, 'it commits, so not inside a function');
SELECT * FROM finish();
