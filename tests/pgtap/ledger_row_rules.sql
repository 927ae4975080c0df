-- What happens to a row that changes, goes, comes twice, has no id, an unknown type or too large a payload.
-- Every step is seen through two sources on one table: "cut" is followed by its change column, "full" is read whole.
\ir ../lib/ledger_test.sql
SELECT plan(63);

INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com'), ('c2', 'bob@example.com'),
  ('t1', 'twin@example.com'), ('t2', 'TWIN@example.com');
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_email": "mail", "event_type": "kind", "event_name": "name", "event_source": {"constant": "test"}, "event_timestamp": "at",
    "source_record_id": "id", "payload": ["score", "note"]}'::jsonb || extra
$$;

-- A row is overwritten, whatever changes
CREATE TABLE up.forms (id integer PRIMARY KEY, mail text, kind text DEFAULT 'form', name text, at timestamptz, score integer, note jsonb,
  changed_at timestamptz NOT NULL DEFAULT '2025-03-02');
INSERT INTO up.forms (id, mail, name, at, score)
  SELECT i, CASE i % 2 WHEN 0 THEN 'ann@example.com' ELSE 'bob@example.com' END, 'phq9', '2025-03-01', i FROM generate_series(1, 20) i;
SELECT lifecycle.register_source('cut', 'up.forms', mapping('{"change_column": "changed_at"}')) \g /dev/null
SELECT lifecycle.register_source('full', 'up.forms', mapping('{}')) \g /dev/null
CALL lifecycle.sync_contact_events();
CREATE FUNCTION ledger_rows(id text) RETURNS SETOF text LANGUAGE sql STABLE AS $$ SELECT ledger_row('cut', id) UNION ALL SELECT ledger_row('full', id) $$;
SELECT results_eq('SELECT ledger_rows(''1'')', $$VALUES ('c2 | bob@example.com | form | phq9 | test | 2025-03-01 00:00:00 | {"note": null, "score": 1}'),
  ('c2 | bob@example.com | form | phq9 | test | 2025-03-01 00:00:00 | {"note": null, "score": 1}')$$, 'a row as it was first');

CREATE PROCEDURE change(what text, id integer) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE up.forms SET %s, changed_at = clock_timestamp() WHERE id = %s', what, id);
END
$$;
-- After a change of one row: both sources have the new row and wrote just that one.
CREATE FUNCTION one_overwritten(id integer, wanted text, name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEXT results_eq(format('SELECT ledger_rows(%L)', id), format('VALUES (%1$L), (%1$L)', wanted), name || ' is overwritten');
  RETURN NEXT is((SELECT array_agg(written ORDER BY source_system) FROM lifecycle.pipeline_runs WHERE run_id > (SELECT max(run_id) - 2 FROM lifecycle.pipeline_runs)),
    '{1,1}', '... and no other row is written');
END
$$;
CALL change('mail = ''Ann@Example.com''', 1);
CALL lifecycle.sync_contact_events();
SELECT one_overwritten(1, 'c1 | Ann@Example.com | form | phq9 | test | 2025-03-01 00:00:00 | {"note": null, "score": 1}', 'a changed address');
CALL change('at = ''2025-04-05 06:07:08.123456''', 1);
CALL lifecycle.sync_contact_events();
SELECT one_overwritten(1, 'c1 | Ann@Example.com | form | phq9 | test | 2025-04-05 06:07:08.123456 | {"note": null, "score": 1}', 'a changed time');
CALL change('note = ''{"b": [1.0, null], "a": ""}''', 1);
CALL lifecycle.sync_contact_events();
SELECT one_overwritten(1, 'c1 | Ann@Example.com | form | phq9 | test | 2025-04-05 06:07:08.123456 | {"note": {"a": "", "b": [1.0, null]}, "score": 1}',
  'a changed payload');
CALL change('name = NULL', 1);
CALL lifecycle.sync_contact_events();
SELECT one_overwritten(1, 'c1 | Ann@Example.com | form | - | test | 2025-04-05 06:07:08.123456 | {"note": {"a": "", "b": [1.0, null]}, "score": 1}',
  'a changed name');
CALL change('kind = ''session''', 1);
CALL lifecycle.sync_contact_events();
SELECT one_overwritten(1, 'c1 | Ann@Example.com | session | - | test | 2025-04-05 06:07:08.123456 | {"note": {"a": "", "b": [1.0, null]}, "score": 1}',
  'a changed type');
CALL change('mail = ''ann@example.com''', 1);
CALL lifecycle.sync_contact_events();
SELECT one_overwritten(1, 'c1 | ann@example.com | session | - | test | 2025-04-05 06:07:08.123456 | {"note": {"a": "", "b": [1.0, null]}, "score": 1}',
  'an address that changed in case only');
SELECT is((SELECT count(*) FROM lifecycle.contact_events e WHERE event_fingerprint <>
    lifecycle.event_fingerprint(contact_email, event_type, event_name, event_source, event_timestamp, payload)), 0::bigint,
  'every fingerprint is that of its row');
UPDATE up.forms SET score = -2 WHERE id = 2;
CALL lifecycle.sync_contact_events();
SELECT results_eq($$SELECT source_system, payload ->> 'score' FROM lifecycle.contact_events WHERE source_record_id = '2' ORDER BY 1$$,
  $$VALUES ('cut' COLLATE "C", '2'), ('full', '-2')$$, 'a change without a new stamp is seen by a sync only where the source is read whole');
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('cut'), '20 in = 1 written + 19 unchanged + 0 superseded + 0 held; 0 deleted', '... by reconcile everywhere');
UPDATE up.forms SET score = -3 WHERE id = 3;
CALL lifecycle.rebuild_contact_events();
SELECT is((SELECT array_agg(payload ->> 'score') FROM lifecycle.contact_events WHERE source_record_id = '3'), '{-3,-3}', '... and by rebuild');
UPDATE up.forms SET id = 40 WHERE id = 4;
CALL change('score = 40', 40);
CALL lifecycle.sync_contact_events();
SELECT results_eq($$SELECT source_system, source_record_id FROM lifecycle.contact_events WHERE source_record_id IN ('4', '40') ORDER BY 1, 2$$,
  $$VALUES ('cut' COLLATE "C", '4' COLLATE "C"), ('cut', '40'), ('full', '4'), ('full', '40')$$, 'another record id is another row');

