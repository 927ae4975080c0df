-- Which contact a row gets, and how rows follow their contacts: mended, merged, deleted, re-addressed ones.
-- Every step is seen through two sources on one table: "cut" is followed by its change column, "full" is read whole.
\ir ../lib/ledger_test.sql
SELECT plan(46);

-- The user's own relation: an integer id, several rows a contact, columns with names of their own.
CREATE TABLE up.people (nr integer, "E-Mail" text, name text);
SELECT lifecycle.use_contacts('up.people', 'nr', 'E-Mail') \g /dev/null
INSERT INTO up.people (nr, "E-Mail") VALUES
  (1, 'ann@example.com'), (2, 'Bob@Example.COM'), (3, 'carol@example.com'), (4, 'CAROL@example.com'), (5, NULL),
  (6, 'dup@example.com'), (6, 'dup@example.com'), (7, 'eve@example.com'), (7, 'EVE@Example.com'), (8, 'two@a.example'), (8, 'two@b.example'),
  (9, 'straße@example.com'), (10, E'\u0130stanbul@example.com'), (11, E'\uFB01n@example.com'), (12, E'jose\u0301@example.com'),
  (13, E'\u03A3\u0399\u03A3\u03A5\u03A6\u039F\u03A3@example.com'), (14, '  pad@example.com '), (15, ''), (NULL, 'noid@example.com'), (17, 'zoe+tag@example.com');

CREATE TABLE up.forms (id text PRIMARY KEY, person text, mail text, at timestamptz NOT NULL DEFAULT '2025-03-01', wanted text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT '2025-03-02');
INSERT INTO up.forms (id, person, mail, wanted) VALUES
  ('exact', NULL, 'ann@example.com', '1'),
  ('case', NULL, 'ANN@Example.com', '1'),
  ('stored in mixed case', NULL, 'bob@example.com', '2'),
  ('shared', NULL, 'Carol@example.com', '(held) ambiguous'),
  ('no such contact', NULL, 'nobody@example.com', '(nobody) orphan'),
  ('neither', NULL, NULL, '(nobody) orphan'),
  ('blank', NULL, '', '(nobody) orphan'),
  ('blanks', NULL, '  ', '(nobody) orphan'),
  ('same contact twice', NULL, 'dup@example.com', '6'),
  ('same contact in two cases', NULL, 'Eve@example.com', '7'),
  ('first of two addresses', NULL, 'two@a.example', '8'),
  ('second of two addresses', NULL, 'TWO@B.example', '8'),
  ('sharp s', NULL, 'STRASSE@example.com', '9'),
  ('capital sharp s', NULL, E'STRA\u1E9EE@EXAMPLE.COM', '9'),
  ('dotted I', NULL, E'i\u0307stanbul@example.com', '10'),
  ('plain i is not dotted I', NULL, 'istanbul@example.com', '(nobody) orphan'),
  ('ligature', NULL, 'FIN@example.com', '11'),
  ('composed accent', NULL, E'JOS\u00C9@example.com', '12'),
  ('no accent', NULL, 'jose@example.com', '(nobody) orphan'),
  ('final sigma', NULL, E'\u03C3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2@example.com', '(nobody) orphan'),
  ('final sigma without accent', NULL, E'\u03C3\u03B9\u03C3\u03C5\u03C6\u03BF\u03C2@example.com', '13'),
  ('display name', NULL, 'Pad of Padua <PAD@example.com>', '14'),
  ('contact without an id', NULL, 'noid@example.com', '(nobody) orphan'),
  ('tags count', NULL, 'zoe@example.com', '(nobody) orphan'),
  ('tag', NULL, 'Zoe+Tag@example.com', '17'),
  ('given', '1', NULL, '1'),
  ('blank id', '', 'ann@example.com', '1'),
  ('id of blanks', '  ', 'ann@example.com', '1'),
  ('given, without an address', '5', NULL, '5'),
  ('given and fitting', '2', 'BOB@example.com', '2'),
  ('given, other address of his', '8', 'two@b.example', '8'),
  ('given, address of another', '1', 'bob@example.com', '1 contact_mismatch'),
  ('given, address of nobody', '1', 'nobody@example.com', '1 contact_mismatch'),
  ('given settles an ambiguity', '4', 'carol@example.com', '4'),
  ('given but unknown', '99', 'ann@example.com', '(held) unknown_contact');

CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_id": "person", "contact_email": "mail", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "id"}'::jsonb || extra
$$;
SELECT lifecycle.register_source('cut', 'up.forms', mapping('{"change_column": "changed_at"}')) \g /dev/null
SELECT lifecycle.register_source('full', 'up.forms', mapping('{}')) \g /dev/null

