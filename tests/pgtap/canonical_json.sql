-- canonical_json(): RFC 8785 as SQL sees it; errors with their place and mend; every way in which a jsonb is stored.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(51);

-- What a statement raises, as 'SQLSTATE|message|detail|hint'.
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

SELECT is(lifecycle.canonical_json('{"b": 2, "a": [1.0, "x", null, true, {"d": {}, "c": []}]}'),
  '{"a":[1,"x",null,true,{"c":[],"d":{}}],"b":2}', 'keys ordered, space gone, numbers normal');
SELECT is(lifecycle.canonical_json('"\u20ac$\u000f\nA''B\"\\\\\"/"'), '"€$\u000f\nA''B\"\\\\\"/"', 'the escapes of RFC 8785');
SELECT is(lifecycle.canonical_json('"\b\t\n\f\r\u0001\u001f\u007f\u2028"'), E'"\\b\\t\\n\\f\\r\\u0001\\u001f\u007f\u2028"', 'control characters, and none but those');
SELECT is(lifecycle.canonical_json('{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}'),
  U&'{"\\r":2,"1":4,"\0080":6,"\00f6":7,"\20ac":1,"\+01F600":5,"\fb33":3}', 'the key order of the RFC''s own example: UTF-16 units');
SELECT is(lifecycle.canonical_json('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]'),
  '[333333333.3333333,1e+30,4.5,0.002,1e-27]', 'the numbers of the RFC''s own example');
SELECT is(lifecycle.canonical_json(d::jsonb), d, format('scalar %s', d)) FROM unnest(ARRAY['null', 'true', 'false', '0', '-1.5', '""', '[]', '{}']) d;
SELECT is(lifecycle.canonical_json(NULL), NULL, 'null for null');
SELECT is(lifecycle.canonical_json('1', NULL), NULL, 'null for an unknown form');
SELECT is(lifecycle.canonical_json('[1e21, 123456789012345678901234567890, 0.1]'), '[1e+21,1.2345678901234568e+29,0.1]', 'strict by default');
SELECT is(lifecycle.canonical_json('[1e21, 123456789012345678901234567890, 0.10, 1e400]', exact => true),
  format('[1e+21,123456789012345678901234567890,0.1,1%s]', repeat('0', 400)), 'exact keeps what a double would lose');
SELECT is(lifecycle.canonical_json('[1.5e-400, -1e-400]'), '[0,0]', 'what is too small for a double is zero, without a sign');
SELECT is(lifecycle.canonical_json('[1.5e-400]', true)::jsonb, '[1.5e-400]'::jsonb, 'and is kept in exact form');
SELECT is(lifecycle.canonical_json(to_jsonb(ARRAY[1.00, 1.10, -0.0, 100, 1e15])), '[1,1.1,0,100,1000000000000000]', 'trailing zeros do not matter');

SELECT is(pg_temp.raised($$SELECT lifecycle.canonical_json('{"a/b": [null, {"~k": 1e400}]}')$$),
  '22003|number is beyond the range of a double|The value is 1e+400, at JSON pointer "/a~1b/1/~0k".|Store it as a string, or use canonical_json(doc, exact => true), which keeps every number.',
  'a number beyond doubles is named with its place and the mend');
SELECT is(pg_temp.raised($$SELECT lifecycle.canonical_json('[-1e131071]')$$) LIKE '22003|%The value is -1e+131071, at JSON pointer "/0".%', true, 'the largest numeric');
SELECT is(lifecycle.canonical_json('[1.7976931348623157e308, 1.7976931348623158e308]'), '[1.7976931348623157e+308,1.7976931348623157e+308]', 'the largest double');
SELECT is(length(lifecycle.canonical_json('1e131071', true)), 131072, 'the largest power of ten, exactly');

SELECT is(pg_temp.raised(format('SELECT lifecycle.canonical_json(%L)', repeat('[', 1001) || repeat(']', 1001))) LIKE
  '54000|JSON document is nested too deeply|More than 1000 levels are open at JSON pointer "/0/0%/..."%|Flatten the document, or raise lifecycle_ledger.max_depth.', true, 'too deep');
SELECT is(length(lifecycle.canonical_json((repeat('[', 1000) || repeat(']', 1000))::jsonb)), 2000, 'deep enough');
SET LOCAL lifecycle_ledger.max_depth = 6000;
SELECT is(length(lifecycle.canonical_json((repeat('{"a":', 6000) || '1' || repeat('}', 6000))::jsonb)), 36001, 'as deep as may be set');
SET LOCAL lifecycle_ledger.max_depth = 2;
SELECT is(lifecycle.canonical_json('[[1]]'), '[[1]]', 'two levels of two');
SELECT is(pg_temp.raised($$SELECT lifecycle.fingerprint('{"a": [{}]}')$$) LIKE '54000|%More than 2 levels are open at JSON pointer "/a/0".%', true, 'the third of two');
RESET lifecycle_ledger.max_depth;

