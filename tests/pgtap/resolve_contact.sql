-- Who is meant by (contact_id, e-mail): the rules, one by one and against an obvious plain-SQL oracle.
\set ON_ERROR_STOP 1
BEGIN;
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();

-- Everything the functions say about one question, from the composite and from the scalars.
CREATE FUNCTION pg_temp.said(id text, mail text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws('|', coalesce(r.contact_id, '-'), coalesce(r.contact_email, '-'), r.outcome)
    || CASE WHEN r.contact_id IS DISTINCT FROM lifecycle.resolved_contact_id(id, mail)
      OR r.contact_email IS DISTINCT FROM lifecycle.resolved_contact_email(id, mail)
      OR r.outcome IS DISTINCT FROM lifecycle.contact_outcome(id, mail) THEN ' but the scalars differ' ELSE '' END
  FROM lifecycle.resolve_contact(id, mail) r
$$;

SELECT is(pg_temp.said(NULL, 'a@b'), '-|a@b|orphan', 'no contacts at all: by e-mail');
SELECT is(pg_temp.said('c1', 'a@b'), '-|a@b|unknown_contact', 'no contacts at all: by id');
SELECT is(lifecycle._contacts_digest(), '00000000-0000-0000-0000-000000000000'::uuid, 'no contacts at all: digest');

-- The cases of the specification; contacts given by id are said to be given.
\set have_cases `test -r "$LEDGER_SHARED/contact-resolution/cases.csv" && echo true || echo false`
\if :have_cases
CREATE TEMP TABLE cases (case_id text, source_contact_id text, email text, outcome text, expected_contact_id text, why text, sure text);
\copy lifecycle.contacts (contact_id, email) FROM PROGRAM 'cat "$LEDGER_SHARED/contact-resolution/contacts.csv"' WITH (FORMAT csv, HEADER, NULL '\N')
\copy cases FROM PROGRAM 'cat "$LEDGER_SHARED/contact-resolution/cases.csv"' WITH (FORMAT csv, HEADER, NULL '\N')
SELECT is((SELECT count(*) FROM cases), 13::bigint, 'all cases are read');
SELECT is(format('%s|%s', r.outcome, coalesce(r.contact_id, '-')),
  format('%s|%s', CASE WHEN c.outcome = 'matched' AND source_contact_id IS NOT NULL THEN 'given' ELSE c.outcome END, coalesce(expected_contact_id, '-')),
  'case ' || case_id || ': ' || why)
FROM cases c, lifecycle.resolve_contact(source_contact_id, email) r ORDER BY case_id;
DELETE FROM lifecycle.contacts;
\else
SELECT skip('contact-resolution/cases.csv is not on this machine (LEDGER_SHARED)');
\endif

INSERT INTO lifecycle.contacts (contact_id, email) VALUES
  ('c1', 'Alice@Example.com'), ('c2', 'bob@x'), ('c3', 'BOB@x'), ('c4', NULL), ('c5', '  '), (' ', 'ghost@x'), ('', 'ghost2@x'),
  ('c6', E'Stra\u00DFe@x'), ('c7', 'Ann <Ann@x>'), ('c8', E'I\u0307stanbul@x'), ('c9', E'\uFB01ona@x'), ('c10', E'Jos\u00E9@x'), (' c11', 'space@x');
SELECT is(pg_temp.said(id, mail), wanted, name) FROM (VALUES
  (NULL, 'ALICE@example.com', 'c1|ALICE@example.com|matched', 'matched: the e-mail stays as it came'),
  (NULL, ' Alice <alice@example.COM> ', 'c1| Alice <alice@example.COM> |matched', 'matched through a display name, trimmed of nothing'),
  (NULL, 'bob@x', '-|bob@x|ambiguous', 'ambiguous'),
  (NULL, 'nobody@x', '-|nobody@x|orphan', 'orphan'),
  (NULL, '', '-||orphan', 'empty e-mail: orphan, not the contact with a blank one'),
  (NULL, NULL, '-|-|orphan', 'nothing: orphan, not the contact with a null e-mail'),
  ('c1', NULL, 'c1|Alice@Example.com|given', 'given: e-mail filled in as stored'),
  ('c1', 'bob@x', 'c1|bob@x|given', 'given: an e-mail that came stays'),
  ('c1', '', 'c1||given', 'given: an empty e-mail that came stays too'),
  ('c4', NULL, 'c4|-|given', 'given without an e-mail anywhere'),
  ('c5', NULL, 'c5|-|given', 'given, blank e-mail in contacts'),
  ('C1', 'alice@example.com', '-|alice@example.com|unknown_contact', 'unknown: ids are compared byte by byte, e-mail no fall back'),
  ('c1 ', NULL, '-|-|unknown_contact', 'unknown: ids are not trimmed'),
  (' c11', NULL, ' c11|space@x|given', 'ids are not trimmed, on either side'),
  ('', 'alice@example.com', 'c1|alice@example.com|matched', 'an empty contact_id is none'),
  (E' \t\u00A0', 'alice@example.com', 'c1|alice@example.com|matched', 'a blank contact_id is none'),
  (NULL, 'ghost@x', '-|ghost@x|orphan', 'a contact with a blank id is never found'),
  (NULL, 'ghost2@x', '-|ghost2@x|orphan', 'nor is one with an empty id'),
  (NULL, 'STRASSE@X', 'c6|STRASSE@X|matched', 'sharp s'),
  (NULL, E'\u0130STANBUL@x', E'c8|\u0130STANBUL@x|matched', 'dotted capital I'),
  (NULL, 'istanbul@x', '-|istanbul@x|orphan', 'plain i is another letter'),
  (NULL, 'FIONA@x', 'c9|FIONA@x|matched', 'ligature'),
  (NULL, E'JOSE\u0301@x', E'c10|JOSE\u0301@x|matched', 'decomposed accent'),
  (NULL, 'jose@x', '-|jose@x|orphan', 'accents count')) AS t (id, mail, wanted, name);

SELECT is(r::text, '(c1,a@b,given)', 'arguments can be named') FROM lifecycle.resolve_contact(contact_id => 'c1', email => 'a@b') r;
SELECT is((lifecycle.resolve_contact(NULL, 'alice@example.com')).contact_id, 'c1', 'a field of the call itself');
SELECT results_eq($$SELECT (lifecycle.resolve_contact(id, 'alice@example.com')).* FROM (VALUES ('c2'), (NULL), ('c9x')) t (id)$$,
  $$VALUES ('c2', 'alice@example.com', 'given'), ('c1', 'alice@example.com', 'matched'), (NULL, 'alice@example.com', 'unknown_contact')$$,
  'all fields, row by row');
SELECT is(lifecycle._contact_candidates(mail), wanted, 'candidates of ' || coalesce(mail, 'null')) FROM (VALUES
  ('Bob@X', '{c2,c3}'::text[]), ('alice@example.com', '{c1}'), ('nobody@x', '{}'), ('', '{}'), (NULL, '{}')) t (mail, wanted);
SELECT is(lifecycle._contact_mismatch(id, mail), wanted, format('mismatch of %s and %s', coalesce(id, 'null'), coalesce(mail, 'null'))) FROM (VALUES
  ('c1', 'alice@EXAMPLE.com', false), ('c1', 'bob@x', true), ('c1', 'nobody@x', true), ('c1', NULL, false), ('c1', ' ', false),
  ('c4', 'bob@x', false), ('c5', 'bob@x', false), ('zz', 'bob@x', false), (NULL, 'bob@x', false), ('', 'bob@x', false), ('c3', 'bob@x', false)) t (id, mail, wanted);

-- Long and compressed arguments go the same way.
INSERT INTO lifecycle.contacts VALUES (repeat('long', 250), repeat('Mail', 2000) || '@x');
SELECT is(lifecycle.contact_outcome(NULL, repeat('MAIL', 2000) || '@X'), 'matched', 'an e-mail of 8 kB');
SELECT is(lifecycle.resolved_contact_id(repeat('long', 250), NULL), repeat('long', 250), 'an id as long as they may be');
CREATE TEMP TABLE toasted AS SELECT contact_id, email FROM lifecycle.contacts WHERE length(email) > 100;
SELECT is((lifecycle.resolve_contact(contact_id, email)).contact_email, email, 'arguments read from toast') FROM toasted;

SELECT results_eq($$SELECT proname::text, provolatile::text, proisstrict, proparallel::text FROM pg_proc WHERE pronamespace = 'lifecycle'::regnamespace
    AND proname IN ('resolve_contact', 'contact_outcome', 'resolved_contact_id', 'resolved_contact_email', '_contact_mismatch', '_contact_candidates', '_contacts_digest')
    AND (provolatile, proisstrict, proparallel) IS DISTINCT FROM ('s', false, 's')$$,
  $$SELECT '', '', true, '' LIMIT 0$$, 'stable, not strict, parallel safe: all of them');

-- The oracle: the rules in plain SQL, on random contacts with every kind of repetition.
DELETE FROM lifecycle.contacts;
CREATE TABLE people (person text, mail text);
SELECT lifecycle.use_contacts('people', 'person', 'mail') \g /dev/null
CREATE FUNCTION pg_temp.random_mail(emails integer) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.08 THEN NULL WHEN random() < 0.05 THEN ' '
    ELSE (ARRAY['p', 'P', 'q', 'Q'])[1 + floor(random() * 4)] || floor(random() * emails) || (ARRAY['@x.de', '@X.de', '@X.DE '])[1 + floor(random() * 3)] END
$$;
CREATE FUNCTION pg_temp.disagreements(contacts integer, ids integer, emails integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint;
BEGIN
  TRUNCATE people;
  INSERT INTO people SELECT CASE WHEN random() < 0.9 THEN 'id' || floor(random() * ids) END, pg_temp.random_mail(emails) FROM generate_series(1, contacts);
  WITH asked AS MATERIALIZED (
    SELECT CASE WHEN random() < 0.4 THEN 'id' || floor(random() * ids * 1.2) END AS id, pg_temp.random_mail((emails * 1.2)::integer) AS mail FROM generate_series(1, 400)
  ), wanted AS (
    SELECT a.*, (SELECT count(DISTINCT person) FROM people WHERE lower(btrim(people.mail)) = nullif(lower(btrim(a.mail)), '')) AS owners,
      (SELECT min(person COLLATE "C") FROM people WHERE lower(btrim(people.mail)) = nullif(lower(btrim(a.mail)), '')) AS owner,
      EXISTS (SELECT FROM people WHERE person = a.id) AS known,
      (SELECT min(p.mail COLLATE "C") FROM people p WHERE p.person = a.id AND btrim(p.mail) <> '') AS smallest,
      EXISTS (SELECT FROM people p WHERE p.person = a.id AND btrim(p.mail) <> '')
        AND NOT EXISTS (SELECT FROM people p WHERE p.person = a.id AND lower(btrim(p.mail)) = lower(btrim(a.mail))) AND btrim(a.mail) <> '' AS disagree,
      ARRAY(SELECT DISTINCT person COLLATE "C" FROM people WHERE lower(btrim(people.mail)) = nullif(lower(btrim(a.mail)), '') AND person IS NOT NULL ORDER BY 1) AS candidates
    FROM asked a
  )
  SELECT count(*) INTO result FROM wanted w, lifecycle.resolve_contact(w.id, w.mail) r
  WHERE r.outcome IS DISTINCT FROM CASE WHEN id IS NOT NULL AND known THEN 'given' WHEN id IS NOT NULL THEN 'unknown_contact'
      WHEN owners = 0 THEN 'orphan' WHEN owners = 1 THEN 'matched' ELSE 'ambiguous' END
    OR r.contact_id IS DISTINCT FROM CASE WHEN id IS NOT NULL AND known THEN id WHEN id IS NULL AND owners = 1 THEN owner END
    OR r.contact_email IS DISTINCT FROM coalesce(mail, smallest)
    OR (lifecycle.contact_outcome(id, mail), lifecycle.resolved_contact_id(id, mail), lifecycle.resolved_contact_email(id, mail))
      IS DISTINCT FROM (r.outcome, r.contact_id, r.contact_email)
    OR lifecycle._contact_mismatch(id, mail) IS DISTINCT FROM coalesce(disagree, false)
    OR lifecycle._contact_candidates(mail) IS DISTINCT FROM candidates;
  RETURN result;
END $$;
SELECT setseed(0.31);
SELECT is(pg_temp.disagreements(contacts, ids, emails), 0::bigint, format('%s random contacts, %s ids, %s e-mails: as the oracle says', contacts, ids, emails))
FROM (VALUES (0, 5, 5), (1, 1, 1), (30, 3, 40), (30, 40, 3), (30, 20, 20), (300, 200, 250), (300, 250, 60), (3000, 2000, 2500), (3000, 40, 3000), (3000, 3000, 40)) t (contacts, ids, emails);

-- The digest
CREATE TEMP TABLE digests (what text, digest uuid);
INSERT INTO digests SELECT 'as loaded', lifecycle._contacts_digest();
CREATE TEMP TABLE kept AS SELECT * FROM people;
TRUNCATE people;
INSERT INTO people SELECT * FROM kept ORDER BY md5(person || coalesce(mail, '')) DESC;
SELECT is(lifecycle._contacts_digest(), digest, 'the digest is the same in another order of rows') FROM digests;
INSERT INTO people SELECT * FROM kept LIMIT 10;
SELECT is(lifecycle._contacts_digest(), digest, '… and with rows repeated') FROM digests;
INSERT INTO people VALUES (NULL, 'someone@x');
SELECT is(lifecycle._contacts_digest(), digest, '… and with a row without an id') FROM digests;
INSERT INTO people VALUES ('new one', NULL);
SELECT isnt(lifecycle._contacts_digest(), digest, 'it changes with a contact that comes') FROM digests;
DELETE FROM people WHERE person = 'new one';
SELECT is(lifecycle._contacts_digest(), digest, '… and is back when it has gone') FROM digests;
UPDATE people SET mail = upper(mail) WHERE person = (SELECT min(person) FROM people WHERE mail LIKE 'p%');
SELECT isnt(lifecycle._contacts_digest(), digest, 'it changes with the case of one e-mail') FROM digests;
TRUNCATE people;
INSERT INTO people VALUES ('c1', 'a@b');
SELECT is(lifecycle._contacts_digest(), 'e0c28054-ff87-ac31-0cd7-f60cf28d7166'::uuid, 'it is what an independent XXH3-128 gives');

SELECT * FROM finish();
ROLLBACK;
