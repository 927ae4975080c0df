-- mirror_sqlite() of a million rows takes no more memory than one of a thousand.
\set ON_ERROR_STOP 1
\set QUIET 1
\set name 'mirror_memory_' :DBNAME '.sqlite'
\ir ../lib/mirror_fixture.sql
SELECT plan(4);

-- The address space the backend has had at most: shared memory, mapped at its start, does not move it.
CREATE FUNCTION peak_kb() RETURNS bigint LANGUAGE sql AS $$
  SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmPeak:\s+(\d+)'))[1]::bigint $$;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE many AS SELECT i FROM generate_series(1, 1000) AS i;
CREATE FUNCTION mirror(path text, factor integer) RETURNS text LANGUAGE sql AS $$
  SELECT lifecycle._mirror_sqlite(path, 'SELECT i AS contact_id, i || ''@example.org'' AS email FROM public.many',
    format('SELECT (i * 17 %% 1000)::text AS contact_id, ''form'' AS event_type, timestamptz ''2025-01-01'' + i * interval ''1 s'' AS event_timestamp,
      ''source'' AS source_system, i * %1$s + j AS source_record_id, jsonb_build_object(''i'', i, ''text'', repeat(''x'', 200)) AS payload
      FROM public.many CROSS JOIN generate_series(1, %1$s) AS j', factor))::text $$;
SELECT is(mirror(:'path', 1), '(1000,1000)', 'a thousand events');
SELECT peak_kb() AS before \gset
SELECT is(mirror(:'path', 1000), '(1000,1000000)', 'a million events');
SELECT cmp_ok(peak_kb() - :before, '<', 32768::bigint, '... in less than 32 MB more');
SELECT is(sqlite(:'path', 'SELECT count(*), count(DISTINCT source_record_id), sum(length(payload)) FROM contact_events'),
  (SELECT concat_ws('|', 1000000, 1000000, 1000 * sum(length(jsonb_build_object('i', i, 'text', repeat('x', 200))::text) - 3)) FROM many), 'all are there');
SELECT shell('rm ' || shell_word(:'path')) AS removed \gset
SELECT * FROM finish();