SET LOCAL lifecycle_ledger.max_document_bytes = '100kB';
SELECT is(pg_temp.raised($$SELECT lifecycle.canonical_json(to_jsonb(repeat('x', 200000)))$$),
  '54000|JSON document is too large|The document takes at least 200008 bytes; 102400 are allowed.|Split the document, or raise lifecycle_ledger.max_document_bytes.', 'too large as stored');
SELECT is(pg_temp.raised($$SELECT lifecycle.canonical_json(to_jsonb(repeat(E'\x01', 50000)))$$) LIKE '54000|JSON document is too large|The canonical form takes at least % bytes; 102400 are allowed.|%', true,
  'too large only as text');
SELECT is(pg_temp.raised($$SELECT lifecycle.canonical_json('[1e131071]', true)$$) LIKE '54000|%', true, 'a short number of many digits counts as what it becomes');
RESET lifecycle_ledger.max_document_bytes;

-- However it is stored: in line with a short header, plain, compressed in line, out of line compressed and plain.
CREATE TEMP TABLE stored (kind text, doc jsonb, want text) ON COMMIT DROP;
CREATE TEMP TABLE stored_plain (kind text, doc jsonb, want text) ON COMMIT DROP;
ALTER TABLE stored_plain ALTER doc SET STORAGE EXTERNAL;
INSERT INTO stored
  SELECT kind, body::jsonb, lifecycle.canonical_json(body::jsonb) FROM (VALUES
    ('short header', '{"b":1,"a":"x"}'),
    ('plain', format('{"b":1,"a":%s}', to_json(substr(repeat(md5('a') || md5('b'), 9), 1, 300)))),
    ('compressed', format('{"b":1,"a":"%s"}', repeat('abc', 3000))),
    ('compressed out of line', format('{"b":1,"a":%s}', (SELECT json_agg(md5(i::text) || repeat('z', 40)) FROM generate_series(1, 2000) i)))) v (kind, body);
INSERT INTO stored_plain SELECT 'plain out of line', doc, want FROM stored WHERE kind LIKE '%out of line';
SELECT is(pg_column_size(doc) < 127, true, 'the short one has a short header') FROM stored WHERE kind = 'short header';
SELECT is(pg_column_compression(doc) IS NOT NULL, true, format('%s is compressed', kind)) FROM stored WHERE kind LIKE 'compressed%' ORDER BY kind;
SELECT is(pg_relation_size(reltoastrelid) > 0, true, 'one is out of line') FROM pg_class WHERE oid = 'stored'::regclass;
SELECT is(pg_relation_size(reltoastrelid) > 0, true, 'one is out of line as it is') FROM pg_class WHERE oid = 'stored_plain'::regclass;
SELECT is(lifecycle.canonical_json(doc), want, kind) FROM (TABLE stored UNION ALL TABLE stored_plain) s ORDER BY kind;
SELECT is(lifecycle.fingerprint(doc), lifecycle.fingerprint(want::jsonb), 'fingerprint: ' || kind) FROM (TABLE stored UNION ALL TABLE stored_plain) s ORDER BY kind;

-- The canonical text means the same, is canonical itself, and is one for all spellings.
CREATE TEMP TABLE made ON COMMIT DROP AS
  SELECT i, jsonb_build_object('id', i, 'n', round((random() * 1e9)::numeric, i % 7), md5(i::text), repeat(chr(1 + i % 60), i % 40), 'list', jsonb_build_array(i, NULL, i % 2 = 0,
    jsonb_build_object('deep', i / 7.0, chr(64 + i % 20000), -i)), 'e', i::float8 * pi()) AS doc FROM generate_series(1, 5000) i;
SELECT is((SELECT count(*) FROM made WHERE lifecycle.canonical_json(doc, true)::jsonb <> doc), 0::bigint, 'exact form means the same');
SELECT is((SELECT count(*) FROM made WHERE lifecycle.canonical_json(lifecycle.canonical_json(doc, true)::jsonb, true) <> lifecycle.canonical_json(doc, true)), 0::bigint, 'and is its own form');
SELECT is((SELECT count(*) FROM made WHERE lifecycle.canonical_json(lifecycle.canonical_json(doc)::jsonb) <> lifecycle.canonical_json(doc)), 0::bigint, 'so is the strict one');

SELECT is((SELECT count(*) FROM pg_proc p WHERE p.oid IN ('lifecycle.canonical_json(jsonb, boolean)'::regprocedure, 'lifecycle.fingerprint(jsonb)'::regprocedure)
  AND provolatile = 'i' AND proparallel = 's' AND proisstrict), 2::bigint, 'immutable, parallel safe, strict');
SELECT * FROM finish();
ROLLBACK;
