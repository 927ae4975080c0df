-- The properties that ingestion stores are what the server's own cast makes of the same text, whatever the text.
\ir ../lib/ingest_fixture.sql
SELECT plan(5);
SELECT setseed(0.25);
CREATE FUNCTION random_number() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE (random() * 8)::int
    WHEN 0 THEN (random() * 100)::int::text
    WHEN 1 THEN '-' || (random() * 1e9)::bigint
    WHEN 2 THEN round((random() * 1e6)::numeric, (random() * 12)::int)::text
    WHEN 3 THEN (random() * 1e18)::numeric::text || '000' || (random() * 1e15)::bigint
    WHEN 4 THEN round(random()::numeric * 1000, 3) || 'e' || (random() * 600 - 300)::int
    WHEN 5 THEN '0.' || repeat('0', (random() * 80)::int) || (1 + random() * 1e9)::bigint
    WHEN 6 THEN (random() * 10)::int || 'E+' || (random() * 200)::int
    WHEN 7 THEN '0.' || repeat('0', 1 + (random() * 20)::int)
    ELSE (1 + random() * 9)::int || repeat('0', (random() * 250)::int) || '.' || repeat('0', (random() * 10)::int) || (random() * 9)::int END $$;
CREATE FUNCTION random_text() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(string_agg(CASE (random() * 12)::int WHEN 0 THEN '\u00' || lpad(to_hex(1 + (random() * 126)::int), 2, '0') WHEN 1 THEN '\\' WHEN 2 THEN '\"' WHEN 3 THEN 'é' WHEN 4 THEN '\ud83d\ude00' WHEN 5 THEN '日本'
    WHEN 6 THEN '\n' ELSE chr(97 + (random() * 25)::int) END, ''), '') FROM generate_series(1, (random() * 12)::int) $$;
CREATE FUNCTION random_value(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  kind int := (random() * CASE depth WHEN 0 THEN 6 ELSE 9 END)::int;
BEGIN
  RETURN CASE
    WHEN kind = 0 THEN 'null' WHEN kind = 1 THEN 'true' WHEN kind = 2 THEN 'false'
    WHEN kind IN (3, 4) THEN random_number() WHEN kind IN (5, 6) THEN '"' || random_text() || '"'
    WHEN kind = 7 THEN (SELECT '[' || coalesce(string_agg(random_value(depth - 1), ' , '), '') || ']' FROM generate_series(1, (random() * CASE WHEN random() < 0.05 THEN 70 ELSE 5 END)::int))
    ELSE (SELECT '{' || coalesce(string_agg(format('"%sk%s":%s', random_text(), n, random_value(depth - 1)), ','), ' ') || '}' FROM generate_series(1, (random() * CASE WHEN random() < 0.05 THEN 70 ELSE 5 END)::int) n) END;
END $$;
CREATE TABLE sent AS SELECT n, (SELECT '{' || string_agg(format('"%s": %s', k, random_value(3)), ',') || '}' FROM generate_series(0, (n % 40) / 2) k) AS properties FROM generate_series(1, 500) n;
INSERT INTO lifecycle.event_inbox (line) SELECT format('{"properties":%s,"user_id":"u","event_name":"user_signed_up","event_id":"%s","event_time":"2025-05-06T07:08:09Z"}', properties, event_id(n)) FROM sent;
CALL lifecycle.ingest_events();
-- By chance a key is a word that the contract refuses.
SELECT is((SELECT string_agg(detail, E'\n') FROM lifecycle.dead_letters WHERE code <> 'property.classification'), NULL, 'all are taken');
CREATE VIEW compared AS SELECT e.properties AS stored, s.properties::jsonb AS wanted FROM sent s JOIN lifecycle.events e ON e.event_id = event_id(s.n);
SELECT cmp_ok((SELECT count(*) FROM compared), '>', 450::bigint, 'enough of them');
SELECT is((SELECT count(*) FROM compared WHERE stored <> wanted OR stored::text <> wanted::text), 0::bigint, 'each equals the cast, the scale of its numbers included');
SELECT is((SELECT count(*) FROM compared WHERE pg_column_size(stored || '{}') <> pg_column_size(wanted || '{}') OR jsonb_hash_extended(stored, 1) <> jsonb_hash_extended(wanted, 1)), 0::bigint, '... takes as many bytes and has its hash');
SELECT is((SELECT count(*) FROM lifecycle.events e JOIN lifecycle.event_keys k USING (event_id) WHERE k.content <> lifecycle.event_content(e.event_name, e.event_time, e.user_id, e.properties)
  OR k.content <> lifecycle.fingerprint(jsonb_build_object('event_name', e.event_name, 'event_time', '2025-05-06T07:08:09.000000Z', 'user_id', e.user_id, 'properties', e.properties))), 0::bigint, '... and its key the fingerprint');
SELECT * FROM finish();
