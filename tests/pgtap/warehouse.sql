-- The warehouse: tables as the contracts say, and rows that come in any order, twice, late, or under a key that is taken.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
SELECT throws_ok('CALL lifecycle.install_warehouse()', '55000', NULL, 'not before install()');
CALL lifecycle.install();
SELECT throws_ok($$CALL lifecycle.install_warehouse(partition_step => '5 days')$$, '22023', NULL, 'a step that is none');
SELECT throws_ok($$SELECT lifecycle._apply_rows('dx_operation_runs_v1', 'pg_class')$$, '42P01', NULL, 'no warehouse yet');
CALL lifecycle.install_warehouse('HQ');
CALL lifecycle.install_warehouse('HQ', '1 month', true);
SELECT is((SELECT (partition_step, distributable)::text FROM lifecycle.warehouses), '("1 day",f)', 'the first call settles how tables are made');
SELECT is_empty($$SELECT d.dataset, c.name FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._contract_columns(d.contract) c
  LEFT JOIN pg_attribute a ON a.attrelid = to_regclass(format('"HQ".%I', d.dataset)) AND a.attname = c.name
  WHERE d.dataset LIKE 'dx%' AND (a.atttypid <> c.type::regtype OR a.attnotnull <> c.required OR a.attnum <> c.place) IS NOT FALSE$$, 'columns, types and nulls of the contracts, in their order');
SELECT hasnt_table('HQ', 'lifecycle_event_history', 'what is delivered in files has no table');
SELECT is((SELECT string_agg(pg_get_constraintdef(oid), '; ' ORDER BY conrelid::regclass::text, contype, pg_get_constraintdef(oid)) FROM pg_constraint WHERE contype IN ('p', 'u') AND connamespace = '"HQ"'::regnamespace AND conparentid = 0),
'PRIMARY KEY (org_id, entity_id); PRIMARY KEY (snapshot_id); UNIQUE (org_id, entity_type, entity_id, record_version); PRIMARY KEY (org_id, event_id, occurred_at); PRIMARY KEY (event_id); UNIQUE (run_id, event_sequence); PRIMARY KEY (org_id, run_id, created_at); PRIMARY KEY (run_id); PRIMARY KEY (org_id, entity_id)',
  'their keys and guards');
