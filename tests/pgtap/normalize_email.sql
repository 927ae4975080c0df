\set ON_ERROR_STOP 1
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(31);

SELECT is(lifecycle.normalize_email(given), wanted, name) FROM (VALUES
  ('Bob.Smith@Example.COM', 'bob.smith@example.com', 'mixed case'),
  (E' \t\r\nbob@x.de\u00A0\u3000', 'bob@x.de', 'Unicode white space is trimmed'),
  (E'\u200Bbob@x.de', E'\u200Bbob@x.de', 'a zero-width space is not white space'),
  ('dave+News@Example.com', 'dave+news@example.com', 'plus tags stay'),
  ('d.a.v.e@gmail.com', 'd.a.v.e@gmail.com', 'dots stay'),
  (E'\u0130stanbul@x', E'i\u0307stanbul@x', 'dotted capital I, composed'),
  (E'I\u0307STANBUL@X', E'i\u0307stanbul@x', 'dotted capital I, decomposed'),
  (E'\u0131@x', E'\u0131@x', 'dotless i is another letter'),
  (E'Stra\u00DFe@x', 'strasse@x', 'sharp s'),
  (E'STRA\u1E9EE@X', 'strasse@x', 'capital sharp s'),
  (E'\uFB01ona@x', 'fiona@x', 'ligature'),
  (E'JOSE\u0301@x', E'jos\u00E9@x', 'decomposed accent'),
  (E'\u03A3\u0399\u03A3\u03A5\u03A6\u039F\u03A3@x', E'\u03C3\u03B9\u03C3\u03C5\u03C6\u03BF\u03C3@x', 'final sigma'),
  ('Name <A@b.c>', 'a@b.c', 'display name'),
  ('"Name, x" <A@b.c>', 'a@b.c', 'quoted display name'),
  ('Doe, John <a@b.c>', 'a@b.c', 'display name with a comma'),
  ('a@b.c <A@b.c>', 'a@b.c', 'the address as its own display name'),
  ('<a@b.c>', 'a@b.c', 'brackets alone'),
  ('a@b.c, D <e@f>', 'a@b.c, d <e@f>', 'a list stays whole'),
  ('A <b@c>, D <e@f>', 'a <b@c>, d <e@f>', 'a list of names stays whole'),
  ('john <ceo>', 'john <ceo>', 'brackets without an address stay'),
  ('<>', NULL, 'the sender of bounces is no address'),
  ('', NULL, 'empty'),
  (E' \t', NULL, 'blank'),
  (NULL, NULL, 'null')) AS t (given, wanted, name);

SELECT is((SELECT count(*) FROM (SELECT lifecycle.normalize_email(t) AS once FROM (
      SELECT chr(65 + i % 26) || repeat('x', i % 40) || CASE WHEN i % 3 = 0 THEN E'\u00C9' ELSE '' END || '@Example.com' AS t
      FROM generate_series(1, 2000) i) g) n WHERE lifecycle.normalize_email(once) IS DISTINCT FROM once), 0::bigint, 'normalising twice changes nothing');
SELECT is(lifecycle.normalize_email(repeat('A', 100000) || '@x'), repeat('a', 100000) || '@x', 'long and toasted values');
SELECT results_eq($$SELECT provolatile::text, proisstrict, proparallel::text FROM pg_proc WHERE oid = 'lifecycle.normalize_email(text)'::regprocedure$$,
  $$VALUES ('i', true, 's')$$, 'immutable, strict, parallel safe');

CREATE TABLE people (id integer, email text);
INSERT INTO people SELECT i, 'Person' || i || '@Example.com' FROM generate_series(1, 5000) i;
CREATE INDEX people_email ON people (lifecycle.normalize_email(email));
ANALYZE people;
SELECT is((SELECT id FROM people WHERE lifecycle.normalize_email(email) = 'person77@example.com'), 77, 'an expression index on it answers');
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP result := result || line || E'\n'; END LOOP;
  RETURN result;
END $$;
SELECT matches(pg_temp.plan_of($$SELECT id FROM people WHERE lifecycle.normalize_email(email) = 'x'$$), 'people_email', '… and is used');

SELECT throws_ok(format('SELECT lifecycle.normalize_email(%L)', repeat(E'\u00E9', 600000)), '54000', 'value is too long for an e-mail address',
  'a megabyte without one ASCII character is refused');

SELECT * FROM finish();
ROLLBACK;