-- Both sources have every row where the table says it is wanted.
CREATE FUNCTION as_wanted(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  source text;
BEGIN
  FOREACH source IN ARRAY ARRAY['cut', 'full'] LOOP
    RETURN NEXT results_eq(format('SELECT id, fate(%L, id) FROM up.forms ORDER BY id', source), 'SELECT id, wanted FROM up.forms ORDER BY id',
      format('%s (%s)', name, source));
  END LOOP;
END
$$;
CREATE PROCEDURE want(variadic ids_and_fates text[]) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. cardinality(ids_and_fates) BY 2 LOOP
    UPDATE up.forms SET wanted = ids_and_fates[i + 1] WHERE id = ids_and_fates[i];
    ASSERT FOUND, ids_and_fates[i];
  END LOOP;
END
$$;

CALL lifecycle.sync_contact_events();
SELECT as_wanted('each row has the contact that the rules give it');
SELECT is(last_run('cut'), '35 in = 33 written + 0 unchanged + 0 superseded + 2 held; 0 deleted', 'the first run counts every row');
SELECT is((SELECT contact_email FROM lifecycle.contact_events WHERE (source_system, source_record_id) = ('cut', 'given')), 'ann@example.com',
  'the address is filled from the contact');
SELECT is((SELECT contact_email FROM lifecycle.contact_events WHERE (source_system, source_record_id) = ('cut', 'given, without an address')), NULL,
  '... and stays null where the contact has none');
SELECT is((SELECT contact_email FROM lifecycle.contact_events WHERE (source_system, source_record_id) = ('cut', 'display name')),
  'Pad of Padua <PAD@example.com>', 'a given address is kept as given');
SELECT is((SELECT body FROM lifecycle.issues WHERE (source_system, source_record_id) = ('cut', 'shared')),
  (SELECT to_jsonb(f) FROM up.forms f WHERE id = 'shared'), 'a held row is kept whole in its issue');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('cut', 'shared')),
  'E-mail "Carol@example.com" belongs to several contacts: 3, 4. Mend the contacts; the row is tried again by itself.', 'the finding names the contacts');
SELECT results_eq($$SELECT code, severity, count(*) FROM lifecycle.issues WHERE source_system = 'cut' GROUP BY 1, 2 ORDER BY 1$$,
  $$VALUES ('ambiguous', 'error', 1::bigint), ('contact_mismatch', 'warning', 2), ('orphan', 'warning', 9), ('unknown_contact', 'error', 1)$$,
  'each finding has its severity');
CREATE TABLE findings AS SELECT source_record_id, code, severity, detail, contact_id, contact_email, body FROM lifecycle.issues WHERE source_system = 'cut';
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('cut'), '35 in = 0 written + 33 unchanged + 0 superseded + 2 held; 0 deleted', 'reconcile finds nothing to do after a rebuild');
SELECT bag_eq($$SELECT source_record_id, code, severity, detail, contact_id, contact_email, body FROM lifecycle.issues WHERE source_system = 'cut'$$,
  'SELECT * FROM findings', '... and words every finding as the rebuild did');

-- An ambiguity mended, come back, mended otherwise
DELETE FROM up.people WHERE nr = 4;
CALL want('shared', '3', 'given settles an ambiguity', '(held) unknown_contact');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('a held row enters when its address belongs to one contact again');
SELECT is(last_run('cut'), '2 in = 1 written + 0 unchanged + 0 superseded + 1 held; 1 deleted', 'only the rows that the contact concerns are looked at');
SELECT is((SELECT resolution FROM lifecycle.issues WHERE (source_system, source_record_id, code) = ('cut', 'shared', 'ambiguous')),
  'The row now belongs to contact "3".', 'the issue says how it ended');
INSERT INTO up.people VALUES (4, 'carol@EXAMPLE.com');
CALL want('shared', '(held) ambiguous', 'given settles an ambiguity', '4');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('a row that becomes ambiguous leaves the ledger');
SELECT is(last_run('cut'), '2 in = 1 written + 0 unchanged + 0 superseded + 1 held; 1 deleted', '... and counts as held and deleted');
UPDATE up.people SET "E-Mail" = 'caroline@example.com' WHERE nr = 3;
CALL want('shared', '4');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('it comes back for whoever keeps the address');
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE (source_system, source_record_id, code) = ('cut', 'shared', 'ambiguous') AND resolved_at IS NOT NULL),
  2::bigint, 'each occurrence is an issue of its own');

