-- Questions to the ledger: timeline, activity, duplicates, who is without, why a row has its contact, how the sources stand.
\ir ../lib/ledger_test.sql
SELECT plan(41);

INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com'), ('c2', 'bob@example.com'), ('c3', 'carl@example.com'), ('c4', NULL),
  ('t1', 'twin@example.com'), ('t2', 'Twin@Example.com');
CREATE TABLE up.events (id text PRIMARY KEY, person text, mail text, kind text, name text, at timestamptz);
INSERT INTO up.events (id, person, mail, kind, name, at) VALUES
  ('f1', NULL, 'Ann@example.com', 'form', 'phq9', now() - interval '40 days'), ('f2', NULL, 'ann@example.com', 'form', 'gad7', now() - interval '3 days'),
  ('s1', 'c1', NULL, 'session', 'Completed', now() - interval '20 days'), ('e1', NULL, 'ann@example.com', 'email', 'in: hello', now() - interval '1 hour'),
  ('m1', 'c2', NULL, 'message', 'sms', now() - interval '30 days'), ('y1', 'c2', 'ann@example.com', 'system', 'Form Reminder Sent', now() - interval '50 days'),
  ('f3', NULL, 'bob@example.com', 'form', 'phq9', now() - interval '31 days'), ('o1', NULL, 'nobody@example.com', 'form', 'phq9', now()),
  ('o2', NULL, NULL, 'form', 'phq9', now()), ('a1', NULL, 'twin@example.com', 'form', 'phq9', now()), ('u1', 'c9', 'ann@example.com', 'session', 'x', now()),
  ('s2', 'c2', NULL, 'session', 'Scheduled', now() + interval '5 days');
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_id": "person", "contact_email": "mail", "event_type": "kind", "event_name": "name", "event_timestamp": "at", "source_record_id": "id"}'::jsonb || extra
$$;
SELECT lifecycle.register_source('events', 'up.events', mapping('{}')) \g /dev/null
SELECT is((SELECT verdict FROM lifecycle.status), 'not loaded: CALL lifecycle.sync_contact_events()', 'status of a source that was never loaded');
CALL lifecycle.sync_contact_events();

-- One contact's timeline
SELECT results_eq($$SELECT event_type, event_name, source_record_id FROM lifecycle.contact_timeline WHERE contact_id = 'c1' ORDER BY event_timestamp DESC$$,
  $$VALUES ('email', 'in: hello', 'e1' COLLATE "C"), ('form', 'gad7', 'f2'), ('session', 'Completed', 's1'), ('form', 'phq9', 'f1')$$, 'a contact''s timeline, newest first');
