-- What crosses the boundary, in both directions, and what it leaves behind.
\set ON_ERROR_STOP 1
BEGIN;
SELECT no_plan();
\ir include/functions.sql
SELECT boundary_stacks() AS stacks \gset

-- C++ exceptions become errors.
CREATE FUNCTION expect(kind text, state text, message text, detail text, hint text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  got said := said(format('SELECT boundary_throw(%L)', kind));
BEGIN
  RETURN NEXT is(got.state, state, kind || ': SQLSTATE');
  RETURN NEXT is(got.message, message, kind || ': MESSAGE');
  RETURN NEXT is(got.detail, detail, kind || ': DETAIL');
  RETURN NEXT is(got.hint, hint, kind || ': HINT');
END
$$;
SELECT expect('error', '22P02', 'a message', 'A detail.', 'A hint.');
SELECT expect('bare error', 'XX001', 'only a message', '', '');
SELECT expect('percent', '58030', '100%s %n', '%d', '%m');
SELECT expect('bad_alloc', '53200', 'out of memory', 'A C++ allocation in lifecycle_ledger failed.', '');
SELECT expect('length_error', '54000', 'value too large', 'A C++ container would exceed its maximum size.', '');
SELECT expect('exception', 'XX000', 'a standard exception', '', '');
SELECT expect('int', 'XX000', 'unknown C++ exception in lifecycle_ledger', '', '');
SELECT expect('invalid UTF-8', '22021', 'bytes ??? end', '?', '?');
-- Cut between characters, never inside one: 1,023, 2,047 and 1,023 bytes at most, the last three the ellipsis.
SELECT expect('long error', '22023', repeat('é', 510) || '…', 'x' || repeat('é', 1021) || '…', repeat('é', 510) || '…');
SELECT cmp_ok(boundary_objects_made(), '>', 17::bigint, 'objects were made');
SELECT is(boundary_objects_alive(), 0::bigint, 'every destructor ran');
SELECT is(boundary_exception_in_flight(), false, 'no exception is in flight');

-- PostgreSQL errors arrive unchanged: every field, and CONTEXT line by line but for the statement's own text.
SELECT is(
  to_jsonb(said($$SELECT boundary_call_function('raise_all()')$$)) - 'context',
  jsonb_build_object('state', 'P9Z42', 'message', 'the mëssage', 'detail', repeat('a long détail ', 400), 'hint', 'the hint',
    'col', 'a column', 'con', 'a constraint', 'typ', 'a type', 'tab', 'a table', 'sch', 'a schema'),
  'an error of PL/pgSQL arrives unchanged');
SELECT is(
  (said($$SELECT boundary_call_function('raise_all()')$$)).context,
  replace((said('SELECT raise_all()')).context, 'SELECT raise_all()', $$SELECT boundary_call_function('raise_all()')$$),
  'CONTEXT too');
SELECT is(
  (said($$SELECT boundary_execute('SELECT raise_all()')$$)).context,
  replace((said($$DO 'BEGIN PERFORM raise_all(); END'$$)).context,
    E'SQL statement "SELECT raise_all()"\nPL/pgSQL function inline_code_block line 1 at PERFORM\n'
    'SQL statement "DO ''BEGIN PERFORM raise_all(); END''"',
    E'SQL statement "SELECT raise_all()"\nSQL statement "SELECT boundary_execute(''SELECT raise_all()'')"'),
  'and it says which statement SPI was running');
SELECT is((said($$SELECT boundary_execute('SELECT 1/0')$$)).state, '22012', 'division by zero keeps its SQLSTATE');
SELECT is((said($$SELECT boundary_execute('SELECT no_such_thing')$$)).state, '42703', 'so does an error of the parser');
SELECT is((said($$SELECT boundary_delete_context('SELECT raise_all()')$$)).detail, repeat('a long détail ', 400),
  'an error outlives the context that was current at the call');
SELECT is((said($$SELECT boundary_exhausted('SELECT raise_all()')$$)).state, '53200',
  'with no memory to keep it in, the error becomes out_of_memory');

-- Nested: call inside guard inside call, from C++ alone and through SQL.
SELECT is((said(format('SELECT boundary_nest(%s, %L)', depth, kind))).state, state, format('%s, %s deep', kind, depth))
  FROM (VALUES ('error', '22P02'), ('bad_alloc', '53200'), ('int', 'XX000')) AS k (kind, state), (VALUES (0), (1), (2), (50)) AS d (depth);
SELECT is((said($$SELECT boundary_execute('SELECT boundary_execute(''SELECT boundary_throw(''''error'''')'')')$$)).hint, 'A hint.',
  'a C++ exception through two layers of SQL');
SELECT is((said($$SELECT boundary_execute('SELECT boundary_call_function(''raise_all()'')')$$)).hint, 'the hint',
  'a PostgreSQL error through two layers of C++');

SELECT is((said('SELECT boundary_keep_state()')).message, 'past a guard, with nothing to destroy', 'guards keep their state apart')
  FROM generate_series(1, 2);

-- Laws broken.
SELECT is((said($$SELECT boundary_swallow('SELECT raise_all()')$$)).state, 'P9Z42', 'an error that was swallowed is raised all the same');
SELECT is(boundary_swallow('SELECT 1'), 1, '… and nothing else is');
SELECT is((said($$SELECT boundary_translate('SELECT raise_all()')$$)).message, 'could not: the mëssage', 'an error may be translated');
SELECT is((said($$SELECT boundary_throw_in_call('SELECT 1/0')$$)).state, '22012', 'a C++ exception out of a call leaves no jump buffer behind');
SELECT lives_ok($$SELECT boundary_throw_in_call('SELECT 1')$$, '… and the next call works');

-- Caught by PL/pgSQL, within subtransactions: the session goes on, with everything as it was.
CREATE TABLE kept (n integer);
CREATE FUNCTION caught(kind text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO kept VALUES (1);
  BEGIN
    INSERT INTO kept VALUES (2);
    IF kind = 'PostgreSQL' THEN
      PERFORM boundary_execute('INSERT INTO kept VALUES (3); SELECT 1/0');
    ELSE
      PERFORM boundary_throw(kind);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    INSERT INTO kept VALUES (4);
    RETURN SQLSTATE;
  END;
END
$$;
SELECT is(caught('PostgreSQL'), '22012', 'a PostgreSQL error is caught in a subtransaction');
SELECT is(caught('error'), '22P02', 'so is a C++ exception');
SELECT results_eq('SELECT n FROM kept ORDER BY n', 'VALUES (1), (1), (4), (4)', 'what the failed subtransactions wrote is gone');
SELECT is(boundary_sum(1000), 500500::bigint, 'calls that succeed return their values');
SELECT is(boundary_objects_alive(), 0::bigint, 'every destructor ran');
SELECT is(boundary_exception_in_flight(), false, 'no exception is in flight');
SELECT is(boundary_stacks(), :'stacks', 'the error and context stacks are where they were');
SELECT * FROM finish();
ROLLBACK;
