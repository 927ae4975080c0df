-- What a source may be and be called: views, partitioned tables, odd names of tables, columns and sources; names that are alike.
\ir ../lib/ledger_test.sql
SELECT plan(36);

INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com'), ('c2', 'bob@example.com');
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_email": "mail", "event_type": {"constant": "form"}, "event_name": "name", "event_timestamp": "at", "source_record_id": "id"}'::jsonb || extra
$$;
CREATE FUNCTION names_of(source text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(source_record_id || '=' || coalesce(event_name, '-'), ' ' ORDER BY source_record_id) FROM lifecycle.contact_events WHERE source_system = source
$$;

-- Views
CREATE TABLE up.forms (id integer PRIMARY KEY, mail text, name text, at timestamptz DEFAULT '2025-03-01', hidden boolean DEFAULT false,
  changed_at timestamptz NOT NULL DEFAULT '2025-03-02');
INSERT INTO up.forms (id, mail, name) VALUES (1, 'ann@example.com', 'a'), (2, 'bob@example.com', 'b'), (3, 'nobody@example.com', 'c');
CREATE VIEW up.view AS SELECT id, mail, upper(name) AS name, at, changed_at FROM up.forms WHERE NOT hidden;
CREATE MATERIALIZED VIEW up.stored AS SELECT * FROM up.view;
SELECT alike(lifecycle.register_source('view', 'up.view', mapping('{"change_column": "changed_at"}')), '%No unique index proves the record id%',
  'a view can be a source; registration says that its ids are unproved');
SELECT unalike(lifecycle.register_source('table', 'up.forms', mapping('{"change_column": "changed_at"}')), '%No unique index%', 'a primary key proves them');
SELECT lifecycle.register_source('stored', 'up.stored', mapping('{}')) \g /dev/null
CALL lifecycle.sync_contact_events();
SELECT is(names_of('view'), '1=A 2=B 3=C', 'a view is projected');
SELECT is(names_of('stored'), '1=A 2=B 3=C', 'so is a materialised view');
UPDATE up.forms SET name = 'bb', changed_at = clock_timestamp() WHERE id = 2;
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c3', 'nobody@example.com');
CALL lifecycle.sync_contact_events();
SELECT is(last_run('view'), '2 in = 2 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'through a view, too, only changed and healed rows are read');
SELECT is(names_of('view'), '1=A 2=BB 3=C', '... and are as they are now');
UPDATE up.forms SET hidden = true WHERE id = 2;
REFRESH MATERIALIZED VIEW up.stored;
CALL lifecycle.reconcile_contact_events();
SELECT is(names_of('view') || ', ' || names_of('stored'), '1=A 3=C, 1=A 3=C', 'a row that a view no longer shows leaves on reconcile');

-- A partitioned table, and one with children whose ids its own index does not cover
CREATE TABLE up.parted (id integer, mail text DEFAULT 'ann@example.com', name text, at timestamptz DEFAULT '2025-03-01', changed_at timestamptz NOT NULL DEFAULT '2025-03-02',
  PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE up.parted_low PARTITION OF up.parted FOR VALUES FROM (0) TO (100);
CREATE TABLE up.parted_high PARTITION OF up.parted FOR VALUES FROM (100) TO (200);
CREATE INDEX ON up.parted (changed_at);
INSERT INTO up.parted (id, name) VALUES (1, 'low'), (101, 'high');
CREATE TABLE up.parent (id integer PRIMARY KEY, mail text DEFAULT 'ann@example.com', name text, at timestamptz DEFAULT '2025-03-01');
CREATE TABLE up.child () INHERITS (up.parent);
INSERT INTO up.parent (id, name) VALUES (1, 'parent'), (2, 'parent');
INSERT INTO up.child (id, name) VALUES (2, 'child'), (3, 'child');
SELECT unalike(lifecycle.register_source('parted', 'up.parted', mapping('{"change_column": "changed_at"}')), '%No unique index%',
  'the key of a partitioned table proves its ids');
SELECT alike(lifecycle.register_source('parent', 'up.parent', mapping('{}')), '%No unique index%', 'that of a table with children does not');
CALL lifecycle.sync_contact_events();
SELECT is(names_of('parted'), '1=low 101=high', 'rows of all partitions are projected');
SELECT is(names_of('parent'), '1=parent 2=parent 3=child', 'rows of children are, and duplicates among them are judged');
SELECT is(last_run('parent'), '4 in = 3 written + 0 unchanged + 1 superseded + 0 held; 0 deleted', '... and counted');
SET lifecycle_ledger.chunk_rows = 1;
UPDATE up.parted SET name = name || ' changed', changed_at = clock_timestamp() WHERE id = 1;
UPDATE up.parted SET name = name || ' changed', changed_at = clock_timestamp() WHERE id = 101;
INSERT INTO up.parted (id, name, changed_at) VALUES (7, 'new', clock_timestamp());
CALL lifecycle.sync_contact_events('parted');
SELECT is(names_of('parted'), '1=low changed 101=high changed 7=new', 'changes in all partitions are found');
SELECT is((SELECT chunks FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 3, '... in steps, where an index leads with the change column');
SELECT is(last_run('parted'), '3 in = 3 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', '... each row once');
UPDATE up.parted SET name = 'together', changed_at = clock_timestamp();
CALL lifecycle.sync_contact_events('parted');
SELECT is(names_of('parted'), '1=together 101=together 7=together', '... also when more rows have one stamp than a step takes');
RESET lifecycle_ledger.chunk_rows;

-- Names that SQL would rather not have
CREATE SCHEMA "Up ""Stream""; --";
CREATE TABLE "Up ""Stream""; --"."select $1 %s '\'" (
  "order" bigint PRIMARY KEY, "user" text, "s" text, "m" text, "Group ""By""" text, "%I$1" timestamp, "ünï, s.cöde'" timestamptz NOT NULL DEFAULT '2025-03-02',
  "source_record_id" text DEFAULT 'wrong', "contact_id" text DEFAULT 'wrong', "a\b" jsonb, "row" integer[]);
INSERT INTO "Up ""Stream""; --"."select $1 %s '\'" ("order", "user", "s", "m", "Group ""By""", "%I$1", "a\b", "row") VALUES
  (9223372036854775807, 'ann@example.com', 's', 'm', 'g', '2025-03-01', '{"x": 1}', '{1,2}'), (-5, 'later@example.com', NULL, NULL, NULL, '2025-03-01', NULL, NULL),
  (1111111111111111111, 'later@example.com', NULL, NULL, NULL, '2025-03-01', NULL, NULL), (3, 'ann@example.com', 's', 'm', 'g', NULL, NULL, NULL);
SELECT lifecycle.register_source('odd columns', '"Up ""Stream""; --"."select $1 %s ''\''"', $${"contact_email": "user", "event_type": {"constant": "form"},
  "event_name": ["s", "Group \"By\""], "event_timestamp": {"column": "%I$1", "time_zone": "UTC"}, "source_record_id": "order",
  "change_column": "ünï, s.cöde'", "payload": ["m", "s", "Group \"By\"", "a\\b", "row", "%I$1", "contact_id"]}$$) \g /dev/null
CALL lifecycle.sync_contact_events('odd columns');
SELECT is(ledger_row('odd columns', '9223372036854775807'),
  $$c1 | ann@example.com | form | s | - | 2025-03-01 00:00:00 | {"m": "m", "s": "s", "a\\b": {"x": 1}, "row": [1, 2], "%I$1": "2025-03-01T00:00:00", "Group \"By\"": "g", "contact_id": "wrong"}$$,
  'columns may be called anything');
SELECT is((SELECT body FROM lifecycle.issues WHERE (source_system, source_record_id) = ('odd columns', '3')),
  (SELECT to_jsonb(t.*) FROM "Up ""Stream""; --"."select $1 %s '\'" t WHERE "order" = 3), 'a held row is kept whole, whatever its columns are called');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c9', 'later@example.com');
UPDATE "Up ""Stream""; --"."select $1 %s '\'" SET "s" = 'changed', "ünï, s.cöde'" = clock_timestamp() WHERE "order" > 9000000000000000000;
CALL lifecycle.sync_contact_events('odd columns');
SELECT is(last_run('odd columns'), '3 in = 3 written + 0 unchanged + 0 superseded + 0 held; 0 deleted', 'changed rows are found by such columns');
SELECT is(fate('odd columns', '-5') || ' ' || fate('odd columns', '1111111111111111111'), 'c9 c9', 'orphans are healed up to the largest number');
SELECT is((SELECT contact_id FROM lifecycle.explain_contact('odd columns', '9223372036854775807')), 'c1', '... and explained');

-- Record ids of other types
CREATE TABLE up.ids (u uuid, n numeric, t varchar(40), c char(5), mail text DEFAULT 'late@example.com', at timestamptz DEFAULT '2025-03-01',
  changed_at timestamptz NOT NULL DEFAULT '2025-03-02');
CREATE UNIQUE INDEX ON up.ids (u);
CREATE UNIQUE INDEX ON up.ids (t);
INSERT INTO up.ids (u, n, t, c) VALUES ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 1.50, E'  sp\taced ''"\\', 'ab'), ('B0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 15, 'İx', 'cd');
SELECT lifecycle.register_source('id ' || i, 'up.ids', mapping(jsonb_build_object('source_record_id', i, 'change_column', 'changed_at')) - 'event_name') AS registered
  FROM unnest('{u,n,t,c}'::text[]) i \g /dev/null
CALL lifecycle.sync_contact_events();
SELECT results_eq($$SELECT source_system, string_agg(source_record_id, '|' ORDER BY source_record_id) FROM lifecycle.contact_events WHERE source_system LIKE 'id %' GROUP BY 1 ORDER BY 1$$,
  $$VALUES ('id c' COLLATE "C", 'ab|cd' COLLATE "C"), ('id n', '1.50|15'), ('id t', E'  sp\taced ''"\\|İx'),
    ('id u', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')$$, 'a record id is the text of its value');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c10', 'late@example.com');
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE source_system LIKE 'id %' AND contact_id = 'c10'), 8::bigint, 'orphans of each type are healed');

-- Names of sources: whatever a text can be, and alike
CREATE TABLE up.few (id text, mail text DEFAULT 'ann@example.com', name text, at timestamptz DEFAULT '2025-03-01');
INSERT INTO up.few (id, name) VALUES ('1', 'a'), ('2', 'b');
CREATE TABLE names (source text PRIMARY KEY);
INSERT INTO names VALUES ('canonical.clinical_sessions'), ('it''s "quoted" \'), ('$1 %s %I $sql$'), ('fünf ✓ 事件'), (repeat('long.', 40)), (repeat('long.', 39) || 'wrong'),
  ('forms'), ('Forms'), ('FORMS'), (' forms'), ('forms '), ('forms_new'), ('forms_pkey'), ('forms_time'), ('forms.new'), ('pkey'), ('time'), ('timeline'), ('orphans'),
  ('one_and_the_same_beginning_a'), ('one_and_the_same_beginning_b'), ('one_and_the_same_beginning_c_and_more'), ('one_and_the_same_beginning_c_and_less'),
  (''' OR true; DROP TABLE lifecycle.issues; --'), (E'two\nlines');
SELECT lifecycle.register_source(source, 'up.few', mapping('{}')) AS registered FROM names \g /dev/null
SELECT is((SELECT count(DISTINCT s.partition_name) FROM lifecycle.sources s JOIN names n ON n.source = s.source_system
    JOIN pg_inherits i ON i.inhrelid = format('lifecycle.%I', s.partition_name)::regclass AND i.inhparent = 'lifecycle.contact_events'::regclass),
  (SELECT count(*) FROM names), 'a source may be called anything: each has a partition of its own');
CREATE FUNCTION whole() RETURNS SETOF text LANGUAGE sql STABLE AS $$
  SELECT source FROM names EXCEPT SELECT source_system FROM lifecycle.contact_events WHERE contact_id = 'c1' GROUP BY 1 HAVING string_agg(source_record_id, '' ORDER BY source_record_id) = '12'
$$;
CALL lifecycle.rebuild_contact_events();
SELECT is_empty('SELECT whole()', '... and is loaded');
CALL lifecycle.rebuild_contact_events();
SELECT is_empty('SELECT whole()', '... and rebuilt');
UPDATE up.few SET name = 'c' WHERE id = '2';
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events e JOIN names n ON n.source = e.source_system WHERE event_name = 'c'), (SELECT count(*) FROM names), '... and synced');
DELETE FROM up.few WHERE id = '2';
INSERT INTO up.few (id, mail) VALUES ('3', NULL), (NULL, NULL);
CALL lifecycle.reconcile_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events e JOIN names n ON n.source = e.source_system WHERE source_record_id IN ('1', '3')),
  2 * (SELECT count(*) FROM names), '... and reconciled');
SELECT is((SELECT count(*) FROM lifecycle.issues i JOIN names n ON n.source = i.source_system WHERE resolved_at IS NULL), 2 * (SELECT count(*) FROM names),
  '... with its own findings');
CREATE TABLE sizes AS SELECT source_system, count(*) AS rows FROM lifecycle.contact_events GROUP BY 1;
SELECT is(lifecycle.unregister_source('forms'), 2::bigint, 'unregistering returns how many rows left');
SELECT bag_eq('SELECT source_system, count(*) FROM lifecycle.contact_events GROUP BY 1', $$SELECT * FROM sizes WHERE source_system <> 'forms'$$,
  '... and takes away that source alone');
SELECT is_empty($$SELECT FROM lifecycle.issues WHERE source_system = 'forms'$$, '... with its issues');

-- Registering again
CREATE TABLE before AS SELECT * FROM lifecycle.sources WHERE source_system = 'table';
SELECT lifecycle.register_source('table', 'up.forms', mapping('{"change_column": "changed_at"}')) \g /dev/null
SELECT bag_eq($$SELECT * FROM lifecycle.sources WHERE source_system = 'table'$$, 'SELECT * FROM before', 'the same registration again changes nothing');
SELECT lifecycle.register_source('table', 'up.forms', mapping('{"change_column": "changed_at", "event_source": {"constant": "x"}}')) \g /dev/null
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'table'), 3::bigint, 'another mapping leaves the ledger as it is');
CALL lifecycle.sync_contact_events('table');
SELECT is((SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'table' AND event_source = 'x'), 3::bigint, '... until the next sync, which is a full one');
SELECT lifecycle.register_source('table', 'up.view', mapping('{}')) \g /dev/null
CALL lifecycle.sync_contact_events('table');
SELECT is(names_of('table'), '1=A 3=C', 'another relation replaces the rows');
SELECT * FROM finish();