SELECT results_eq('SELECT contact_id, event_timestamp, event_type, event_name, event_source, contact_email, source_system, source_record_id, payload
    FROM lifecycle.contact_timeline ORDER BY source_record_id',
  'SELECT contact_id, event_timestamp, event_type, event_name, event_source, contact_email, source_system, source_record_id, payload
    FROM lifecycle.contact_events WHERE contact_id IS NOT NULL ORDER BY source_record_id', 'the timeline is the ledger''s rows that have a contact');

-- Activity
SELECT results_eq('SELECT contact_id, form_count, session_count, email_count, message_count, system_count, event_count FROM lifecycle.channel_activity ORDER BY 1',
  $$VALUES ('c1' COLLATE "C", 2::bigint, 1::bigint, 1::bigint, 0::bigint, 0::bigint, 4::bigint), ('c2', 1, 1, 0, 1, 1, 4)$$, 'activity by channel');
SELECT results_eq('SELECT contact_id, first_activity, last_activity FROM lifecycle.channel_activity ORDER BY 1',
  $$SELECT e.contact_id, min(event_timestamp), max(event_timestamp) FROM lifecycle.contact_events e WHERE contact_id IS NOT NULL GROUP BY 1 ORDER BY 1$$, '... with its first and last time');

-- Who is without
SELECT results_eq($$SELECT contact_id, contact_email, last_event FROM lifecycle.contacts_without('form', '14 days')$$,
  $$SELECT v.id, v.mail, e.event_timestamp FROM (VALUES (1, 'c3', 'carl@example.com', NULL), (2, 'c4', NULL, NULL), (3, 't1', 'twin@example.com', NULL),
      (4, 't2', 'Twin@Example.com', NULL), (5, 'c2', 'bob@example.com', 'f3')) v (nr, id, mail, record)
    LEFT JOIN lifecycle.contact_events e ON e.source_record_id = v.record ORDER BY nr$$, 'who needs a form: those without any first, then the longest without');
SELECT results_eq($$SELECT contact_id FROM lifecycle.contacts_without('form', '35 days')$$, $$VALUES ('c3'), ('c4'), ('t1'), ('t2')$$, 'a longer time asks for less');
SELECT results_eq($$SELECT contact_id FROM lifecycle.contacts_without('form', '0')$$, $$VALUES ('c3'), ('c4'), ('t1'), ('t2'), ('c2'), ('c1')$$, 'none at all asks for everyone');
SELECT results_eq($$SELECT contact_id FROM lifecycle.contacts_without(NULL, '2 hours')$$, $$VALUES ('c3'), ('c4'), ('t1'), ('t2')$$,
  'without a type: who has gone quiet; a date ahead is not quiet');
SELECT is((SELECT count(*) FROM lifecycle.contacts_without('message', '1 day')), 6::bigint, 'every contact without a recent message');
SELECT throws_like($$SELECT lifecycle.contacts_without('froms', '1 day')$$, 'there is no event type "froms"', 'a type that cannot be is a mistake');
SELECT throws_like($$SELECT lifecycle.contacts_without('form', NULL)$$, 'contacts_without() needs an interval', 'and so is no time');
INSERT INTO lifecycle.event_types (event_type) VALUES ('webinar');
SELECT is((SELECT count(*) FROM lifecycle.contacts_without('webinar', '1 day')), 6::bigint, 'nobody had an event of a type that never was');
CREATE TABLE up.people (nr integer, mail text);
INSERT INTO up.people VALUES (7, 'a@example.com'), (7, 'b@example.com'), (8, NULL), (NULL, 'c@example.com');
SELECT lifecycle.use_contacts('up.people', 'nr', 'mail') \g /dev/null
SELECT results_eq($$SELECT contact_id, contact_email, last_event FROM lifecycle.contacts_without('form', '1 day')$$,
  $$VALUES ('7', 'a@example.com', NULL::timestamptz), ('8', NULL, NULL)$$, 'the user''s own contacts, each once');
SELECT lifecycle.use_contacts('lifecycle.contacts') \g /dev/null

-- Why a row has its contact
CREATE FUNCTION why(id text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', outcome, coalesce(contact_id, '-'), coalesce(ledger_contact_id, '-'), in_ledger, candidates, cardinality(open_issues), explanation)
  FROM lifecycle.explain_contact('events', id)
$$;
SELECT is(why('f1'), 'matched | c1 | c1 | t | {c1} | 0 | The source row gives no contact id; e-mail "Ann@example.com" (normalised "ann@example.com") belongs to exactly one contact, "c1".', 'matched');
SELECT is(why('s1'), 'given | c1 | c1 | t | {} | 0 | The source row gives contact id "c1", which exists in the contacts.', 'given');
SELECT is(why('y1'), 'given | c2 | c2 | t | {c1} | 1 | The source row gives contact id "c2", which exists in the contacts.', 'given, with the address of another');
SELECT is(why('o1'), 'orphan | - | - | t | {} | 1 | No contact has e-mail "nobody@example.com" (normalised "nobody@example.com"): the row is kept without a contact and heals when one appears.', 'orphan');
SELECT is(why('o2'), 'orphan | - | - | t | {} | 1 | The source row gives neither a contact id nor an e-mail address.', 'orphan of nothing');
SELECT is(why('a1'), 'ambiguous | - | - | f | {t1,t2} | 1 | E-mail "twin@example.com" (normalised "twin@example.com") belongs to contacts t1, t2: the row is held until one of them has it alone.', 'ambiguous');
SELECT is(why('u1'), 'unknown_contact | - | - | f | {c1} | 1 | The source row gives contact id "c9", which is not in the contacts: the row is held, its e-mail is not tried.', 'unknown');
SELECT results_eq($$SELECT given_contact_id, given_email, normalized_email, open_issues FROM lifecycle.explain_contact('events', 'u1')$$,
  $$VALUES ('c9', 'ann@example.com', 'ann@example.com', ARRAY['unknown_contact: Contact id "c9" is not in the contacts. Add the contact or correct the row.'])$$, '... with what was given and found');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c5', 'nobody@example.com');
SELECT alike(why('o1'), 'matched | c5 | - | t | {c5} | 1 | % The ledger still has another answer: the next sync brings this one.', 'what the next sync will bring is told');
CALL lifecycle.sync_contact_events();
SELECT is(why('o1'), 'matched | c5 | c5 | t | {c5} | 0 | The source row gives no contact id; e-mail "nobody@example.com" (normalised "nobody@example.com") belongs to exactly one contact, "c5".', '... and it does');
INSERT INTO up.events (id, mail, kind, at) VALUES ('new', 'ann@example.com', 'form', now());
SELECT alike(why('new'), 'matched | c1 | - | f | {c1} | 0 |%', 'a row that no run has seen yet');

-- The same content from two sources
CREATE VIEW up.copies AS SELECT 'copy of ' || id AS key, person, mail, kind, name, at FROM up.events WHERE id IN ('f1', 'f2', 's1');
SELECT lifecycle.register_source('copies', 'up.copies', mapping('{"source_record_id": "key"}')) \g /dev/null
INSERT INTO up.events SELECT 'again', person, mail, kind, name, at FROM up.events WHERE id = 'm1';
CALL lifecycle.sync_contact_events();
SELECT results_eq('SELECT copies, source_systems, source_record_ids, event_timestamp FROM lifecycle.contact_event_duplicates ORDER BY event_timestamp',
  $$SELECT 2::bigint, '{copies,events}'::text[] COLLATE "C", ARRAY['copy of ' || source_record_id, source_record_id] COLLATE "C", event_timestamp FROM lifecycle.contact_events
    WHERE source_record_id IN ('f1', 'f2', 's1') ORDER BY event_timestamp$$, 'one content from two sources; two rows of one source are no such duplicate');

-- How the sources stand
SELECT results_eq('SELECT source_system, relation, last_run, last_status, rows_in, held, open_errors, open_warnings, verdict FROM lifecycle.status ORDER BY 1',
  $$VALUES ('copies' COLLATE "C", 'up.copies', 'sync_contact_events', 'succeeded', 3::bigint, 0::bigint, 0::bigint, 0::bigint, 'ok'),
    ('events', 'up.events', 'sync_contact_events', 'succeeded', 14, 2, 2, 2, 'rows are held: SELECT * FROM lifecycle.issues WHERE resolved_at IS NULL')$$, 'one line a source');
SELECT ok((SELECT bool_and(lag BETWEEN '0' AND '10 minutes') FROM lifecycle.status), 'lag is the time since the last run that ended well');
SELECT results_eq('SELECT source_system, since_reconcile IS NULL FROM lifecycle.status ORDER BY 1', $$VALUES ('copies' COLLATE "C", true), ('events', true)$$,
  'nothing was reconciled so far');
UPDATE lifecycle.sources SET loaded_at = now() - interval '27 hours';
SELECT is((SELECT string_agg(DISTINCT verdict, ', ') FROM lifecycle.status), 'reconcile is overdue', 'a source that was never reconciled is overdue after 26 hours');
CALL lifecycle.reconcile_contact_events('copies');
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'copies'), 'ok', '... until it is');
SELECT ok((SELECT since_reconcile < interval '10 minutes' FROM lifecycle.status WHERE source_system = 'copies'), '... which status shows');
UPDATE lifecycle.pipeline_runs SET finished_at = finished_at - interval '27 hours' WHERE procedure = 'reconcile_contact_events';
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'copies'), 'reconcile is overdue', '... and is due again a day later');
CALL lifecycle.rebuild_contact_events('copies');
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'copies'), 'ok', 'a rebuild will do as well');
INSERT INTO lifecycle.pipeline_runs (procedure, source_system, pid) VALUES ('sync_contact_events', 'copies', 0);
SELECT results_eq('SELECT procedure, source_system, pid, state, rows_done, rows_expected FROM lifecycle.progress',
  $$VALUES ('sync_contact_events', 'copies' COLLATE "C", 0, 'gone', 0::bigint, 3::bigint)$$, 'a run whose session is gone');