-- An orphan is healed
CREATE TABLE before AS SELECT * FROM untouched('cut');
INSERT INTO up.people VALUES (20, 'NoBody@example.com');
CALL want('no such contact', '20');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('an orphan gets its contact when that appears');
SELECT is(last_run('cut'), '1 in = 1 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', '... at the cost of one row');
SELECT bag_eq($$SELECT record FROM untouched('cut') n WHERE NOT EXISTS (SELECT FROM before b WHERE (b.*) = (n.*))$$,
  ARRAY['no such contact'], 'no other row is touched: place, version and ingested_at are what they were');
SELECT is((SELECT resolution FROM lifecycle.issues WHERE (source_system, source_record_id, code) = ('cut', 'no such contact', 'orphan')),
  'The row now belongs to contact "20".', 'the heal is recorded');

-- A contact is deleted
DELETE FROM up.people WHERE nr = 1;
CALL want('exact', '(nobody) orphan', 'case', '(nobody) orphan', 'blank id', '(nobody) orphan', 'id of blanks', '(nobody) orphan', 'given', '(held) unknown_contact',
  'given, address of another', '(held) unknown_contact', 'given, address of nobody', '(held) unknown_contact');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('rows of a deleted contact become orphans, or are held where they name it');
SELECT is(last_run('cut'), '8 in = 4 written + 0 unchanged + 0 superseded + 4 held; 3 deleted',
  '... at the cost of the rows with its id or address');
INSERT INTO up.people VALUES (1, 'ann@example.com');
CALL want('exact', '1', 'case', '1', 'blank id', '1', 'id of blanks', '1', 'given', '1', 'given, address of another', '1 contact_mismatch',
  'given, address of nobody', '1 contact_mismatch', 'given but unknown', '(held) unknown_contact');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('... until it is there again');

-- A contact's address changes, in letters and in case
UPDATE up.people SET "E-Mail" = 'robert@example.com' WHERE nr = 2;
UPDATE up.people SET "E-Mail" = 'Ann@Example.Com' WHERE nr = 1;
CALL want('stored in mixed case', '(nobody) orphan', 'given and fitting', '2 contact_mismatch');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('rows follow a changed address');
SELECT is((SELECT contact_email FROM lifecycle.contact_events WHERE (source_system, source_record_id) = ('cut', 'given')), 'Ann@Example.Com',
  'a filled address is the contact''s new one, its case included');
UPDATE up.people SET "E-Mail" = 'BOB@example.com' WHERE nr = 2;
CALL want('stored in mixed case', '2', 'given and fitting', '2');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('... and back');

-- Two contacts are merged: the survivor takes over the other's address
DELETE FROM up.people WHERE nr = 9;
INSERT INTO up.people VALUES (11, 'strasse@example.com');
CALL want('sharp s', '11', 'capital sharp s', '11');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('rows of a merged contact are the survivor''s');

-- The same contact in two rows loses one of them: nothing changes
DELETE FROM up.people WHERE ctid = (SELECT min(ctid) FROM up.people WHERE nr = 6);
DELETE FROM up.people WHERE (nr, "E-Mail") = (7, 'EVE@Example.com');
CALL lifecycle.sync_contact_events();
SELECT as_wanted('losing one of two equal addresses changes nothing');

-- Another relation altogether, and a view
CREATE VIEW up.crm AS SELECT 'K' || nr AS key, "E-Mail" AS address FROM up.people WHERE nr > 4;
SELECT lifecycle.use_contacts('up.crm', 'key', 'address') \g /dev/null
UPDATE up.forms SET wanted = CASE WHEN btrim(person) <> '' THEN '(held) unknown_contact' WHEN wanted ~ '^\d+' AND wanted::int > 4 THEN 'K' || wanted
  ELSE '(nobody) orphan' END;
CALL lifecycle.sync_contact_events();
SELECT as_wanted('another contacts relation resolves every row anew');
CREATE TABLE before_rebuild AS SELECT source_record_id, code, detail, contact_id, contact_email FROM lifecycle.issues
  WHERE source_system = 'cut' AND resolved_at IS NULL;
CALL lifecycle.rebuild_contact_events();
SELECT as_wanted('... as a rebuild does');
SELECT bag_eq($$SELECT source_record_id, code, detail, contact_id, contact_email FROM lifecycle.issues WHERE source_system = 'cut' AND resolved_at IS NULL$$,
  'SELECT * FROM before_rebuild', '... with the same findings');
INSERT INTO up.people VALUES (30, 'thirty@example.com');
CALL lifecycle.sync_contact_events();
SELECT results_eq('SELECT contact_id, email_key, appeared FROM lifecycle.contact_changes', $$VALUES ('K30' COLLATE "C", 'thirty@example.com' COLLATE "C", true)$$,
  'changes of contacts that every source has applied are pruned');
SELECT * FROM finish();