-- Rows deleted upstream
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('full'), '20 in = 0 written + 20 unchanged + 0 superseded + 0 held; 1 deleted', '... and the old one leaves on reconcile');
DELETE FROM up.forms WHERE id IN (5, 6);
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE source_record_id IN ('5', '6')), 4::bigint, 'a row deleted upstream stays on sync');
CALL lifecycle.reconcile_contact_events('cut');
SELECT is(last_run('cut'), '18 in = 0 written + 18 unchanged + 0 superseded + 0 held; 2 deleted', '... leaves on reconcile');
CALL lifecycle.rebuild_contact_events('full');
SELECT is(last_run('full'), '18 in = 18 written + 0 unchanged + 0 superseded + 0 held; 2 deleted', '... and on rebuild');
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE source_record_id IN ('5', '6')), 0::bigint, '... and is gone');
INSERT INTO up.forms (id, mail, name, at, changed_at) VALUES (5, 'ann@example.com', 'back', '2025-03-03', clock_timestamp());
CALL lifecycle.sync_contact_events();
SELECT results_eq('SELECT ledger_rows(''5'')', $$VALUES ('c1 | ann@example.com | form | back | test | 2025-03-03 00:00:00 | {"note": null, "score": null}'),
  ('c1 | ann@example.com | form | back | test | 2025-03-03 00:00:00 | {"note": null, "score": null}')$$, 'one that comes again comes again');
TRUNCATE up.forms;
CALL lifecycle.reconcile_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events), 0::bigint, 'an emptied source empties its part of the ledger on reconcile');
SELECT lifecycle.unregister_source('cut') \g /dev/null
SELECT lifecycle.unregister_source('full') \g /dev/null

-- One record id in several rows: the latest by change column, else by event time, else by content
CREATE TABLE up.log (id text, mail text DEFAULT 'ann@example.com', kind text DEFAULT 'message', name text, at timestamptz, score integer,
  note jsonb, changed_at timestamptz);
