-- Random inserts, changes, deletions, revivals and broken rows, exported now and then, against plain SQL over the sources: after each round the
-- warehouse is what a query written by hand says it should be, whatever kind of cut the source allows.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(37);
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq', '1 year');
\set directory `mktemp -d /tmp/export.XXXXXX && chmod 777 /tmp/export.*`
\setenv DIRECTORY :directory
SELECT set_config('test.directory', :'directory', false);
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
-- People: a table of the user's, with a change column; now and then without a stamp.
CREATE TABLE people (id bigint PRIMARY KEY, org integer, name text, state text, version bigint DEFAULT 1, gone timestamptz, changed timestamptz);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed := CASE WHEN random() < 0.9 THEN now() END; RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE VIEW people_source AS SELECT id(id) AS id, id(org) AS org, name, state, version, gone, changed, coalesce(changed, '2025-01-01+00') AS at FROM people;
DELETE FROM lifecycle.dataset_sources WHERE dataset IN ('dx_person_entities_v1', 'dx_operation_events_v1');
SELECT lifecycle.register_dataset_source('dx_person_entities_v1', 'people_source', '{"org_id": "org", "entity_id": "id", "full_name": "name",
  "email_status": {"column": "state", "map": {"ok": "verified", "no": "invalid"}}, "record_version": "version", "updated_at": "at", "deleted_at": "gone", "change_column": "changed"}') IS NOT NULL;
-- Events: neither numbers nor a change column; two sources.
CREATE TABLE events (n bigint PRIMARY KEY, kind text, at text);
CREATE TABLE more_events (LIKE events);
CREATE VIEW event_source AS SELECT id(n) AS id, id(n / 3) AS run, (n % 3)::integer AS sequence, kind, at, id(1) AS org FROM events;
CREATE VIEW more_source AS SELECT id(n) AS id, id(n / 3) AS run, (n % 3)::integer AS sequence, kind, at, id(1) AS org FROM more_events;
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', relation, '{"event_id": "id", "run_id": "run", "event_type": {"constant": "error"}, "event_sequence": "sequence", "occurred_at": "at",
  "org_id": "org", "entity_type": "kind", "entity_id": "id"}') IS NOT NULL FROM (VALUES ('event_source'::regclass), ('more_source')) r(relation);
SELECT lifecycle.register_destination('hq', 'schema', 'hq');
SELECT lifecycle.register_destination('files', 'directory', :'directory', '{"compression": "gzip", "batch_bytes": 2048}');
SET lifecycle_ledger.chunk_rows = 40;

CREATE PROCEDURE change(round integer) LANGUAGE plpgsql AS $$
DECLARE
  target bigint;
BEGIN
  FOR i IN 1 .. 25 LOOP
    target := 1 + (random() * 120)::integer;
    INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name) VALUES (id(target % 4), id(target), id(target), 'Company ' || target) ON CONFLICT DO NOTHING;
    UPDATE lifecycle.company_entities SET canonical_name = NULLIF('Name ' || (random() * 9)::integer, 'Name 3'), deleted_at = CASE WHEN random() < 0.3 THEN now() END,
        enrichment_confidence = CASE WHEN random() < 0.1 THEN 'NaN'::numeric ELSE round(random()::numeric, 3) END
      WHERE entity_id = id(1 + (random() * 120)::integer);
    INSERT INTO people (id, org, name, state) VALUES (target, target % 4, 'Person ' || target, 'ok') ON CONFLICT DO NOTHING;
    UPDATE people SET name = 'Name ' || round, state = (ARRAY['ok', 'no', NULL])[1 + (random() * 2)::integer], version = CASE WHEN random() < 0.1 THEN NULL ELSE round * 1000 + i END,
        gone = CASE WHEN random() < 0.2 THEN now() END
      WHERE id = 1 + (random() * 120)::integer;
    target := round * 1000 + i;
    IF random() < 0.5 THEN
      INSERT INTO events VALUES (target, (ARRAY['company', 'person', 'job'])[1 + (random() * 2)::integer], CASE WHEN random() < 0.1 THEN 'soon' ELSE '2025-03-01T00:00:00Z' END);
    ELSE
      INSERT INTO more_events VALUES (target, 'company', '2025-03-02 00:00:00+02');
    END IF;
    UPDATE events SET kind = 'person' WHERE kind = 'job' AND random() < 0.1;
    UPDATE events SET at = '2025-03-03T00:00:00Z' WHERE at = 'soon' AND random() < 0.1;
    IF random() < 0.3 THEN COMMIT; ELSIF random() < 0.1 THEN ROLLBACK; END IF;
  END LOOP;
