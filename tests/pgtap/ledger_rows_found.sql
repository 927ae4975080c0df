-- What a sync asks of each row, where the ledger has it and whether anything was found wrong with it, is looked up in pages of the indexes:
-- the answers are those of queries, whatever the keys, their order, and what became of the rows meanwhile.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(24);
CREATE TABLE contacts (id text PRIMARY KEY, email text);
SELECT lifecycle.use_contacts('contacts', 'id', 'email');
CREATE TABLE calls (id text PRIMARY KEY, email text, at timestamptz, note text, changed timestamptz DEFAULT now());
SELECT lifecycle.register_source('calls', 'calls', '{"contact_email": "email", "event_type": {"constant": "message"}, "event_timestamp": "at",
  "source_record_id": "id", "payload": ["note"], "change_column": "changed"}');
CALL lifecycle.sync_contact_events();
SELECT format('lifecycle.%I', partition_name)::regclass AS part FROM lifecycle.sources \gset
CREATE FUNCTION key_of(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE n % 4 WHEN 0 THEN n::text WHEN 1 THEN md5(n::text) WHEN 2 THEN repeat(chr(97 + n % 26), 900) || n ELSE 'é' || n END $$;
CREATE FUNCTION put(n integer, note text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lifecycle.contact_events (contact_id, contact_email, event_type, event_timestamp, source_system, source_record_id, payload, event_fingerprint)
  VALUES (CASE WHEN n % 3 > 0 THEN 'c' || n END, CASE WHEN n % 5 > 0 THEN repeat(n || '@x.example', CASE WHEN n % 50 = 1 THEN 20000 ELSE 1 END) END, 'message',
    '2025-01-01 00:00+00', 'calls', key_of(n), to_jsonb(note), md5(note || n)::uuid)
  ON CONFLICT (source_record_id, source_system) DO UPDATE SET payload = excluded.payload, event_fingerprint = excluded.event_fingerprint $$;

-- In which keys the answers differ from a query's, in an order: each key that there is, was, or never was, asked as the row is or otherwise.
CREATE FUNCTION wrong(sorted text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  wrong bigint;
BEGIN
  EXECUTE format($q$
    SELECT count(*) FROM (
      SELECT a.*, lifecycle._ledger_row((SELECT format('lifecycle.%%I', partition_name)::regclass FROM lifecycle.sources), 'calls', a.id, a.f, a.c, a.e) AS found,
        lifecycle._has_open_issue('lifecycle.issues', 'calls', a.id) AS noted
      FROM (SELECT key_of(n) COLLATE "C" AS id, CASE n %% 7 WHEN 0 THEN gen_random_uuid() WHEN 1 THEN NULL ELSE l.event_fingerprint END AS f,
              CASE n %% 11 WHEN 0 THEN 'other' WHEN 1 THEN NULL ELSE l.contact_id END AS c, CASE n %% 13 WHEN 0 THEN 'other' WHEN 1 THEN NULL ELSE l.contact_email END AS e
            FROM generate_series(-50, 3500) n LEFT JOIN lifecycle.contact_events l ON l.source_system = 'calls' AND l.source_record_id = key_of(n)
            ORDER BY %s OFFSET 0) a
      OFFSET 0) a
    LEFT JOIN lifecycle.contact_events l ON l.source_system = 'calls' AND l.source_record_id = a.id
    WHERE (a.found).place IS DISTINCT FROM l.ctid
      OR coalesce((a.found).same, false) IS DISTINCT FROM coalesce(l.event_fingerprint = a.f AND l.contact_id IS NOT DISTINCT FROM a.c AND l.contact_email IS NOT DISTINCT FROM a.e, false)
      OR a.noted IS DISTINCT FROM EXISTS (SELECT FROM lifecycle.issues i WHERE i.source_system = 'calls' AND i.source_record_id = a.id AND i.resolved_at IS NULL)
    $q$, sorted) INTO wrong;
  RETURN wrong;
END $$;
SELECT is(wrong('1'), 0::bigint, 'of an empty ledger nothing is found');
SELECT count(put(n, 'first')) FROM generate_series(1, 3000) n \g /dev/null
INSERT INTO lifecycle.issues (source_system, source_record_id, code, severity, detail, resolved_at)
  SELECT s, key_of(n), 'orphan', 'warning', 'x', CASE WHEN n % 2 = 0 THEN now() END FROM generate_series(1, 3000, 3) n, unnest(ARRAY['calls', 'others']) s WHERE n % 5 = 0 OR s = 'calls';
SELECT is(wrong('1'), 0::bigint, 'keys in the order of the index');
SELECT is(wrong('1 DESC'), 0::bigint, '... against it');
SELECT is(wrong('hashtext(key_of(n))'), 0::bigint, '... in none');
SELECT is(wrong('n'), 0::bigint, '... nearly so');
SELECT count(put(n, 'second')) FROM generate_series(1, 3000, 2) n \g /dev/null
DELETE FROM lifecycle.contact_events WHERE source_record_id = key_of(length(source_record_id)) OR left(source_record_id, 1) = 'k';
UPDATE lifecycle.contact_events SET event_timestamp = event_timestamp + interval '1 day', contact_id = 'moved' WHERE source_record_id LIKE '1%';
UPDATE lifecycle.issues SET resolved_at = CASE WHEN resolved_at IS NULL THEN now() END WHERE issue_id % 3 = 0;
SELECT is(wrong('1'), 0::bigint, 'rows updated, moved and deleted');
SELECT is(wrong('hashtext(key_of(n))'), 0::bigint, '... in any order');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT put(n, 'third') FROM generate_series(1, 300) n \g /dev/null
SELECT is(wrong('1'), 0::bigint, 'what the transaction itself has written');
DELETE FROM lifecycle.contact_events WHERE source_record_id >= 'a';
SELECT is(wrong('1'), 0::bigint, '... or deleted');
ROLLBACK;
SELECT is(wrong('1'), 0::bigint, '... and taken back');
DELETE FROM lifecycle.contact_events WHERE source_record_id BETWEEN '2' AND 'f';
VACUUM lifecycle.contact_events, lifecycle.issues;
SELECT is(wrong('1'), 0::bigint, 'pages of the index emptied and given back');
SELECT count(put(n, 'fourth')) FROM generate_series(1, 3400) n \g /dev/null
SELECT is(wrong('1'), 0::bigint, '... and filled anew');
SELECT is((SELECT lifecycle._ledger_row(:'part', 'calls', NULL, NULL, NULL, NULL)), NULL, 'a row without an id is nowhere');
SELECT is(lifecycle._has_open_issue('lifecycle.issues', 'calls', NULL), false, '... and nothing is known of it');
SELECT is((SELECT lifecycle._ledger_row(:'part', 'others', '4', NULL, NULL, NULL)), NULL, 'a record of another source is another record');

SELECT is(lifecycle._finds_rows(:'part', 'lifecycle.issues'), true, 'partitions are looked into');
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT is(lifecycle._finds_rows(:'part', 'lifecycle.issues'), false, '... not where reading must be on record');
ROLLBACK;
ALTER TABLE lifecycle.contact_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE lifecycle.contact_events FORCE ROW LEVEL SECURITY;
CREATE ROLE ledger_rows_reader;
GRANT USAGE ON SCHEMA lifecycle TO ledger_rows_reader;
GRANT SELECT ON lifecycle.contact_events, lifecycle.issues TO ledger_rows_reader;
SET ROLE ledger_rows_reader;
SELECT is(lifecycle._finds_rows(:'part', 'lifecycle.issues'), false, '... nor past row-level security');
SELECT throws_ok(format($$SELECT lifecycle._ledger_row(%L, 'calls', '4', NULL, NULL, NULL)$$, :'part'), '55000', NULL, '... on no account');
RESET ROLE;
ALTER TABLE lifecycle.contact_events DISABLE ROW LEVEL SECURITY;
SET ROLE ledger_rows_reader;
SELECT is(lifecycle._finds_rows(:'part', 'lifecycle.issues'), true, 'who may read the ledger may look');
RESET ROLE;
-- What only looks like the ledger is not read as if it were.
CREATE TABLE named (source_record_id name PRIMARY KEY, source_system text, event_fingerprint uuid, contact_id text, contact_email text, resolved_at timestamptz);
INSERT INTO named VALUES ('4', 's');
SELECT is(lifecycle._finds_rows('named', 'named'), false, 'ids that are no texts are not looked for');
SELECT throws_ok($$SELECT lifecycle._ledger_row('named', 's', '4', NULL, NULL, NULL)$$, '55000', NULL, '... on no account');
CREATE TABLE numbered (source_record_id text COLLATE "C" PRIMARY KEY, source_system text, event_fingerprint integer, contact_id integer, contact_email text,
  resolved_at integer);
INSERT INTO numbered VALUES ('4', 's', 1, 1, 'x');
SELECT throws_ok($$SELECT lifecycle._ledger_row('numbered', 's', '4', gen_random_uuid(), 'c', 'x')$$, '42804', NULL, 'nor columns of other types as texts');
SELECT throws_ok($$SELECT lifecycle._has_open_issue('numbered', 's', '4')$$, '42804', NULL, '... of issues, too');
DROP OWNED BY ledger_rows_reader;
DROP ROLE ledger_rows_reader;
SELECT * FROM finish();