INSERT INTO up.log (id, name, at, score, changed_at) VALUES
  ('stamp', 'old', '2025-03-09', 1, '2025-03-01'), ('stamp', 'new', '2025-03-01', 1, '2025-03-03'), ('stamp', 'middle', '2025-03-05', 1, '2025-03-02'),
  ('time', 'old', '2025-03-01', 1, '2025-03-01'), ('time', 'new', '2025-03-02', 1, '2025-03-01'),
  ('stampless', 'old', '2025-03-09', 1, NULL), ('stampless', 'new', '2025-03-01', 1, '2025-03-01'),
  ('timeless', 'new', '2025-03-01', 1, '2025-03-01'), ('timeless', 'old', NULL, 1, '2025-03-01'),
  ('content', 'a', '2025-03-01', 1, '2025-03-01'), ('content', 'a', '2025-03-01', 2, '2025-03-01'),
  ('same', 'a', '2025-03-01', 1, '2025-03-01'), ('same', 'a', '2025-03-01', 1, '2025-03-01'),
  ('single', 'a', '2025-03-01', 1, '2025-03-01');
INSERT INTO up.log (id, mail, name, at, changed_at) VALUES
  ('held winner', 'ann@example.com', 'old', '2025-03-01', '2025-03-01'), ('held winner', 'twin@example.com', 'new', '2025-03-01', '2025-03-02');
SELECT lifecycle.register_source('cut', 'up.log', mapping('{"change_column": "changed_at"}')) \g /dev/null
SELECT lifecycle.register_source('full', 'up.log', mapping('{}')) \g /dev/null
CALL lifecycle.sync_contact_events();
SELECT results_eq($$SELECT source_record_id, event_name, payload ->> 'score' FROM lifecycle.contact_events WHERE source_system = 'cut' ORDER BY 1$$,
  $$VALUES ('content' COLLATE "C", 'a', '2'), ('same', 'a', '1'), ('single', 'a', '1'), ('stamp', 'new', '1'), ('stampless', 'new', '1'),
    ('time', 'new', '1'), ('timeless', 'new', '1')$$, 'the latest row wins: by change column, then event time, then content');
SELECT results_eq($$SELECT source_record_id, event_name FROM lifecycle.contact_events WHERE source_system = 'full' AND source_record_id IN ('stamp', 'stampless') ORDER BY 1$$,
  $$VALUES ('stamp' COLLATE "C", 'old'), ('stampless', 'old')$$, 'without a change column the event time decides');
SELECT is(last_run('cut'), '16 in = 7 written + 0 unchanged + 8 superseded + 1 held; 0 deleted', 'the others are counted as superseded');
SELECT is(fate('cut', 'held winner'), '(held) ambiguous duplicate_record_id', 'an earlier row does not stand in for a latest one that is held');
SELECT results_eq($$SELECT source_record_id, severity, detail FROM lifecycle.issues WHERE source_system = 'cut' AND code = 'duplicate_record_id' ORDER BY 1$$,
  $$SELECT id COLLATE "C", 'warning', format('%s rows of the source share this record id; the latest was taken.', count(*))
    FROM up.log GROUP BY id HAVING count(*) > 1 ORDER BY 1$$, 'each duplicate is reported once, with the count');
CREATE TABLE findings AS SELECT source_system, source_record_id, code, detail, contact_email, body FROM lifecycle.issues;
CALL lifecycle.reconcile_contact_events();
SELECT is(last_run('cut'), '16 in = 0 written + 7 unchanged + 8 superseded + 1 held; 0 deleted', 'reconcile chooses the same rows');
SELECT bag_eq('SELECT source_system, source_record_id, code, detail, contact_email, body FROM lifecycle.issues', 'SELECT * FROM findings',
  '... and finds the same');

CREATE FUNCTION name_in_ledger(id text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(DISTINCT coalesce(event_name, '-'), ', ') FROM lifecycle.contact_events WHERE source_record_id = id
$$;
UPDATE up.log SET name = 'newest', changed_at = clock_timestamp(), at = '2025-03-10' WHERE (id, name) = ('stamp', 'old');
CALL lifecycle.sync_contact_events();
SELECT is(name_in_ledger('stamp'), 'newest', 'another row becomes the latest');
SELECT is(last_run('cut'), '5 in = 1 written + 1 unchanged + 3 superseded + 0 held; 0 deleted',
  '... judged together with its companions; rows without a stamp are looked at every time');
UPDATE up.log SET name = 'newest but one', at = '2025-03-08', changed_at = clock_timestamp() - interval '1 minute' WHERE (id, name) = ('stamp', 'middle');
CALL lifecycle.sync_contact_events();
SELECT is(name_in_ledger('stamp'), 'newest', 'a changed row that is not the latest changes nothing');
DELETE FROM up.log WHERE (id, name) = ('stamp', 'newest');
CALL lifecycle.reconcile_contact_events();
SELECT is(name_in_ledger('stamp'), 'newest but one', 'when the latest goes, the one before it takes its place');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('cut', 'stamp') AND resolved_at IS NULL),
  '2 rows of the source share this record id; the latest was taken.', '... and the report follows the count');