SELECT is((SELECT string_agg(pg_get_partkeydef(oid), ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = '"HQ"'::regnamespace AND relkind = 'p'), 'RANGE (occurred_at), RANGE (created_at)', 'partitioned by their times');
UPDATE lifecycle.datasets SET version = '1.1.0', contract = jsonb_set(jsonb_set(contract, '{version}', '"1.1.0"'), '{schema,0,properties}', contract #> '{schema,0,properties}'
  || '[{"name": "region", "logicalType": "string", "physicalType": "text", "required": false, "description": "Region."}]') WHERE dataset = 'dx_operation_runs_v1';
CALL lifecycle.install_warehouse('HQ');
SELECT has_column('HQ', 'dx_operation_runs_v1', 'region', 'a later version of a contract brings its columns');

CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION apply(dataset text, source regclass) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s in: %s written, %s unchanged, %s dead, %s snapshots', rows_in, written, unchanged, dead, snapshots) FROM lifecycle._apply_rows(dataset, source, 'HQ')
$$;
-- The least of three: reading a catalog page may prune it, once.
CREATE FUNCTION wal_of(dataset text, source regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  before bigint;
  least_bytes bigint;
  applied text;
BEGIN
  FOR round IN 1..3 LOOP
    before := lifecycle._wal_bytes();
    applied := apply(dataset, source);
    least_bytes := least(least_bytes, lifecycle._wal_bytes() - before);
  END LOOP;
  RETURN format('%s; %s bytes', applied, least_bytes);
END $$;

-- Append-only
CREATE TABLE runs AS SELECT * FROM "HQ".dx_operation_runs_v1;
CREATE FUNCTION run(n bigint, org bigint DEFAULT 1, at timestamptz DEFAULT '2025-07-01 12:00+00', cost numeric DEFAULT 1) RETURNS runs LANGUAGE sql AS $$
  SELECT ROW('v1', id(n), NULL, NULL, 'op', 'act', 'company', id(n), id(org), NULL, NULL, 'succeeded', 1, at, at, 1, cost, NULL, NULL, at, NULL)::runs
$$;
INSERT INTO runs SELECT (run(n)).* FROM generate_series(1, 3) n;
SELECT is(apply('dx_operation_runs_v1', 'runs'), '3 in: 3 written, 0 unchanged, 0 dead, 0 snapshots', 'new rows are written');
SELECT is((SELECT count(*) FROM "HQ".dx_operation_runs_v1_keys), 3::bigint, '... with their keys');
SELECT is(apply('dx_operation_runs_v1', 'runs'), '3 in: 0 written, 3 unchanged, 0 dead, 0 snapshots', 'the same rows again change nothing');
VACUUM "HQ".dx_operation_runs_v1, "HQ".dx_operation_runs_v1_keys;
SELECT apply('dx_operation_runs_v1', 'runs') \g /dev/null
SELECT wal_of('dx_operation_runs_v1', 'runs') AS replay \gset
SELECT is(:'replay'::text, '3 in: 0 written, 3 unchanged, 0 dead, 0 snapshots; 0 bytes', '... and write no WAL');
TRUNCATE runs;
INSERT INTO runs SELECT (run(4)).* UNION ALL SELECT (run(4)).* UNION ALL SELECT (run(1, cost => 2)).* UNION ALL SELECT (run(2, 9)).* UNION ALL SELECT (run(3, 1, '2025-07-02 12:00+00')).* UNION ALL SELECT (run(1)).*;
SELECT is(apply('dx_operation_runs_v1', 'runs'), '6 in: 1 written, 2 unchanged, 3 dead, 0 snapshots', 'other content, another tenant, another time under a used key');
SELECT is((SELECT string_agg(concat_ws(' ', stage, source, sqlstate, code, contract_version, attempts), E'\n' ORDER BY code, id) FROM lifecycle.dead_letters),
'apply dx_operation_runs_v1 23505 content_differs 1.1.0 1
apply dx_operation_runs_v1 23505 key_reused 1.1.0 1
apply dx_operation_runs_v1 23505 key_reused 1.1.0 1', '... are dead letters');
SELECT is((SELECT string_agg(detail, E'\n' ORDER BY code, key = id(2)::text DESC) FROM lifecycle.dead_letters),
'A row with this key is there, with other content.
The key was taken by a row of another org_id or created_at: {"org_id": "' || id(1) || '", "run_id": "' || id(2) || '", "created_at": "2025-07-01T12:00:00+00:00"}.
The key was taken by a row of another org_id or created_at: {"org_id": "' || id(1) || '", "run_id": "' || id(3) || '", "created_at": "2025-07-01T12:00:00+00:00"}.', '... which say what is there');
SELECT is((SELECT body::jsonb ->> 'cost_usd' FROM lifecycle.dead_letters WHERE code = 'content_differs'), '2', '... with the row itself');
SELECT is(apply('dx_operation_runs_v1', 'runs'), '6 in: 0 written, 3 unchanged, 3 dead, 0 snapshots', 'once more');
SELECT is((SELECT count(*) FROM lifecycle.dead_letters), 3::bigint, '... tells nothing twice');
SELECT is((SELECT sum(cost_usd) FROM "HQ".dx_operation_runs_v1), 4::numeric, 'what was there first stays');
SELECT throws_ok($$UPDATE "HQ".dx_operation_runs_v1 SET cost_usd = 0$$, '55000', NULL, 'append-only means so');
SELECT throws_ok($$DELETE FROM "HQ".dx_operation_runs_v1_keys$$, '55000', NULL, '... its keys too');
TRUNCATE runs;
INSERT INTO runs SELECT (run(10 + n, 1, '2019-12-31 23:30+00'::timestamptz + n * interval '20 minutes')).* FROM generate_series(1, 5) n;
INSERT INTO runs SELECT (run(20, 1, '2031-02-28 23:59:59.999999+00')).*;
SELECT is(apply('dx_operation_runs_v1', 'runs'), '6 in: 6 written, 0 unchanged, 0 dead, 0 snapshots', 'partitions are made where rows fall');
SELECT is((SELECT count(DISTINCT tableoid) FROM "HQ".dx_operation_runs_v1 WHERE created_at < '2020-01-02' OR created_at > '2031-01-01'), 3::bigint, '... by days of UTC');
CREATE VIEW runs_view AS SELECT export_schema_version, run_id, operation_id, action_id, entity_type, entity_id, org_id, status, attempt_count, started_at, created_at, cost_usd FROM runs;
TRUNCATE runs;
INSERT INTO runs SELECT (run(30)).* UNION ALL SELECT (run(30, cost => 5)).* UNION ALL SELECT (run(31)).*;
SELECT is(apply('dx_operation_runs_v1', 'runs_view'), '3 in: 2 written, 0 unchanged, 1 dead, 0 snapshots', 'a view with fewer columns: of two contents under one key one is written');
SELECT is((SELECT cost_usd FROM "HQ".dx_operation_runs_v1 WHERE run_id = id(30)), 5::numeric, '... the larger image');
SELECT throws_ok($$SELECT lifecycle._apply_rows('dx_operation_runs_v1', 'pg_class', 'HQ')$$, '42703', NULL, 'columns the table lacks');
SELECT throws_ok($$SELECT lifecycle._apply_rows('lifecycle_event_history', 'runs', 'HQ')$$, '0A000', NULL, 'a dataset without a table');

-- A guard besides the key
CREATE TABLE events AS SELECT * FROM "HQ".dx_operation_events_v1;
CREATE FUNCTION event(n bigint, run bigint, sequence integer, note text DEFAULT 'x') RETURNS events LANGUAGE sql AS $$
  SELECT ROW('v1', id(n), id(run), 'request_sent', sequence, '2025-07-01 12:00+00', id(1), NULL, 'company', id(n), NULL, NULL, NULL, NULL, NULL, NULL, NULL, jsonb_build_object('note', note))::events
$$;
INSERT INTO events SELECT (event(1, 1, 1)).* UNION ALL SELECT (event(2, 1, 2)).*;
SELECT is(apply('dx_operation_events_v1', 'events'), '2 in: 2 written, 0 unchanged, 0 dead, 0 snapshots', 'events');
INSERT INTO events SELECT (event(3, 1, 2)).*;
SELECT is(apply('dx_operation_events_v1', 'events'), '3 in: 0 written, 2 unchanged, 1 dead, 0 snapshots', 'another event in a place that is taken');
SELECT is((SELECT code || ': ' || detail FROM lifecycle.dead_letters WHERE source = 'dx_operation_events_v1'), 'guard_violated: Another row has the same run_id, event_sequence.', '... is a dead letter');

-- Entities and their versions
CREATE TABLE companies AS SELECT * FROM "HQ".dx_company_entities_v1;
CREATE FUNCTION company(n bigint, version bigint, at timestamptz, deleted timestamptz DEFAULT NULL) RETURNS companies LANGUAGE sql AS $$
  SELECT ROW('v1', id(1), id(2), id(n), format('company %s, version %s', n, version), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.5, NULL, NULL, id(77), NULL, version, at, deleted)::companies
$$;
CREATE FUNCTION as_of(n bigint, ts timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', record_version, payload ->> 'canonical_name', CASE WHEN is_deleted THEN 'deleted' END, to_char(valid_from AT TIME ZONE 'UTC', 'MM-DD'), coalesce(to_char(valid_until AT TIME ZONE 'UTC', 'MM-DD'), 'now'))
  FROM lifecycle.entity_as_of('dx_company_entities_v1', id(1), id(n), ts, 'HQ')
$$;
INSERT INTO companies SELECT (company(1, 1, '2025-01-01+00')).* UNION ALL SELECT (company(1, 4, '2025-04-01+00')).*;
SELECT is(apply('dx_company_entities_v1', 'companies'), '2 in: 1 written, 1 unchanged, 0 dead, 2 snapshots', 'two versions: one is applied, both are kept');
SELECT is(as_of(1, '2025-03-15+00'), '1 company 1, version 1 01-01 04-01', 'what it was in March');
TRUNCATE companies;
INSERT INTO companies SELECT (company(1, 3, '2025-03-01+00')).* UNION ALL SELECT (company(1, 4, '2025-04-01+00')).*;
SELECT is(apply('dx_company_entities_v1', 'companies'), '2 in: 0 written, 2 unchanged, 0 dead, 1 snapshots', 'a late version is kept and not applied');
SELECT is(as_of(1, '2025-03-15+00'), '3 company 1, version 3 03-01 04-01', '... and stands in its place');
SELECT is(as_of(1, '2025-02-15+00'), '1 company 1, version 1 01-01 03-01', '... which divides what was before it');
SELECT is(as_of(1, '2030-01-01+00'), '4 company 1, version 4 04-01 now', 'the latest');
SELECT is(as_of(1, '2024-12-31+00'), NULL, 'before the first: nothing');
SELECT is(as_of(2, '2024-12-31+00'), NULL, 'an entity nobody knows: nothing');
TRUNCATE companies;
INSERT INTO companies SELECT (company(1, 5, '2025-05-01+00', '2025-05-01+00')).*;
SELECT is(apply('dx_company_entities_v1', 'companies'), '1 in: 1 written, 0 unchanged, 0 dead, 1 snapshots', 'a tombstone');
SELECT is((SELECT deleted_at IS NOT NULL FROM "HQ".dx_company_entities_v1), true, '... stays, marked');
SELECT is(as_of(1, '2025-05-15+00'), '5 company 1, version 5 deleted 05-01 now', '... and is told');
TRUNCATE companies;
INSERT INTO companies SELECT (company(1, 6, '2025-06-01+00')).*;
SELECT is(apply('dx_company_entities_v1', 'companies'), '1 in: 1 written, 0 unchanged, 0 dead, 1 snapshots', 'a higher version revives');
SELECT is(as_of(1, '2025-05-15+00') || ', ' || as_of(1, '2025-06-15+00'), '5 company 1, version 5 deleted 05-01 06-01, 6 company 1, version 6 06-01 now', '... and both are told');
SELECT is((SELECT snapshot_id FROM "HQ".dx_entity_snapshots_v1 WHERE record_version = 6), lifecycle.fingerprint(jsonb_build_array(id(1), 'company', id(1), 6)), 'a snapshot''s id follows from what it is of');
SELECT is((SELECT (canonical_payload_json - '{org_id,company_id,entity_id}'::text[])::text || captured_at || source_run_id FROM "HQ".dx_entity_snapshots_v1 WHERE record_version = 6),
  '{"industry": null, "deleted_at": null, "hq_country": null, "updated_at": "2025-06-01T00:00:00+00:00", "last_run_id": "' || id(77) || '", "linkedin_url": null, "revenue_band": null, "canonical_name": "company 1, version 6", '
  '"employee_count": null, "record_version": 6, "source_priority": null, "canonical_domain": null, "last_enriched_at": null, "linkedin_page_id": null, "last_operation_id": null, "enrichment_confidence": 0.5}'
  || timestamptz '2025-06-01+00' || id(77), '... and its payload is the row, in UTC');
VACUUM "HQ".dx_entity_snapshots_v1, "HQ".dx_company_entities_v1;
SELECT wal_of('dx_company_entities_v1', 'companies') AS replay \gset
SELECT is(:'replay'::text, '1 in: 0 written, 1 unchanged, 0 dead, 0 snapshots; 0 bytes', 'a batch once more writes no WAL');
SELECT throws_ok($$SELECT * FROM lifecycle.entity_as_of('dx_operation_runs_v1', id(1), id(1), now(), 'HQ')$$, '22023', NULL, 'runs have no versions');
SELECT throws_ok($$SELECT * FROM lifecycle.entity_as_of('dx_company_entities_v1', id(1), id(1), now())$$, '42P01', NULL, 'no warehouse of that name');

-- Snapshots from elsewhere
CREATE TABLE snapshots AS SELECT * FROM "HQ".dx_entity_snapshots_v1 WHERE record_version = 6;
UPDATE snapshots SET snapshot_id = id(500), canonical_payload_json = '{"other": true}';
SELECT is(apply('dx_entity_snapshots_v1', 'snapshots'), '1 in: 0 written, 1 unchanged, 0 dead, 0 snapshots', 'a version that is kept is not replaced');
UPDATE snapshots SET record_version = 2, captured_at = '2025-02-01+00';
SELECT is(apply('dx_entity_snapshots_v1', 'snapshots'), '1 in: 1 written, 0 unchanged, 0 dead, 0 snapshots', 'one that is not is');
SELECT is(as_of(1, '2025-02-15+00'), '2 02-01 03-01', '... and stands in its place');
UPDATE snapshots SET record_version = 99;
SELECT is(apply('dx_entity_snapshots_v1', 'snapshots'), '1 in: 0 written, 0 unchanged, 1 dead, 0 snapshots', 'another version under a used snapshot_id is a dead letter');
CREATE VIEW snapshots_view AS SELECT * FROM snapshots;
UPDATE snapshots SET record_version = 98, snapshot_id = id(501);
SELECT is(apply('dx_entity_snapshots_v1', 'snapshots_view'), '1 in: 1 written, 0 unchanged, 0 dead, 0 snapshots', 'from a view');
TRUNCATE snapshots;
INSERT INTO snapshots SELECT (jsonb_populate_record(t, format('{"snapshot_id": "%s", "record_version": 97}', i)::jsonb)).* FROM "HQ".dx_entity_snapshots_v1 t, unnest(ARRAY[id(500), '00000000-0000-0000-0000-000000000000']) i WHERE t.record_version = 98;
SELECT is(apply('dx_entity_snapshots_v1', 'snapshots'), '2 in: 0 written, 0 unchanged, 2 dead, 0 snapshots', 'of two rows of one version the one that was tried has a taken snapshot_id: both are refused');
SELECT lives_ok($$SELECT lifecycle._verify_applied('dx_entity_snapshots_v1', 'snapshots', 'HQ', 2, 0)$$, '... and nothing else is missed');

-- Random batches, with repeats, in any order, old ones again: runs, events and versions end where the obvious SQL ends.
CREATE FUNCTION rounds(rounds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  sent_versions bigint; differs bigint; counts record;
BEGIN
  CREATE TEMP TABLE sent_runs AS SELECT * FROM runs WHERE false;
  CREATE TEMP TABLE sent_events AS SELECT * FROM events WHERE false;
  CREATE TEMP TABLE sent_companies AS SELECT * FROM companies WHERE false;
  FOR round IN 1 .. rounds LOOP
    TRUNCATE runs, events, companies;
    INSERT INTO runs SELECT r.* FROM generate_series(1, (random() * 400)::integer) i, LATERAL (SELECT 1000 + (random() * 600)::bigint AS n, i) k,
      LATERAL run(n, n % 7, timestamptz '2025-07-01 00:00+00' + n % 50 * interval '1 hour', n) r;
    INSERT INTO runs SELECT * FROM sent_runs WHERE random() < 0.1;
    INSERT INTO events SELECT e.* FROM generate_series(1, (random() * 400)::integer) i, LATERAL (SELECT 1000 + (random() * 600)::bigint AS n, i) k, LATERAL event(n, n / 10, (n % 10)::integer, n::text) e;
    INSERT INTO companies SELECT c.* FROM generate_series(1, (random() * 400)::integer) i, LATERAL (SELECT 1000 + (random() * 60)::bigint AS n, (random() * 40)::bigint AS v, i) k,
      LATERAL company(n, v, timestamptz '2025-01-01 00:00+00' + v * interval '1 day', CASE WHEN v % 9 = 0 THEN timestamptz '2025-01-01 00:00+00' + v * interval '1 day' END) c;
    CREATE TABLE shuffled AS SELECT * FROM companies ORDER BY random();
    SELECT * INTO counts FROM lifecycle._apply_rows('dx_operation_runs_v1', 'runs', 'HQ');
    IF counts.dead > 0 OR counts.rows_in <> counts.written + counts.unchanged THEN RETURN format('runs of round %s: %s', round, counts); END IF;
    SELECT * INTO counts FROM lifecycle._apply_rows('dx_operation_events_v1', 'events', 'HQ');
    IF counts.dead > 0 THEN RETURN format('events of round %s: %s', round, counts); END IF;
    PERFORM lifecycle._apply_rows('dx_company_entities_v1', 'shuffled', 'HQ');
    DROP TABLE shuffled;
    INSERT INTO sent_runs SELECT * FROM runs;
    INSERT INTO sent_events SELECT * FROM events;
    INSERT INTO sent_companies SELECT * FROM companies;
  END LOOP;
  SELECT count(*) INTO differs FROM (SELECT DISTINCT ROW(s.*)::text AS r FROM sent_runs s) s FULL JOIN (SELECT ROW(t.*)::text AS r FROM "HQ".dx_operation_runs_v1 t WHERE cost_usd >= 1000) t USING (r) WHERE s.r IS NULL OR t.r IS NULL;
  IF differs > 0 THEN RETURN format('%s runs differ', differs); END IF;
  SELECT count(*) INTO differs FROM (SELECT DISTINCT ROW(s.*)::text AS r FROM sent_events s) s FULL JOIN (SELECT ROW(t.*)::text AS r FROM "HQ".dx_operation_events_v1 t WHERE (metadata_json ->> 'note') <> 'x') t USING (r) WHERE s.r IS NULL OR t.r IS NULL;
  IF differs > 0 THEN RETURN format('%s events differ', differs); END IF;
  SELECT count(*) INTO differs FROM (SELECT DISTINCT ON (entity_id) entity_id, record_version, canonical_name, deleted_at FROM sent_companies ORDER BY entity_id, record_version DESC) s
    FULL JOIN (SELECT * FROM "HQ".dx_company_entities_v1 WHERE entity_id <> id(1)) t USING (entity_id) WHERE (s.record_version, s.canonical_name, s.deleted_at) IS DISTINCT FROM (t.record_version, t.canonical_name, t.deleted_at);
  IF differs > 0 THEN RETURN format('%s companies differ', differs); END IF;
  SELECT count(*) INTO differs FROM (SELECT DISTINCT entity_id, record_version, canonical_name FROM sent_companies) s
    FULL JOIN (SELECT entity_id, record_version, canonical_payload_json FROM "HQ".dx_entity_snapshots_v1 WHERE entity_id <> id(1)) t USING (entity_id, record_version)
    WHERE s.canonical_name IS DISTINCT FROM t.canonical_payload_json ->> 'canonical_name';
  IF differs > 0 THEN RETURN format('%s snapshots differ', differs); END IF;
  SELECT count(*) INTO differs FROM (SELECT id(1000 + n % 61) AS entity_id, timestamptz '2025-01-01 00:00+00' + n * interval '7 hours' AS ts FROM generate_series(0, 200) n) q
    LEFT JOIN LATERAL lifecycle.entity_as_of('dx_company_entities_v1', id(1), q.entity_id, q.ts, 'HQ') a ON true
    LEFT JOIN LATERAL (SELECT max(record_version) AS record_version FROM sent_companies s WHERE s.entity_id = q.entity_id AND s.updated_at <= q.ts) o ON true
    WHERE a.record_version IS DISTINCT FROM o.record_version OR a.is_deleted IS DISTINCT FROM (o.record_version % 9 = 0);
  IF differs > 0 THEN RETURN format('%s looks back differ', differs); END IF;
  RETURN 'all equal';
END $$;
SELECT setseed(0.3);
SELECT is(rounds(25), 'all equal', 'random batches end in one state');
SELECT is((SELECT count(*) FROM "HQ".dx_operation_runs_v1), (SELECT count(*) FROM "HQ".dx_operation_runs_v1_keys), 'every run has its key, every key its run');

-- Tables that can be distributed
CALL lifecycle.install_warehouse('spread', '1 month', distributable => true);
SELECT is_empty($$SELECT conrelid::regclass FROM pg_constraint WHERE contype IN ('p', 'u') AND connamespace = 'spread'::regnamespace AND conparentid = 0 AND conrelid::regclass::text !~ '_keys$'
  AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'org_id')$$, 'distributable: every key contains the tenant');
SELECT is_empty($$SELECT tgrelid::regclass FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'spread'::regnamespace$$, '... and there is no trigger');
TRUNCATE runs, companies;
INSERT INTO runs SELECT (run(1)).*;
INSERT INTO companies SELECT (company(1, 1, '2025-01-01+00')).*;
SELECT is((SELECT (written, dead)::text FROM lifecycle._apply_rows('dx_operation_runs_v1', 'runs', 'spread')), '(1,0)', '... and rows are applied');
SELECT is((SELECT (written, snapshots)::text FROM lifecycle._apply_rows('dx_company_entities_v1', 'companies', 'spread')), '(1,1)', '... versions too');
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA lifecycle TO stranger;
GRANT SELECT ON lifecycle.schema_version TO stranger;
SET ROLE stranger;
SELECT throws_ok('CALL lifecycle.install_warehouse()', '42501', NULL, 'another role may not install one');
RESET ROLE;
DROP OWNED BY stranger;
DROP ROLE stranger;
SELECT * FROM finish();
