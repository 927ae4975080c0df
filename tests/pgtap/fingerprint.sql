-- fingerprint() and event_fingerprint(): known values, what is equal and what is not, and the object that is never built.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(35);

-- Known values, from other implementations of XXH3-128: they never change.
SELECT is(lifecycle.fingerprint('{"b": 1, "a": [true, null]}'), lifecycle.fingerprint('{"a":[true,null],"b":1.00}'), 'spelling does not matter');
SELECT is(lifecycle.fingerprint('{"a":1,"b":[true,null]}')::text, 'c7ad5c57-d93a-88ec-8b6d-6577c70387e1', 'a known document');
SELECT is(lifecycle.fingerprint('null')::text, 'dc32537e-2748-8e2c-a52e-7b35ccc22eda', 'null');
SELECT is(lifecycle.fingerprint('{}')::text, 'dc7048f8-f874-8f56-9349-cde127705c16', 'an empty object');
SELECT is(lifecycle.fingerprint(NULL), NULL, 'null for null');
SELECT is((SELECT count(*) FROM generate_series(1, 1000) i WHERE lifecycle.fingerprint(to_jsonb(i))::text !~ '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'),
  0::bigint, 'always a UUIDv8');
SELECT is((SELECT count(DISTINCT lifecycle.fingerprint(to_jsonb(i))) FROM generate_series(1, 100000) i), 100000::bigint, 'no two of 100,000 meet');
SELECT isnt(lifecycle.fingerprint('9007199254740993'), lifecycle.fingerprint('9007199254740992'), 'numbers that one double stands for differ');
SELECT isnt(lifecycle.fingerprint('1e400'), lifecycle.fingerprint('1e401'), 'numbers beyond doubles have fingerprints');
SELECT isnt(lifecycle.fingerprint('"1"'), lifecycle.fingerprint('1'), 'a text is not its number');

