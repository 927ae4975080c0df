-- Contacts fetched ahead of the rows that will ask for them: a guess, which must change no answer, whatever the rows and the order
-- they come in. Beside each question stands the same one with arguments that lie in no page, of which nothing is guessed.
\set ON_ERROR_STOP 1
BEGIN;
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();

INSERT INTO lifecycle.contacts (contact_id, email)
  SELECT 'c' || i, CASE WHEN i % 10 = 0 THEN 'Shared' || i / 20 ELSE 'Person' || i END || '@example.com' FROM generate_series(1, 3000) i;

CREATE FUNCTION pg_temp.differ(rows text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  EXECUTE format($sql$
    SELECT count(*) FROM (%s) a
    WHERE (lifecycle.resolved_contact_id(id, mail), lifecycle.resolved_contact_email(id, mail), lifecycle.contact_outcome(id, mail))
      IS DISTINCT FROM (lifecycle.resolved_contact_id(id || '', mail || ''), lifecycle.resolved_contact_email(id || '', mail || ''),
        lifecycle.contact_outcome(id || '', mail || ''))
      OR lifecycle.contact_outcome(id, mail) IS DISTINCT FROM CASE
        WHEN id IS NOT NULL THEN CASE WHEN (SELECT true FROM known_ids k WHERE k.contact_id = id) THEN 'given' ELSE 'unknown_contact' END
        ELSE coalesce((SELECT CASE WHEN k.contacts > 1 THEN 'ambiguous' ELSE 'matched' END FROM known_emails k WHERE k.email = lower(mail)), 'orphan') END
    $sql$, rows) INTO found;
  RETURN found;
END
$$;
CREATE TEMP TABLE known_ids AS SELECT contact_id FROM lifecycle.contacts;
CREATE TEMP TABLE known_emails AS SELECT lower(email) AS email, count(*) AS contacts FROM lifecycle.contacts GROUP BY 1;
CREATE INDEX ON known_ids (contact_id);
CREATE INDEX ON known_emails (email);

-- Ids and addresses that are there or not, columns of every length before them, long values out of line.
CREATE TABLE asked (before text, id text, between_them text, mail text, number integer, dropped bigint);
INSERT INTO asked
  SELECT CASE WHEN i % 3 <> 0 THEN repeat('x', i * 31 % 40) END, CASE WHEN i % 4 = 0 THEN 'c' || i * 7 % 3300 END,
    CASE WHEN i % 5 = 0 THEN repeat(md5(i::text), 100) WHEN i % 7 = 0 THEN 'z' END,
    CASE WHEN i % 11 = 0 THEN NULL WHEN i % 101 = 0 THEN repeat(md5(i::text), 300) || '@example.com'
      WHEN i % 97 = 0 THEN repeat('y', 200) || i || '@example.com' WHEN i % 6 = 0 THEN 'SHARED' || i % 200 || '@example.com'
      ELSE 'person' || i * 13 % 3300 || '@example.com' END, i, i
  FROM generate_series(1, 6000) i;
SELECT is(pg_temp.differ('SELECT id, mail FROM asked'), 0::bigint, 'rows of all shapes, in the order they lie in');
SELECT is(pg_temp.differ('SELECT id, mail FROM asked WHERE number % 3 = 0'), 0::bigint, 'some of them');
SELECT is(pg_temp.differ('SELECT id, mail FROM asked WHERE number % 50 = 0'), 0::bigint, 'few of them');
CREATE INDEX ON asked (md5(number::text));
SELECT is(pg_temp.differ('SELECT id, mail FROM (SELECT * FROM asked ORDER BY md5(number::text) OFFSET 0) a'), 0::bigint, 'in no order');
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_sort = off;
SELECT is(pg_temp.differ('SELECT id, mail FROM (SELECT * FROM asked ORDER BY md5(number::text) OFFSET 0) a'), 0::bigint, 'in the order of an index');
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_sort;
SELECT is(pg_temp.differ('SELECT b.id, b.mail FROM generate_series(1, 3) n, LATERAL (SELECT * FROM asked WHERE number <= 60 + n OFFSET 0) b'), 0::bigint,
  'one page again and again');
SELECT is(pg_temp.differ('SELECT a.id, b.mail FROM asked a JOIN asked b ON b.number = a.number + 1'), 0::bigint, 'arguments of two rows');
SELECT is(pg_temp.differ('SELECT mail AS id, id AS mail FROM asked'), 0::bigint, 'the columns exchanged');

-- Items of a page that are dead, moved, or hold rows of an older shape.
DELETE FROM asked WHERE number % 4 = 1;
UPDATE asked SET mail = 'person' || number % 3000 || '@example.com' WHERE number % 7 = 2;
ALTER TABLE asked DROP COLUMN dropped, ADD COLUMN later text;
UPDATE asked SET later = 'w', id = NULL WHERE number % 9 = 3;
INSERT INTO asked (id, mail, number, later) SELECT NULL, 'PERSON' || i || '@example.com', 10000 + i, 'v' FROM generate_series(1, 500) i;
SELECT is(pg_temp.differ('SELECT id, mail FROM asked'), 0::bigint, 'among dead rows and changed ones');
SELECT ok((SELECT count(*) FROM asked WHERE lifecycle.contact_outcome(id, mail) = 'matched') > 1000, 'most of them find somebody');

SELECT * FROM finish();
ROLLBACK;