DELETE FROM up.log WHERE (id, name) = ('stamp', 'new');
CALL lifecycle.reconcile_contact_events();
SELECT is(fate('cut', 'stamp'), 'c1', 'a single row left is no duplicate any more');
SELECT is((SELECT resolution FROM lifecycle.issues WHERE (source_system, source_record_id) = ('cut', 'stamp')), 'The row now belongs to contact "c1".',
  '... and the report is closed');
INSERT INTO up.log (id, name, at, changed_at) VALUES ('single', 'older', '2025-02-01', clock_timestamp());
CALL lifecycle.sync_contact_events('cut');
SELECT is(fate('cut', 'single'), 'c1 duplicate_record_id', 'a second row with a known id is reported by a sync');
SELECT is(name_in_ledger('single'), 'a, older', '... and wins by its stamp, whatever its event time');
DELETE FROM lifecycle.contacts WHERE contact_id = 't2';
CALL lifecycle.sync_contact_events();
SELECT is(fate('cut', 'held winner'), 't1 duplicate_record_id', 'a held one enters with its companions judged again');

-- No record id
TRUNCATE up.log;
CALL lifecycle.reconcile_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE resolved_at IS NULL), 0::bigint, 'findings of rows that are gone are closed by reconcile');
INSERT INTO up.log (id, name, at, score, changed_at) VALUES (NULL, 'a', '2025-03-01', 1, '2025-03-01'), (NULL, 'a', '2025-03-01', 1, '2025-03-01'),
  (NULL, 'b', '2025-03-01', 1, '2025-03-01'), ('', 'c', '2025-03-01', 1, '2025-03-01'), ('x', 'd', '2025-03-01', 1, '2025-03-01');
CALL lifecycle.rebuild_contact_events();
SELECT is(last_run('cut'), '5 in = 1 written + 0 unchanged + 0 superseded + 4 held; 0 deleted', 'rows without a record id are held, each of them');
SELECT results_eq($$SELECT body ->> 'name', detail, source_record_id, severity FROM lifecycle.issues WHERE source_system = 'cut' AND resolved_at IS NULL ORDER BY 1$$,
  $$VALUES ('a', '2 rows of this content have no record id.', NULL::text COLLATE "C", 'error'), ('b', 'The row has no record id.', NULL, 'error'),
    ('c', 'The row has no record id.', NULL, 'error')$$, '... told apart by their content; an empty text is none');
CREATE TABLE no_ids AS SELECT issue_id, detail, last_seen FROM lifecycle.issues WHERE resolved_at IS NULL;
CALL lifecycle.sync_contact_events();
CALL lifecycle.reconcile_contact_events();
SELECT bag_eq('SELECT issue_id, detail, last_seen FROM lifecycle.issues WHERE resolved_at IS NULL', 'SELECT * FROM no_ids', '... and stay the same findings');
INSERT INTO up.log (name, at, score, changed_at) VALUES ('late', '2025-03-01', 1, clock_timestamp());
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE code = 'no_record_id' AND resolved_at IS NULL), 8::bigint, 'a sync finds a new one and keeps the old');
UPDATE up.log SET id = 'b', changed_at = clock_timestamp() WHERE name = 'b';
CALL lifecycle.reconcile_contact_events();
SELECT is(fate('cut', 'b'), 'c1', 'one that gets its id enters the ledger');
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE code = 'no_record_id' AND resolved_at IS NULL AND body ->> 'name' = 'b'), 0::bigint, '... and its issue is closed');

