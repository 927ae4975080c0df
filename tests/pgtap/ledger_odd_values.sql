-- Values that are legal in their tables and awkward in a ledger: long ones, and columns with collations of their own.
\ir ../lib/ledger_test.sql
SELECT plan(21);

-- Text that does not compress: longer than an index takes.
CREATE FUNCTION noise(bytes integer, seed text) RETURNS text LANGUAGE sql AS $$
  SELECT left(string_agg(md5(seed || i), ''), bytes) FROM generate_series(1, bytes / 32 + 1) i
$$;
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com');
CREATE TABLE up.long (id text, mail text, at timestamptz NOT NULL DEFAULT '2025-03-01', changed_at timestamptz NOT NULL DEFAULT now());
INSERT INTO up.long (id, mail) VALUES ('good', 'ann@example.com'), ('long mail', noise(20000, 'a')), (noise(20000, 'b'), 'ann@example.com'),
  (repeat('x', 1001), 'ann@example.com'), (repeat('y', 1000), 'ann@example.com');
SELECT lifecycle.register_source(name, 'up.long', '{"contact_email": "mail", "event_type": {"constant": "form"}, "event_timestamp": "at",
  "source_record_id": "id"}'::jsonb || extra) FROM (VALUES ('cut', '{"change_column": "changed_at"}'::jsonb), ('full', '{}')) s (name, extra) \g /dev/null

CALL lifecycle.sync_contact_events();
SELECT is(last_run('cut'), '5 in = 3 written + 0 unchanged + 0 superseded + 2 held; 0 deleted', 'rows with an id too long for an index are held, the others are not kept waiting');
SELECT is((SELECT string_agg(DISTINCT code || ' ' || severity || ' ' || (body IS NOT NULL), ', ') FROM lifecycle.issues WHERE source_record_id IS NULL),
  'record_id_too_long error true', '... with the row itself');
SELECT is(fate('cut', repeat('y', 1000)), 'c1', '1000 bytes are an id');
SELECT is(fate('cut', 'long mail'), '(nobody) orphan', 'what is no address at all is an orphan, however long');
CALL lifecycle.sync_contact_events();
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('full'), '5 in = 0 written + 3 unchanged + 0 superseded + 2 held; 0 deleted', 'and so it stays');
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE source_record_id IS NULL), 4::bigint, '... with one finding a row and source');

INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c2', mail FROM up.long WHERE id = 'long mail';
CALL lifecycle.sync_contact_events();
SELECT is(fate('cut', 'long mail'), 'c2', 'a contact with that address heals it');
DELETE FROM lifecycle.contacts WHERE contact_id = 'c2';
CALL lifecycle.sync_contact_events();
SELECT is(fate('cut', 'long mail'), '(nobody) orphan', '... as long as it is there');
UPDATE up.long SET id = left(id, 500) WHERE octet_length(id) > 1000;
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('cut'), '5 in = 2 written + 3 unchanged + 0 superseded + 0 held; 0 deleted', 'shortened ids come in');
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE source_record_id IS NULL AND resolved_at IS NULL), 0::bigint, '... and their findings end');

-- Every text column of contacts and source with another collation, some of which call different texts equal.
CREATE COLLATION up.loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE up.people (id text COLLATE "de-x-icu" PRIMARY KEY, mail text COLLATE "fr-x-icu");
INSERT INTO up.people VALUES ('1', 'a@x.example'), ('2', 'b@x.example');
SELECT lifecycle.use_contacts('up.people', 'id', 'mail') \g /dev/null
CREATE TABLE up.collated (id text COLLATE "sv-x-icu", mail text COLLATE "en-x-icu", person text COLLATE up.loose, kind text COLLATE up.loose, name text COLLATE up.loose);
INSERT INTO up.collated VALUES ('1', 'A@x.example', NULL, 'form', 'n'), ('2', NULL, '2', 'form', 'é'), ('3', 'zz@x.example', NULL, 'form', 'n'),
  ('4', NULL, '2', 'FORM', 'n');
SELECT lifecycle.register_source('collated', 'up.collated', '{"contact_id": "person", "contact_email": "mail", "event_type": "kind", "event_name": "name",
  "event_timestamp": {"constant": "2025-03-01T00:00:00Z"}, "source_record_id": "id"}') \g /dev/null