CALL lifecycle.sync_contact_events('copies');
SELECT is_empty('SELECT * FROM lifecycle.progress', '... until the next run');
UPDATE lifecycle.pipeline_runs SET status = 'interrupted' WHERE run_id = (SELECT max(run_id) FROM lifecycle.pipeline_runs);
SELECT is((SELECT verdict FROM lifecycle.status WHERE source_system = 'copies'), 'interrupted: the next run goes on', 'status of an interrupted source');

-- A timeline is read by its index, through the view and as the specification words it
CREATE TABLE up.many (id integer PRIMARY KEY, person text, at timestamptz);
INSERT INTO up.many SELECT i, 'c' || i % 5 + 1, timestamptz '2025-01-01' + i * interval '1 minute' FROM generate_series(1, 5000) i;
INSERT INTO lifecycle.contacts (contact_id) SELECT 'p' || i FROM generate_series(1, 500) i;
UPDATE up.many SET person = 'p' || id % 500 + 1;
SELECT lifecycle.register_source('many', 'up.many', mapping('{"event_type": {"constant": "system"}}') - '{contact_email,event_name}'::text[]) \g /dev/null
CALL lifecycle.sync_contact_events('many');
ANALYZE lifecycle.contact_events;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text; lines text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP lines := lines || line || E'\n'; END LOOP;
  RETURN lines;
END
$$;
SELECT alike(plan_of($$SELECT * FROM lifecycle.contact_timeline WHERE contact_id = 'p7' ORDER BY event_timestamp DESC LIMIT 5$$), '%contact_events_many_timeline%', 'a timeline uses the timeline index');
SELECT unalike(plan_of($$SELECT * FROM lifecycle.contact_timeline WHERE contact_id = 'p7' ORDER BY event_timestamp DESC LIMIT 5$$), '%->  Sort%', '... which has its order');
SELECT alike(plan_of($$SELECT event_timestamp, event_type, event_name, event_source FROM lifecycle.contact_events WHERE contact_id = 'p7' ORDER BY event_timestamp DESC$$),
  '%contact_events_many_timeline%', '... with the query of the specification too');
CALL lifecycle.rebuild_contact_events('many');
ANALYZE lifecycle.contact_events;
SELECT alike(plan_of($$SELECT * FROM lifecycle.contact_timeline WHERE contact_id = 'p7' ORDER BY event_timestamp DESC LIMIT 5$$), '%contact_events_many_timeline%', '... and after a rebuild');
SELECT * FROM finish();
