-- 10,000 failing calls of every kind leave the backend's memory at its level: what a call leaks, even the 200 bytes of an
-- ErrorData, would show 10,000 times. Contexts are counted by the server, private memory by the kernel.
\set ON_ERROR_STOP 1
SELECT no_plan();
\ir include/functions.sql

CREATE PROCEDURE fail_often(statement text, times integer) LANGUAGE plpgsql AS $$
DECLARE
  failures integer := 0;
BEGIN
  FOR i IN 1 .. times LOOP
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
      failures := failures + 1;
    END;
  END LOOP;
  ASSERT failures = times;
END
$$;
CREATE TEMP TABLE kinds (id integer GENERATED ALWAYS AS IDENTITY, statement text);
INSERT INTO kinds (statement) SELECT format('SELECT boundary_throw(%L)', kind) FROM
  unnest(ARRAY['error', 'bare error', 'long error', 'invalid UTF-8', 'bad_alloc', 'length_error', 'exception', 'int']) AS kind;
INSERT INTO kinds (statement) VALUES
  ($$SELECT boundary_execute('SELECT 1/0')$$),
  ($$SELECT boundary_execute('SELECT raise_all()')$$),
  ($$SELECT boundary_call_function('raise_all()')$$),
  ($$SELECT boundary_execute('SELECT boundary_throw(''error'')')$$),
  ($$SELECT boundary_nest(5, 'error')$$),
  ($$SELECT boundary_swallow('SELECT 1/0')$$),
  ($$SELECT boundary_translate('SELECT 1/0')$$),
  ($$SELECT boundary_throw_in_call('SELECT 1/0')$$),
  ($$SELECT boundary_delete_context('SELECT 1/0')$$);

-- One kind after the other, each warmed up first; each measurement a statement of its own, so that nothing that lives as
-- long as a statement counts.
CREATE TEMP TABLE measured (id integer, calls integer, kb bigint, bytes numeric);
\o /dev/null
SELECT format('CALL fail_often(%L, %s)', statement, calls),
  format('INSERT INTO measured SELECT %s, %s, boundary_memory_kb(), sum(total_bytes) FROM pg_backend_memory_contexts', id, calls)
FROM kinds, (VALUES (1000), (10000)) AS c (calls) ORDER BY id, calls
\gexec
\o
SELECT cmp_ok(later.bytes - earlier.bytes, '<=', 65536::numeric, 'bytes in memory contexts after ' || statement) || E'\n' ||
  cmp_ok(later.kb - earlier.kb, '<=', 512::bigint, 'kB of private memory after ' || statement)
FROM kinds JOIN measured earlier USING (id) JOIN measured later USING (id) WHERE earlier.calls = 1000 AND later.calls = 10000
ORDER BY id;
SELECT diag(format('largest growth over 10,000 calls: %s bytes in contexts, %s kB private', max(later.bytes - earlier.bytes),
  max(later.kb - earlier.kb)))
FROM measured earlier JOIN measured later USING (id) WHERE earlier.calls = 1000 AND later.calls = 10000;
SELECT is(boundary_objects_alive(), 0::bigint, 'every destructor ran');
SELECT is(boundary_exception_in_flight(), false, 'no exception is in flight');
SELECT * FROM finish();
