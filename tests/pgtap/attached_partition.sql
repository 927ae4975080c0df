-- A partition of a warehouse's table that was taken out, edited and put back: its rows are protected and their keys kept like all others', and
-- reconcile() brings back what was edited.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CALL make_runs(1, 500);
SELECT lifecycle.register_destination('hq', 'schema', 'hq') \g /dev/null
CALL lifecycle.export();
SELECT inhrelid::regclass AS part, pg_get_expr(c.relpartbound, c.oid) AS bounds FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'hq.dx_operation_runs_v1'::regclass
  AND EXISTS (SELECT FROM hq.dx_operation_runs_v1 r WHERE r.tableoid = c.oid) \gset
CREATE FUNCTION tried(ddl text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text;
BEGIN
  EXECUTE ddl;
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN concat_ws(' ', SQLSTATE, message, detail);
END $$;
SELECT tried(format('ALTER TABLE hq.dx_operation_runs_v1 DETACH PARTITION %s', :'part')) AS detached \gset
SELECT is(:'detached'::text, 'done', 'a partition is taken out');
SELECT throws_ok(format('UPDATE %s SET cost_usd = 1', :'part'), '55000', NULL, '... and is append-only still');
-- A copy of it is not.
SELECT 'hq.copied' AS copied \gset
CREATE TABLE :copied (LIKE :part INCLUDING ALL);
INSERT INTO :copied SELECT * FROM :part;
DROP TABLE :part;
SELECT :'copied' AS part \gset
UPDATE :part SET cost_usd = 0 WHERE run_id IN (id(10), id(11));
DELETE FROM :part WHERE run_id = id(12);
UPDATE :part SET run_id = id(90013) WHERE run_id = id(13);
INSERT INTO :part SELECT (jsonb_populate_record(p, jsonb_build_object('run_id', id(90014)))).* FROM :part p WHERE run_id = id(14);
SELECT tried(format('ALTER TABLE hq.dx_operation_runs_v1 ATTACH PARTITION %s %s', :'part', :'bounds')) AS attached \gset
SELECT is(:'attached'::text, 'done', '... edited as a copy, and put back');
SELECT is((SELECT relrowsecurity FROM pg_class WHERE oid = :'part'::regclass), true, 'row-level security is on again');
SELECT throws_ok(format('UPDATE %s SET cost_usd = 1', :'part'), '55000', NULL, 'it is append-only again');
SELECT is((SELECT count(*) FROM hq.dx_operation_runs_v1 r WHERE NOT EXISTS (SELECT FROM hq.dx_operation_runs_v1_keys k WHERE (k.run_id, k.org_id, k.created_at) = (r.run_id, r.org_id, r.created_at))), 0::bigint, 'every row has its key kept');
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(verdict('dx_operation_runs_v1'), 'target_only: 500/500 rows, 2 differ, 2 source only, 2 target only; 4 sent, 2 overwritten, 0 tombstones, 0 held', 'reconcile() finds what was edited');
SELECT is(differences('lifecycle.operation_runs', 'hq.dx_operation_runs_v1', columns_of('dx_operation_runs_v1')), 2::bigint, '... and brings it back, but for rows that no source has');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE kind = 'target_only' AND resolved_at IS NULL), 1::bigint, '... which are an alert');

-- A row that another one's key would have to be taken for
SELECT tried(format('ALTER TABLE hq.dx_operation_runs_v1 DETACH PARTITION %s', :'part')) AS detached \gset
CREATE TABLE hq.another (LIKE :part INCLUDING ALL);
INSERT INTO hq.another SELECT * FROM :part;
DROP TABLE :part;
SELECT 'hq.another' AS part \gset
UPDATE :part SET org_id = id(999) WHERE run_id = id(20);
SELECT tried(format('ALTER TABLE hq.dx_operation_runs_v1 ATTACH PARTITION %s %s', :'part', :'bounds')) AS attached \gset
SELECT is(:'attached'::text, format('55000 rows of partition %s have keys that other rows of hq.dx_operation_runs_v1 have One is %s (run_id).', :'part', id(20)), 'a row whose key another one has keeps it out');
UPDATE :part SET org_id = id(0) WHERE run_id = id(20);
SELECT tried(format('ALTER TABLE hq.dx_operation_runs_v1 ATTACH PARTITION %s %s', :'part', :'bounds')) AS attached \gset
SELECT is(:'attached'::text, 'done', 'mended, it is put back');

-- A table that came from elsewhere
CREATE TABLE strange (LIKE hq.dx_operation_runs_v1 INCLUDING ALL);
INSERT INTO strange SELECT (jsonb_populate_record(p, jsonb_build_object('run_id', id(70000 + n), 'created_at', '2040-01-05 00:00+00'))).* FROM :part p, generate_series(1, 3) n WHERE p.run_id = id(1);
SELECT tried($$ALTER TABLE hq.dx_operation_runs_v1 ATTACH PARTITION strange FOR VALUES FROM ('2040-01-01Z') TO ('2040-02-01Z')$$) AS attached \gset
SELECT is(:'attached'::text, 'done', 'a table with rows of its own');
SELECT is((SELECT count(*) FROM hq.dx_operation_runs_v1_keys WHERE run_id IN (SELECT run_id FROM strange)), 3::bigint, '... whose keys are kept from now on');
CREATE TABLE again AS SELECT (jsonb_populate_record(s, '{"created_at": "2025-07-02 00:00+00"}')).* FROM strange s;
SELECT is((SELECT concat_ws(' ', written, dead) FROM lifecycle._apply_rows('dx_operation_runs_v1', 'again', 'hq')), '0 3', '... so that none comes a second time');
SELECT * FROM finish();
