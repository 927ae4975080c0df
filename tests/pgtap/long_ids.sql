-- Ids that find no room in an index: a row of such a contact is held, and no run ends.
\ir ../lib/ledger_test.sql
SELECT no_plan();
-- No compression makes it small.
CREATE FUNCTION long_text(bytes integer) RETURNS text LANGUAGE sql AS $$ SELECT left(string_agg(md5(i::text), ''), bytes) FROM generate_series(1, bytes / 32 + 1) i $$;
CREATE TABLE up.people (id text, mail text);
INSERT INTO up.people VALUES ('ann', 'ann@x.example'), (long_text(20000), 'long@x.example'), (long_text(1000), 'edge@x.example');
SELECT lifecycle.use_contacts('up.people', 'id', 'mail') \g /dev/null
CREATE TABLE up.forms (id integer PRIMARY KEY, contact text, mail text, changed_at timestamptz DEFAULT '2025-03-02');
INSERT INTO up.forms VALUES (1, NULL, 'ann@x.example'), (2, NULL, 'long@x.example'), (3, long_text(20000), NULL), (4, long_text(30000), NULL), (5, NULL, 'edge@x.example');
SELECT lifecycle.register_source('forms', 'up.forms', '{"contact_id": "contact", "contact_email": "mail", "event_type": {"constant": "form"}, "source_record_id": "id",
  "event_timestamp": {"constant": "2025-03-01T00:00:00Z"}, "change_column": "changed_at"}') \g /dev/null
CREATE FUNCTION fates() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(CASE WHEN fate('forms', id::text) = long_text(1000) THEN 'edge' ELSE fate('forms', id::text) END, ', ' ORDER BY id) FROM up.forms $$;

CALL lifecycle.sync_contact_events();
SELECT is(fates(), 'ann, (held) contact_id_too_long, (held) contact_id_too_long, (held) unknown_contact, edge', 'rows of a contact whose id is too long are held');
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('forms'), '5 in = 0 written + 2 unchanged + 0 superseded + 3 held; 0 deleted', '... by a reconciliation, too');
CALL lifecycle.rebuild_contact_events();
SELECT is(last_run('forms'), '5 in = 2 written + 0 unchanged + 0 superseded + 3 held; 0 deleted', '... and by a rebuild');
UPDATE up.people SET id = 'short' WHERE mail = 'long@x.example';
CALL lifecycle.sync_contact_events();
SELECT is(fate('forms', '2'), 'short', 'with a shorter id they are tried again, unchanged as they are');
CALL lifecycle.reconcile_contact_events();
SELECT is(fates(), 'ann, short, (held) unknown_contact, (held) unknown_contact, edge', 'the id that is no more is unknown');
UPDATE up.people SET id = long_text(5000) WHERE mail = 'ann@x.example';
CALL lifecycle.sync_contact_events();
SELECT is(fates(), '(held) contact_id_too_long, short, (held) unknown_contact, (held) unknown_contact, edge', 'a contact whose id gets too long takes its rows out');
SELECT is(error_of(format('SELECT lifecycle.register_source(%L, ''up.forms'', ''{}'')', long_text(1001))), format('42622: the name of a source has at most 1000 bytes
DETAIL: "%s…" has 1001.
HINT: It is one half of the key of every ledger row: take a short one that stays.', long_text(50)), 'a name that no index takes is refused');
CREATE VIEW up.records AS SELECT left(reverse(long_text(1000)), 999) || id AS record, 'edge@x.example' AS mail FROM up.forms;
SELECT lifecycle.register_source(long_text(1000), 'up.records', '{"contact_email": "mail", "event_type": {"constant": "form"}, "source_record_id": "record", "event_timestamp": {"constant": "2025-03-01T00:00:00Z"}}') \g /dev/null
CALL lifecycle.sync_contact_events();
SELECT is(last_run(long_text(1000)), '5 in = 5 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'the longest name, record ids and contact id together');

-- The installed tables take none that long, and say so.
SELECT alike(error_of(format('INSERT INTO lifecycle.contacts (contact_id) VALUES (%L)', long_text(1001))), '23514: %"contact_id_has_at_most_1000_bytes"%', 'a contact''s id of more than a thousand bytes');
SELECT alike(error_of(format('INSERT INTO lifecycle.contacts (contact_id) VALUES (%L)', long_text(9000))), '23514: new row for relation "contacts" violates check constraint "contact_id_has_at_most_1000_bytes"%', '... of many more');
SELECT lives_ok(format('INSERT INTO lifecycle.contacts (contact_id) VALUES (%L)', long_text(1000)), '... a thousand are not');
SELECT alike(error_of(format('INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes) VALUES (''a@x.example'', ''Revenue'', jsonb_build_object(''external_id'', %L::text))', long_text(9000))),
  '22001: an external_id of a user has at most 1000 bytes
DETAIL: That of user % has 9000: "%…"
HINT: Events name users by it: keep it short, and anything longer in another attribute.', 'a user''s external_id, too');
SELECT lives_ok(format('INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes) VALUES (''a@x.example'', ''Revenue'', jsonb_build_object(''external_id'', %L::text, ''note'', %L::text))', long_text(1000), long_text(9000)), '... of a thousand bytes, beside anything');
SELECT alike(error_of(format('UPDATE lifecycle.users SET attributes = jsonb_build_object(''external_id'', %L::text)', long_text(1001))), '22001: %', '... by an UPDATE');
SELECT * FROM finish();