CREATE FUNCTION pg_temp.event(contact_email text, event_type text, event_name text, event_source text, event_timestamp timestamptz, payload jsonb) RETURNS jsonb
  LANGUAGE sql AS $$
    SELECT jsonb_build_object('contact_email', lifecycle.normalize_email(contact_email), 'event_type', event_type, 'event_name', event_name, 'event_source', event_source,
      'event_timestamp', to_char(event_timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'payload', payload) $$;
CREATE TEMP TABLE events (e text, t text, n text, s text, at timestamptz, p jsonb) ON COMMIT DROP;
INSERT INTO events VALUES
  ('Anna.B@Example.com', 'form', 'form_submitted', 'google_forms', '2024-02-29 23:59:59.999999+00', '{"score": 7.50, "answers": [1, 2]}'),
  ('  <anna@example.com> ', 'e', E'quote " back \\ tab \t', 's', '1999-12-31 23:00:00-05', '"x"'),
  ('İ@Straße.example', NULL, 'ünï', '', '0001-01-01 00:00:00+00', '[]'),
  (repeat('a', 300) || '@example.com', repeat('t', 5000), repeat(E'\n', 5000), '😀', '9999-12-31 23:59:59.999999+00', 'null'),
  (NULL, NULL, NULL, NULL, NULL, NULL),
  ('   ', 'x', NULL, 'y', now(), '{"contact_email": 1}');
SELECT is(lifecycle.event_fingerprint(e, t, n, s, at, p), lifecycle.fingerprint(pg_temp.event(e, t, n, s, at, p)), format('equals the object built: %s', left(coalesce(e, 'nothing'), 30))) FROM events;
SELECT is((SELECT count(*) FROM (SELECT lifecycle.event_fingerprint('U' || i || '@X.org', 't' || i % 3, 'n', 's', timestamptz '2020-01-01Z' + i * interval '1.234567 day', p) AS ours,
    lifecycle.fingerprint(pg_temp.event('U' || i || '@X.org', 't' || i % 3, 'n', 's', timestamptz '2020-01-01Z' + i * interval '1.234567 day', p)) AS built
    FROM generate_series(1, 5000) i, LATERAL (SELECT jsonb_build_object('i', i, 'f', i / 3.0, md5(i::text), i) AS p) x) f WHERE ours <> built), 0::bigint, 'and so do 5,000 more');
SELECT is(lifecycle.event_fingerprint(NULL, NULL, NULL, NULL, NULL, NULL),
  lifecycle.fingerprint('{"contact_email":null,"event_type":null,"event_name":null,"event_source":null,"event_timestamp":null,"payload":null}'), 'nothing at all is the object of nulls');
SELECT is(lifecycle.event_fingerprint('', 'a', 'b', 'c', now(), 'null'), lifecycle.event_fingerprint(NULL, 'a', 'b', 'c', now(), NULL), 'a blank e-mail is none, a JSON null is none');
SELECT is(lifecycle.event_fingerprint('A@B.c', 'a', 'b', 'c', '2024-07-01 12:00+02', '{}'), lifecycle.event_fingerprint('"A" <a@b.C>', 'a', 'b', 'c', '2024-07-01 10:00Z', '{}'),
  'spelling of address and zone does not matter');
SELECT isnt(lifecycle.event_fingerprint('a@b.c', 'a', 'b', NULL, NULL, NULL), lifecycle.event_fingerprint('a@b.c', 'a', NULL, 'b', NULL, NULL), 'places matter');
SELECT is((SELECT count(DISTINCT f) FROM unnest(ARRAY['UTC', 'Asia/Kolkata', 'America/St_Johns']) z, LATERAL (SELECT set_config('timezone', z, true)) c,
  LATERAL (SELECT lifecycle.event_fingerprint('a@b.c', 'a', 'b', 'c', timestamptz '2024-07-01 10:00Z', '{"a": 1.5}') AS f) x), 1::bigint, 'no setting changes it');
SET LOCAL timezone = 'UTC';

CREATE FUNCTION pg_temp.raised(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE state text; message text; detail text; hint text;
BEGIN
  EXECUTE statement;
  RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws('|', state, message, detail, hint);
END
$$;
SELECT is(pg_temp.raised(format('SELECT lifecycle.event_fingerprint(NULL, NULL, NULL, NULL, %L, NULL)', t)),
  format('22008|event time cannot be fingerprinted|The time is %s; it must be finite and within the years 0001 to 9999 (UTC).|Correct the time, or pass null where there is none.', shown), 'time ' || t)
  FROM (VALUES ('infinity', 'infinity'), ('-infinity', '-infinity'), ('10000-01-01Z', '10000-01-01T00:00:00.000000Z'), ('0001-12-31 23:59:59Z BC', '0001-12-31T23:59:59.000000Z BC'),
    ('294276-12-31 23:59:59.999999Z', '294276-12-31T23:59:59.999999Z'), ('9999-12-31 23:59:59.999999-01', '10000-01-01T00:59:59.999999Z')) v (t, shown);
SET LOCAL lifecycle_ledger.max_depth = 2;
SELECT is(pg_temp.raised($$SELECT lifecycle.event_fingerprint(NULL, NULL, NULL, NULL, NULL, '{"a": {}}')$$) LIKE '54000|%', true, 'the payload is one level down');
RESET lifecycle_ledger.max_depth;

-- Usable where a hash is kept: in an index, a generated column, and in parallel.
CREATE TABLE kept (doc jsonb, hash uuid GENERATED ALWAYS AS (lifecycle.fingerprint(doc)) STORED);
CREATE INDEX ON kept (lifecycle.fingerprint(doc));
INSERT INTO kept SELECT jsonb_build_object('i', i) FROM generate_series(1, 20000) i;
SELECT is((SELECT count(*) FROM kept WHERE hash = lifecycle.fingerprint(doc)), 20000::bigint, 'a generated column');
-- The rows of a page are fetched ahead: whatever lies there, in whatever order they are asked for.
CREATE TABLE pages (doc jsonb, number integer);
INSERT INTO pages SELECT jsonb_build_object('i', i, 'text', repeat(md5(i::text), CASE WHEN i % 50 = 0 THEN 400 ELSE i % 40 END)), i FROM generate_series(1, 3000) i;
DELETE FROM pages WHERE number % 4 = 1;
UPDATE pages SET number = number + 10000 WHERE number % 7 = 2;
SELECT is((SELECT count(*) FROM pages WHERE lifecycle.fingerprint(doc) <> lifecycle.fingerprint(doc::text::jsonb)), 0::bigint, 'rows of all sizes, dead ones among them');
SELECT is((SELECT count(*) FROM pages WHERE number % 30 = 0 AND lifecycle.fingerprint(doc) <> lifecycle.fingerprint(doc::text::jsonb)), 0::bigint, 'few of them');
CREATE INDEX ON pages (md5(number::text));
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
SET LOCAL enable_bitmapscan = off;
SELECT is((SELECT count(*) FROM (SELECT doc FROM pages ORDER BY md5(number::text) OFFSET 0) p
  WHERE lifecycle.fingerprint(doc) <> lifecycle.fingerprint(doc::text::jsonb)), 0::bigint, 'in the order of an index');
RESET enable_seqscan;
RESET enable_sort;
RESET enable_bitmapscan;

ANALYZE kept;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE TEMP TABLE explained (line text) ON COMMIT DROP;
DO $$ DECLARE l text; BEGIN FOR l IN EXPLAIN SELECT count(lifecycle.fingerprint(doc)) FROM kept LOOP INSERT INTO explained VALUES (l); END LOOP; END $$;
SELECT is((SELECT count(*) FROM explained WHERE line LIKE '%Parallel Seq Scan%'), 1::bigint, 'computed in parallel');
SELECT is((SELECT concat(provolatile, proparallel, proisstrict) FROM pg_proc WHERE oid = 'lifecycle.event_fingerprint(text, text, text, text, timestamptz, jsonb)'::regprocedure),
  'isf', 'immutable, parallel safe, called with nulls');
SELECT * FROM finish();
ROLLBACK;
