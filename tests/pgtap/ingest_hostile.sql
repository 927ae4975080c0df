-- Bad input: each a dead letter that says what it is, nothing lost, nothing crashed; and the ways to load a file of it.
\ir ../lib/ingest_fixture.sql
SELECT plan(39);

CREATE FUNCTION fate(body bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer record;
BEGIN
  TRUNCATE lifecycle.event_inbox;
  INSERT INTO lifecycle.event_inbox (bytes) VALUES (body);
  SELECT * INTO answer FROM lifecycle._ingest_chunk(-1, 10);
  IF answer.taken <> 1 OR (answer.dead = 1 AND (SELECT d.body_bytes FROM lifecycle.dead_letters d ORDER BY d.id DESC LIMIT 1) IS DISTINCT FROM body) THEN
    RETURN 'lost';
  END IF;
  RETURN CASE answer.dead WHEN 1 THEN last_letter() ELSE 'taken' END;
END $$;
CREATE FUNCTION fate(line text) RETURNS text LANGUAGE sql AS $$ SELECT fate(convert_to(line, 'UTF8')) $$;
-- An event whose properties are this text; an id of its own.
CREATE SEQUENCE numbers;
CREATE FUNCTION with_properties(properties text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(event_line(nextval('numbers')), '{"n": ' || currval('numbers') || '}', properties) $$;

SELECT is(fate(with_properties('{"a": "Zoë \u00e9 \ud83d\ude00 \\ \" \/ \t"}')), 'taken', 'escapes and characters of every kind');
SELECT is((SELECT properties FROM lifecycle.events), '{"a": "Zoë \u00e9 \ud83d\ude00 \\ \" \/ \t"}'::jsonb, '... are what PostgreSQL makes of them');
SELECT alike(fate(with_properties('{"a": 1, "b": {"c": 1, "c": 1}}')), '22030 json.duplicate_key at "/properties/b/c"%', 'a key twice, also deep inside');
SELECT alike(fate(replace(event_line(2), '"user_id"', '"event_name": "x", "user_id"')), '22030 json.duplicate_key at "/event_name"%', '... and at the top');
SELECT alike(fate(with_properties('{"a": 1, "\u0061": 1}')), '22030 json.duplicate_key%', '... and spelled in two ways');
SELECT alike(fate(with_properties('{"a": "\u0000"}')), '22P05 json.nul_character at "/properties/a"%', '\u0000');
SELECT alike(fate(with_properties('{"a": "\ud800"}')), '22P05 json.lone_surrogate at "/properties/a"%', 'half a surrogate pair');
SELECT alike(fate(with_properties('{"a": "\udc00\ud800"}')), '22P05 json.lone_surrogate%', '... and two halves the wrong way round');
SELECT alike(fate(with_properties('{"a": 1e400}')), '22003 json.number_out_of_range at "/properties/a"%', '1e400');
SELECT alike(fate(with_properties('{"a": -1e-400}')), '22003 json.number_out_of_range%', '... and -1e-400');
SELECT alike(fate(with_properties('{"a": NaN}')), '22P02 json.malformed%', 'NaN');
SELECT is(fate(with_properties('{"a": 12345678901234567890123456789.123456789}')), 'taken', 'a number of many digits');
SELECT is((SELECT properties ->> 'a' FROM lifecycle.events ORDER BY changed_xid DESC LIMIT 1), '12345678901234567890123456789.123456789', '... keeps them');
SELECT alike(fate(with_properties('{"a": ' || repeat('[', 900) || repeat(']', 900) || '}')), 'taken', 'deep nesting within max_depth');
SELECT alike(fate(with_properties('{"a": ' || repeat('[', 1500) || repeat(']', 1500) || '}')), '54000 json.too_deep%', '... and beyond');
SELECT alike(fate(repeat('[', 3000000)), '54000 json.too_deep%', '... and three million levels');
SELECT alike(fate(repeat('{"a":', 1000000)), '54000 json.too_deep%', '... of objects');
SELECT alike(fate(convert_to(event_line(900), 'UTF8') || '\x00'), '22P02 json.malformed%', 'a zero byte');
SELECT alike(fate('\x7b2261223a22c328227d'::bytea), '22021 json.invalid_utf8 at "/a"%', 'a byte sequence that is no UTF-8');
SELECT alike(fate('\xff'::bytea), '22021 json.invalid_utf8%', '... alone');
SELECT alike(fate('\xefbbbf'::bytea || convert_to(event_line(901), 'UTF8')), '22P02 json.malformed%', 'a byte order mark');
SELECT is((SELECT detail FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1), 'Byte 1: no byte order mark is expected.', '... which nobody sees on a screen, and so is named');
SELECT alike(fate('\x1f8b0800'::bytea), '22P02 json.malformed%', 'a gzip file');
SELECT alike(fate(event_line(902) || event_line(903)), '22P02 json.malformed%', 'two events on one line');
SELECT alike(fate('{"event_id": "' || repeat('x', 1000000) || '"}'), '23514%', 'an event_id of a megabyte');
SELECT is((SELECT length(key) FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1), 200, '... of which the key keeps the beginning');
SELECT is(fate(with_properties('{"a": "' || repeat('x', 5000000) || '"}')), 'taken', 'a line of 5 MB');
SELECT alike(fate(with_properties('{"a": "' || repeat('x', 9000000) || '"}')), '54000 line.too_long at ""', 'a line beyond max_event_bytes');
SELECT alike(fate(with_properties('{"a": "' || repeat('x', 100000000) || '"}')), '54000 line.too_long at ""', 'a line of 100 MB');
SELECT is(fate(with_properties('{"a": [' || repeat('0,', 3000000) || '0]}')), 'taken', 'three million numbers');
SELECT alike(fate(with_properties('{' || (SELECT string_agg(format('"key %s": null', n), ',') FROM generate_series(1, 200000) n) || '}')), 'taken', 'two hundred thousand keys');

-- Every byte of an event changed, every line cut: whatever comes of it, it is in one place.
TRUNCATE lifecycle.event_inbox;
INSERT INTO lifecycle.event_inbox (bytes)
  SELECT overlay(line PLACING byte FROM place) FROM (SELECT convert_to(event_line(5000, '{"properties": {"a": [1.5e3, true, null, "\u00e9\\"]}}'), 'UTF8') AS line) l,
    generate_series(1, octet_length(line)) place, unnest(ARRAY['\x00', '\x22', '\x5c', '\x7b', '\x5d', '\x2c', '\x30', '\x80', '\xff', '\x0a']::bytea[]) byte
  UNION ALL SELECT substring(line FROM 1 FOR place) FROM (SELECT convert_to(event_line(5000), 'UTF8') AS line) l, generate_series(0, octet_length(line)) place;
SELECT count(*) AS lines FROM lifecycle.event_inbox \gset
CALL lifecycle.ingest_events();
SELECT is((SELECT rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), :lines::bigint, 'thousands of damaged lines') WHERE :lines > 1500;
SELECT is((SELECT count(*) FROM lifecycle.dead_letters WHERE first_seen = (SELECT max(first_seen) FROM lifecycle.dead_letters)), (SELECT dead FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), '... each in its place');

-- Files, as docs/INGEST.md loads them.
\set file `mktemp -d`/lines.ndjson
\setenv FILE :file
\! printf '%s\n' '{"event_id":"0192e4a0-0000-7000-8000-000000007001","event_name":"user_signed_up","event_time":"2025-01-01T00:00:00Z","user_id":"a\\b","properties":{"path":"C:\\temp\\new","quote":"\"q\"","tab":"\t"}}' >"$FILE"
\! printf 'a\tb\\N\n\\.\n"\n\n,;|\\\\\r\n' >>"$FILE"
\! printf '{"event_id":"0192e4a0-0000-7000-8000-000000007002","event_name":"user_signed_up","event_time":"2025-01-01T00:00:00Z","user_id":"last","properties":{}}' >>"$FILE"
TRUNCATE lifecycle.event_inbox;
\copy lifecycle.event_inbox (line) FROM PROGRAM 'sed -e ''s/\\/\\\\/g'' -e ''s/\t/\\t/g'' -e ''s/\r/\\r/g'' "$FILE"'
SELECT results_eq('SELECT line FROM lifecycle.event_inbox ORDER BY id', $$VALUES
  ('{"event_id":"0192e4a0-0000-7000-8000-000000007001","event_name":"user_signed_up","event_time":"2025-01-01T00:00:00Z","user_id":"a\\b","properties":{"path":"C:\\temp\\new","quote":"\"q\"","tab":"\t"}}'),
  (E'a\tb\\N'), ('\.'), ('"'), (''), (E',;|\\\\\r'),
  ('{"event_id":"0192e4a0-0000-7000-8000-000000007002","event_name":"user_signed_up","event_time":"2025-01-01T00:00:00Z","user_id":"last","properties":{}}')$$,
  'the psql line loads backslashes, quotes, tabs, carriage returns, \. and blank lines as they are');
CALL lifecycle.ingest_events();
SELECT is(last_run(), 'succeeded: 7 in = 2 written + 0 repeats + 5 dead', '... and each has its place');
SELECT results_eq('SELECT user_id::text COLLATE "default", properties FROM lifecycle.events WHERE event_id = event_id(7001)', $$VALUES ('a\b', '{"path": "C:\\temp\\new", "quote": "\"q\"", "tab": "\t"}'::jsonb)$$, '... unmangled');
\! printf 'caf\351 \377\000\\\t\r\n{}\n' >>"$FILE"
TRUNCATE lifecycle.event_inbox;
\copy lifecycle.event_inbox (bytes) FROM PROGRAM 'perl -pe ''s/([^ -\[\]-~\n])/sprintf("\\\\%03o", ord $1)/ge'' "$FILE"'
\set digest `md5sum <"$FILE" | cut -c 1-32`
SELECT is((SELECT md5(string_agg(bytes, '\x0a' ORDER BY id) || '\x0a') FROM lifecycle.event_inbox), :'digest'::text, 'the byte-safe line loads what is no text at all, byte for byte');
\! rm -r "$(dirname "$FILE")"
CALL lifecycle.ingest_events();
SELECT is((SELECT status || ' ' || unchanged FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'succeeded 1', '... for ingestion to sort out: the event in it is a repeat');
-- The key of a dead letter is cut: between characters, wherever the cut falls.
TRUNCATE lifecycle.event_inbox;
INSERT INTO lifecycle.event_inbox (line) SELECT jsonb_build_object('event_id', repeat('x', shift) || repeat(letter, 200)) FROM generate_series(0, 3) shift, unnest('{é,€,😀}'::text[]) letter;
SELECT taken FROM lifecycle._ingest_chunk(-1, 100) \g /dev/null
SELECT is((SELECT string_agg(DISTINCT octet_length(convert_from(convert_to(key, 'UTF8'), 'UTF8'))::text, ' ') FROM lifecycle.dead_letters WHERE octet_length(body_bytes) IS NULL AND key ~ '[é€😀]{2}'),
  '197 198 199 200', 'long keys are cut between characters');
SELECT * FROM finish();