END $$;

-- By hand. An entity whose present version breaks the contract is there as it was before, or not at all: it is left out on both sides.
CREATE VIEW company_oracle AS SELECT org_id, entity_id, canonical_name, enrichment_confidence, record_version, updated_at, deleted_at FROM lifecycle.company_entities
  WHERE enrichment_confidence IS DISTINCT FROM 'NaN';
CREATE VIEW person_oracle AS SELECT id(org) AS org_id, id(id) AS entity_id, name AS full_name, CASE state WHEN 'ok' THEN 'verified' WHEN 'no' THEN 'invalid' END AS email_status, version AS record_version,
  coalesce(changed, '2025-01-01+00') AS updated_at, gone AS deleted_at FROM people WHERE version IS NOT NULL;
CREATE VIEW event_oracle AS SELECT id(n) AS event_id, id(n / 3) AS run_id, n % 3 AS event_sequence, kind AS entity_type, at::timestamptz AS occurred_at
  FROM (SELECT * FROM events WHERE kind <> 'job' AND at <> 'soon' UNION ALL SELECT * FROM more_events) e;
CREATE FUNCTION differing(target text, oracle text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE columns text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = oracle::regclass AND attnum > 0); n bigint;
BEGIN
  EXECUTE format('SELECT (SELECT count(*) FROM (SELECT %s FROM %s EXCEPT ALL SELECT %1$s FROM %3$s) a) + (SELECT count(*) FROM (SELECT %1$s FROM %3$s EXCEPT ALL SELECT %1$s FROM %2$s) b)', columns, target, oracle) INTO n;
  RETURN n;
END $$;
CREATE VIEW companies AS SELECT * FROM hq.dx_company_entities_v1 t WHERE NOT EXISTS (SELECT FROM lifecycle.company_entities s WHERE (s.org_id, s.entity_id) = (t.org_id, t.entity_id) AND s.enrichment_confidence = 'NaN');
CREATE VIEW persons AS SELECT * FROM hq.dx_person_entities_v1 t WHERE NOT EXISTS (SELECT FROM people s WHERE id(s.id) = t.entity_id AND s.version IS NULL);
CREATE FUNCTION open_letters(dataset text) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM lifecycle.dead_letters WHERE stage = 'export' AND source = dataset AND resolved_at IS NULL $$;

SELECT setseed(0.42);
\set round 0
CALL change(1);
CALL lifecycle.export();
CALL change(2);
CALL change(3);
CALL lifecycle.export('dx_person_entities_v1');
CALL change(4);
CALL lifecycle.export();
SELECT is(differing('companies', 'company_oracle'), 0::bigint, 'companies, by transaction numbers');
SELECT is(differing('persons', 'person_oracle'), 0::bigint, 'persons, by a change column');
SELECT is(differing('hq.dx_operation_events_v1', 'event_oracle'), 0::bigint, 'events, by a full compare');
SELECT is(open_letters('dx_company_entities_v1'), (SELECT count(*) FROM lifecycle.company_entities WHERE enrichment_confidence = 'NaN'), 'dead letters are the rows that break the contract now');
-- One statement at a time: procedures that commit want it so.
SELECT c.command FROM generate_series(5, 12) round, LATERAL (VALUES (1, format('CALL change(%s)', round)), (2, 'CALL lifecycle.export()'), (3, format($$
  SELECT is(differing('companies', 'company_oracle'), 0::bigint, 'round %s: companies, by transaction numbers')
  UNION ALL SELECT is(differing('persons', 'person_oracle'), 0::bigint, '... persons, by a change column')
  UNION ALL SELECT is(differing('hq.dx_operation_events_v1', 'event_oracle'), 0::bigint, '... events, by a full compare')
  UNION ALL SELECT is(open_letters('dx_company_entities_v1') || ' ' || open_letters('dx_person_entities_v1') || ' ' || open_letters('dx_operation_events_v1'),
    (SELECT count(*) FROM lifecycle.company_entities WHERE enrichment_confidence = 'NaN') || ' ' || (SELECT count(*) FROM people WHERE version IS NULL) || ' '
    || (SELECT count(*) FROM events WHERE kind = 'job' OR at = 'soon'), '... dead letters are the rows that break the contract now')$$, round))) c(place, command)
ORDER BY round, place \gexec
SELECT is((SELECT string_agg(DISTINCT status, ',') FROM lifecycle.pipeline_runs), 'succeeded', 'all runs add up');
\! rm -rf "$DIRECTORY"
SELECT * FROM finish();
