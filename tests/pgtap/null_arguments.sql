-- A C function that is not STRICT looks for nulls itself: any of them may be called with nothing but nulls, and gives an answer or an error.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();
CREATE FUNCTION outcome(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE call;
  RETURN 'an answer';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;
CREATE VIEW calls AS
  SELECT p.oid::regprocedure::text AS name, format('SELECT * FROM lifecycle.%I(%s)%s', p.proname, (SELECT string_agg(format('NULL::%s', format_type(t, NULL)), ', ' ORDER BY place) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(t, place)),
    CASE WHEN p.prorettype = 'record'::regtype AND p.proallargtypes IS NULL THEN ' AS r (a integer)' ELSE '' END) AS call
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
  WHERE p.pronamespace = 'lifecycle'::regnamespace AND l.lanname = 'c' AND p.prokind = 'f' AND NOT p.proisstrict
    AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) t JOIN pg_type y ON y.oid = t WHERE y.typtype = 'p' AND y.typname <> 'record') AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype);
SELECT ok(outcome(call) IS NOT NULL, name || ' takes nulls') FROM calls ORDER BY name;
SELECT ok(count(*) > 3, 'there are such functions') FROM calls;

-- What names no relation.
SELECT is(outcome($$SELECT * FROM lifecycle._send_batch('nowhere', 'SELECT 1', 4294967295::oid::regclass, '{}')$$), '42P01', 'a batch that is no relation');
-- What is no single statement fails alone.
SELECT is((SELECT array_agg(sqlstate ORDER BY place) FROM lifecycle._in_workers(ARRAY['', 'SELECT 1; SELECT 2', NULL, 'SELECT 1/0', 'SELECT 1'], 2)), '{42601,42601,42601,22012,NULL}', 'a worker runs one statement');
SELECT * FROM finish();