-- Event types
TRUNCATE up.log;
INSERT INTO up.log (id, kind, at, changed_at) VALUES ('1', 'webinar', '2025-03-01', '2025-03-01'), ('2', NULL, '2025-03-01', '2025-03-01'),
  ('3', '', '2025-03-01', '2025-03-01'), ('4', 'Form', '2025-03-01', '2025-03-01'), ('5', 'system', '2025-03-01', '2025-03-01');
CALL lifecycle.rebuild_contact_events();
SELECT results_eq($$SELECT id, fate('cut', id) FROM up.log ORDER BY 1$$, $$VALUES ('1', '(held) unknown_event_type'), ('2', '(held) no_event_type'),
  ('3', '(held) no_event_type'), ('4', '(held) unknown_event_type'), ('5', 'c1')$$, 'a row with no type or an unknown one is held');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('cut', '1') AND resolved_at IS NULL),
  '"webinar" is not in lifecycle.event_types. Add it there or correct the row.', '... with the mend');
INSERT INTO lifecycle.event_types VALUES ('webinar');
CALL lifecycle.sync_contact_events();
SELECT is(fate('cut', '1') || ', ' || fate('full', '1'), 'c1, c1', 'it enters on the next sync after its type is allowed');
SELECT is(last_run('cut'), '1 in = 1 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', '... at the cost of that row');
CALL lifecycle.sync_contact_events();
SELECT is(last_run('cut'), '0 in = 0 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', '... once');
DELETE FROM lifecycle.event_types WHERE event_type = 'webinar';
CALL lifecycle.reconcile_contact_events();
SELECT is(fate('cut', '1'), '(held) unknown_event_type', 'a type that is no longer allowed takes its rows out again');

-- Payloads over the settings
TRUNCATE up.log;
INSERT INTO up.log (id, note, at, changed_at) VALUES ('large', to_jsonb(repeat('x', 3000)), '2025-03-01', '2025-03-01'),
  ('deep', (repeat('[', 20) || repeat(']', 20))::jsonb, '2025-03-01', '2025-03-01'), ('fits', '"x"', '2025-03-01', '2025-03-01');
SET lifecycle_ledger.max_document_bytes = 2048;
SET lifecycle_ledger.max_depth = 10;
CALL lifecycle.rebuild_contact_events();
SELECT is(fate('cut', 'fits'), 'c1', 'a payload within the settings enters');
SELECT results_eq($$SELECT source_record_id, code, severity, body FROM lifecycle.issues WHERE source_system = 'cut' AND resolved_at IS NULL ORDER BY 1$$,
  $$VALUES ('deep' COLLATE "C", 'payload_over_limit', 'error', NULL::jsonb), ('large', 'payload_over_limit', 'error', NULL)$$,
  'one over them is held; its body is left where it is');
SELECT is((SELECT detail FROM lifecycle.issues WHERE (source_system, source_record_id) = ('cut', 'large') AND resolved_at IS NULL),
  'The payload is larger than lifecycle_ledger.max_document_bytes (2kB) or deeper than lifecycle_ledger.max_depth (10). Raise the setting, or map fewer columns to the payload.',
  '... and the finding says what mends it');
UPDATE up.log SET note = to_jsonb(repeat('x', 4000)), changed_at = clock_timestamp() WHERE id = 'fits';
CALL lifecycle.sync_contact_events();
SELECT is(last_run('cut'), '1 in = 0 written + 0 unchanged + 0 superseded + 1 held; 1 deleted', 'a row that grows over them leaves the ledger');
UPDATE up.log SET note = '"x"', changed_at = clock_timestamp() WHERE id = 'fits';
CALL lifecycle.sync_contact_events();
SELECT is(fate('cut', 'fits'), 'c1', '... and comes back when it fits again');
RESET lifecycle_ledger.max_document_bytes;
CALL lifecycle.sync_contact_events();
SELECT is(fate('cut', 'large') || ', ' || fate('cut', 'deep'), 'c1, (absent) payload_over_limit', 'a raised setting lets its rows in on the next sync');
RESET lifecycle_ledger.max_depth;
CALL lifecycle.reconcile_contact_events();
SELECT is(fate('cut', 'deep') || ', ' || fate('full', 'deep'), 'c1, c1', '... and on reconcile');
SELECT is((SELECT count(*) FROM lifecycle.issues WHERE resolved_at IS NULL), 0::bigint, '... and closes the findings');
SELECT * FROM finish();