CALL lifecycle.sync_contact_events('collated');
INSERT INTO up.people VALUES ('3', 'zz@x.example');
UPDATE up.collated SET name = 'e', mail = upper(mail) WHERE id IN ('1', '2');
CALL lifecycle.sync_contact_events('collated');
SELECT is((SELECT string_agg(fate('collated', id COLLATE "C"), ', ' ORDER BY id COLLATE "C") FROM up.collated), '1, 2, 3, (held) unknown_event_type',
  'collations of contacts and source do not matter');
SELECT is((SELECT string_agg(concat_ws(' ', event_name, contact_email), ', ' ORDER BY source_record_id) FROM lifecycle.contact_events
  WHERE source_system = 'collated'), 'e A@X.EXAMPLE, e b@x.example, n zz@x.example', 'what they call equal is written all the same');
SELECT is(last_run('collated'), '4 in = 3 written + 0 unchanged + 0 superseded + 1 held; 0 deleted', '... as the run says');

-- Texts that no jsonb can hold, in json columns, which take them; and an address longer than any.
CREATE TABLE up.documents (id integer, mail text, doc json, other json, "odd ""name" text DEFAULT 'x');
INSERT INTO up.documents (id, mail, doc, other) VALUES (1, 'a@x.example', '{"a": 1e400}', NULL), (2, 'a@x.example', '{"a": "\u0000"}', '{"good": 1}'), (3, 'a@x.example', '1', '[1e200000]'),
  (4, 'a@x.example', '"\ud83d"', NULL), (5, repeat('ä', 600000), '{}', NULL), (6, 'a@x.example', '{"a": 1, "a": "\ud83d\ude00 \\u0000"}', 'null');
SELECT lifecycle.register_source('documents', 'up.documents', '{"contact_email": "mail", "event_type": {"constant": "form"}, "source_record_id": "id",
  "event_timestamp": {"constant": "2025-03-01T00:00:00Z"}, "payload": ["doc", "other"]}') \g /dev/null
CALL lifecycle.sync_contact_events('documents');
SELECT is(last_run('documents'), '6 in = 2 written + 0 unchanged + 0 superseded + 4 held; 0 deleted', 'a row that cannot be held in the ledger keeps no other waiting');
SELECT is((SELECT string_agg(fate('documents', id::text), ', ' ORDER BY id) FROM up.documents), '1, (held) unfit_json, (held) unfit_json, (held) unfit_json, (held) email_too_long, 1',
  '... and says why');
SELECT is((SELECT jsonb_agg(i.body - 'mail' ORDER BY source_record_id) FROM lifecycle.issues i WHERE source_system = 'documents' AND source_record_id IN ('2', '3')),
  '[{"id": 2, "doc": "{\"a\": \"\\u0000\"}", "other": {"good": 1}, "odd \"name": "x"}, {"id": 3, "doc": 1, "other": "[1e200000]", "odd \"name": "x"}]', 'the row is kept, with text for what is no jsonb');
SELECT is((SELECT payload FROM lifecycle.contact_events WHERE source_system = 'documents' AND source_record_id = '6'),
  (SELECT jsonb_build_object('doc', doc, 'other', other) FROM up.documents WHERE id = 6), 'what is good comes in as jsonb takes it');
UPDATE up.documents SET doc = '{}', other = '{}', mail = 'a@x.example';
CALL lifecycle.sync_contact_events('documents');
SELECT is(last_run('documents'), '6 in = 6 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'once mended they come in');
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE source_system = 'documents' AND resolved_at IS NULL), 0::bigint, '... and their findings end');
DELETE FROM lifecycle.contact_events WHERE source_system = 'documents';

-- Without any event type every row is held, and none slips in.
DELETE FROM lifecycle.event_types;
CALL lifecycle.reconcile_contact_events('collated');
SELECT is(last_run('collated'), '4 in = 0 written + 0 unchanged + 0 superseded + 4 held; 3 deleted', 'no event type is allowed where none is listed');

-- What a changed contact concerns is found by index in a ledger of any size.
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
INSERT INTO lifecycle.event_types VALUES ('form', '');
INSERT INTO up.long (id, mail) SELECT 'many ' || i, CASE WHEN i % 10 > 0 THEN 'orphan' || i ELSE 'a' END || '@x.example' FROM generate_series(1, 20000) i;
CALL lifecycle.reconcile_contact_events('cut');
ANALYZE lifecycle.contact_events;
SELECT is((SELECT count(*) FROM plan_of(lifecycle._retry_keys_query('cut', 0, 1)) AS line WHERE line LIKE '%Seq Scan on contact_events%'), 0::bigint,
  'a changed contact does not cost a look at the whole ledger');
SELECT * FROM finish();
