-- install(): that it may be called again, what it completes, and what of the user's own it and a rebuild leave in place.
\ir ../lib/ledger_test.sql
SELECT plan(10);

CREATE VIEW relations AS SELECT c.oid, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'lifecycle'::regnamespace;
SELECT results_eq($$SELECT attname::text COLLATE "C" FROM pg_attribute WHERE attrelid = 'lifecycle.contact_events'::regclass AND attnum > 0 ORDER BY attnum$$,
  $$SELECT unnest('{contact_id,contact_email,event_type,event_name,event_source,event_timestamp,source_system,source_record_id,payload,ingested_at,event_fingerprint}'::text[]) COLLATE "C"$$,
  'the ledger has the specified columns');

-- Again
CREATE TABLE up.forms (id integer PRIMARY KEY, mail text, at timestamptz DEFAULT '2025-03-01');
INSERT INTO up.forms (id, mail) VALUES (1, 'ann@example.com'), (2, 'nobody@example.com');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com');
INSERT INTO lifecycle.event_types VALUES ('webinar', 'An online lecture');
UPDATE lifecycle.event_types SET description = 'Ours' WHERE event_type = 'form';
SELECT lifecycle.register_source('forms', 'up.forms', '{"contact_email": "mail", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "id"}') \g /dev/null
CALL lifecycle.sync_contact_events();
CREATE TABLE relations_before AS TABLE relations;
CREATE VIEW rows AS SELECT 'events' AS part, xmin AS version, source_record_id AS key FROM lifecycle.contact_events
  UNION ALL SELECT 'issues', xmin, code FROM lifecycle.issues UNION ALL SELECT 'types', xmin, event_type || description FROM lifecycle.event_types
  UNION ALL SELECT 'version', xmin, version FROM lifecycle.schema_version UNION ALL SELECT 'sources', xmin, mapping::text FROM lifecycle.sources;
CREATE TABLE rows_before AS TABLE rows;
CALL lifecycle.install();
CALL lifecycle.install();
SELECT bag_eq('TABLE relations', 'TABLE relations_before', 'a second install() leaves every table, view and index where it is');
SELECT bag_eq('TABLE rows', 'TABLE rows_before', '... and every row, the user''s own event types included');

-- Completed
DROP VIEW lifecycle.status;
DROP TABLE lifecycle.contact_changes;
DROP INDEX lifecycle.contact_events_time;
UPDATE lifecycle.schema_version SET version = '0.0.0';
CALL lifecycle.install();
SELECT bag_eq('SELECT relname, relkind FROM relations WHERE relname NOT LIKE ''contact\_events\_forms\_%''',
  'SELECT relname, relkind FROM relations_before WHERE relname NOT LIKE ''contact\_events\_forms\_%''', 'install() completes what is missing');
SELECT is((SELECT count(*) FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE h.inhparent = 'lifecycle.contact_events_time'::regclass), 1::bigint,
  '... on the partitions, too');
SELECT is((SELECT version FROM lifecycle.schema_version), (SELECT extversion FROM pg_extension WHERE extname = 'lifecycle_ledger'), '... and sets the version');
CALL lifecycle.sync_contact_events();
SELECT is(last_run('forms'), '2 in = 0 written + 2 unchanged + 0 superseded + 0 held; 0 deleted', 'work goes on');

-- Indexes of the user's own live on through a rebuild
CREATE INDEX contact_events_by_name ON lifecycle.contact_events (event_name) WHERE event_name IS NOT NULL;
CREATE INDEX "ours; --" ON lifecycle.contact_events USING gin (payload jsonb_path_ops);
CALL lifecycle.rebuild_contact_events();
CALL lifecycle.rebuild_contact_events();
SELECT is((SELECT count(*) FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = 'lifecycle.contact_events_forms'::regclass AND i.indisvalid),
  (SELECT count(*) FROM pg_index WHERE indrelid = 'lifecycle.contact_events'::regclass AND indisvalid), 'a rebuilt partition has every index of the ledger, the user''s own too');
SELECT is_empty($$SELECT 1 FROM pg_index WHERE indrelid = 'lifecycle.contact_events'::regclass AND NOT indisvalid$$, '... and the ledger''s are valid');
SELECT ok((SELECT count(*) = 0 FROM pg_constraint WHERE conrelid = 'lifecycle.contact_events_forms'::regclass AND contype = 'c'), '... and no constraint is left over');
SELECT * FROM finish();
