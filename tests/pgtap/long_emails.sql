-- Addresses of more than a megabyte, in the contacts themselves: such a contact counts as one without an address, is told of, and no run ends.
\ir ../lib/ledger_test.sql
SELECT no_plan();
CREATE FUNCTION long_address(letter text DEFAULT 'ä') RETURNS text LANGUAGE sql AS $$ SELECT repeat(letter, 1048576 / octet_length(letter) + 1) || '@x.example' $$;
CREATE TABLE up.forms (id integer PRIMARY KEY, contact text, mail text);
INSERT INTO up.forms VALUES (1, NULL, 'ann@x.example'), (2, 'long', NULL), (3, NULL, 'late@x.example');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('ann', 'ann@x.example'), ('long', long_address()), ('edge', repeat('ä', 524288));
SELECT lifecycle.register_source('forms', 'up.forms', '{"contact_id": "contact", "contact_email": "mail", "event_type": {"constant": "form"}, "source_record_id": "id", "event_timestamp": {"constant": "2025-03-01T00:00:00Z"}}') \g /dev/null
CREATE FUNCTION fates() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(fate('forms', id::text), ', ' ORDER BY id) FROM up.forms $$;
CREATE FUNCTION alert() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' | ', severity, subject, message, detail), ', ') FROM lifecycle.alerts WHERE kind = 'contacts.email_too_long' AND resolved_at IS NULL $$;

CALL lifecycle.sync_contact_events();
SELECT is(last_run('forms'), '3 in = 3 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'the run goes on');
SELECT is(fates(), 'ann, long, (nobody) orphan', 'the contact is found by its id');
SELECT is((SELECT contact_email FROM lifecycle.contact_events WHERE source_record_id = '2'), NULL, '... and has no address');
SELECT is(alert(), 'warning | lifecycle.contacts | contact "long" has an e-mail address of 1048588 bytes | More than 1048576 bytes are no address: it counts as a contact without one, found by its id alone.', 'an alert names it');
SELECT is((SELECT contact_email FROM lifecycle.contact_directory WHERE contact_id = 'edge'), repeat('ä', 524288), 'one of exactly so many bytes is one');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT times FROM lifecycle.alerts WHERE kind = 'contacts.email_too_long'), 1::bigint, 'while no contact changes nothing is looked at');

INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'more' || i, long_address(CASE WHEN i % 2 = 0 THEN 'x' ELSE '日' END) FROM generate_series(1, 12) i;
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('late', 'late@x.example');
CALL lifecycle.sync_contact_events();
SELECT is(fates(), 'ann, long, late', 'other contacts that come are followed');
SELECT alike(alert(), '%13 contacts have e-mail addresses of more than 1048576 bytes%: long, more1, more10,%and others.', 'of several the first are named');
SELECT is((SELECT count(*) FROM lifecycle.alerts), 1::bigint, '... in the same alert');
CALL lifecycle.rebuild_contact_events();
SELECT is(fates(), 'ann, long, late', 'a rebuild goes on');
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('forms'), '3 in = 0 written + 3 unchanged + 0 superseded + 0 held; 0 deleted', 'a reconciliation, too');
SELECT is((SELECT outcome FROM lifecycle.resolve_contact(NULL, 'ann@x.example')), 'matched', 'and whoever asks');
SELECT is((SELECT outcome || coalesce(contact_email, ' without') FROM lifecycle.resolve_contact('long', NULL)), 'given without', '... for one of them');

-- Mended: to an address, to none. Nothing else has changed.
DELETE FROM lifecycle.contacts WHERE contact_id LIKE 'more%';
UPDATE lifecycle.contacts SET email = NULL WHERE contact_id = 'long';
CALL lifecycle.sync_contact_events();
SELECT is(alert(), NULL, 'the alert ends');
UPDATE lifecycle.contacts SET email = long_address() WHERE contact_id = 'long';
CALL lifecycle.sync_contact_events();
SELECT isnt(alert(), NULL, 'and comes again');
UPDATE lifecycle.contacts SET email = long_address('é') WHERE contact_id = 'long';
CALL lifecycle.sync_contact_events();
UPDATE lifecycle.contacts SET email = 'Long@x.example' WHERE contact_id = 'long';
INSERT INTO up.forms VALUES (4, NULL, 'long@X.example');
CALL lifecycle.sync_contact_events();
SELECT is(fates() || coalesce(alert(), ''), 'ann, long, late, long', 'once it has one it is found by it');

-- A view as contacts, an erasure, and a list of who was erased.
CREATE VIEW up.people AS SELECT contact_id AS id, email AS mail FROM lifecycle.contacts;
SELECT lifecycle.use_contacts('up.people', 'id', 'mail') \g /dev/null
UPDATE lifecycle.contacts SET email = long_address() WHERE contact_id = 'late';
CALL lifecycle.sync_contact_events();
SELECT alike(alert(), 'warning | up.people | contact "late" %', 'in a view just so');
CALL lifecycle.erase_contact('ann');
SELECT is((SELECT count(*) FROM lifecycle.erasures WHERE finished_at IS NOT NULL), 1::bigint, 'somebody else can be erased');
CALL lifecycle.erase_contact('late');
SELECT is((SELECT count(*) FROM lifecycle.erasures WHERE finished_at IS NOT NULL), 2::bigint, 'and the contact itself');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT status FROM lifecycle.pipeline_runs WHERE procedure = 'sync_contact_events' ORDER BY run_id DESC LIMIT 1), 'succeeded', 'and a sync goes on');

-- Who may run a sync and write no alerts gets a warning.
UPDATE lifecycle.contacts SET email = long_address() WHERE contact_id = 'edge';
CREATE ROLE long_emails_runner;
GRANT USAGE ON SCHEMA up, lifecycle TO long_emails_runner;
GRANT SELECT ON up.people TO long_emails_runner;
SET ROLE long_emails_runner;
SELECT lifecycle._report_long_emails('up.people', 'id', 'mail') \g /dev/null
RESET ROLE;
SELECT is(alert(), NULL, 'whoever may not write alerts writes none, and gets no error');
DROP OWNED BY long_emails_runner;
DROP ROLE long_emails_runner;
SELECT * FROM finish();
