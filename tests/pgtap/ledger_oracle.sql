-- The ledger against a plain-SQL oracle: random sources and contacts with trouble, random changes of both, and after each run the
-- ledger and the open issues must be those of the slow, obvious query. Wholly after a rebuild or a reconcile; after a sync, but for
-- record ids of which a row was deleted upstream since.
\ir ../lib/ledger_test.sql
SET lifecycle_ledger.horizon_margin = 0;
SELECT plan(8);

-- Upstream
CREATE TABLE up.people (nr integer, mail text);
SELECT lifecycle.use_contacts('up.people', 'nr', 'mail') \g /dev/null
CREATE TABLE up.single (id integer PRIMARY KEY, person text, mail text, kind text, name text, at timestamptz, score integer, note jsonb, changed timestamptz NOT NULL);
CREATE INDEX ON up.single (changed);
CREATE TABLE up.several (id text, person text, mail text, kind text, name text, at timestamptz, local timestamp, score integer, changed timestamptz);
CREATE INDEX ON up.several (changed);
CREATE VIEW up.part AS SELECT id, mail, upper(name) AS name, at, changed FROM up.single WHERE id % 3 <> 0;

-- Six mappings. look_back is 0, so that a sync reads no more than its cut says.
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"event_type": "kind", "event_name": "name", "event_source": {"constant": "test"}, "event_timestamp": "at", "source_record_id": "id", "look_back": "0"}'::jsonb || extra
$$;
SELECT lifecycle.register_source(s, r, mapping(m)) AS registered FROM (VALUES
  ('single e-mail cut', 'up.single'::regclass, '{"contact_email": "mail", "payload": ["score", "note"], "change_column": "changed"}'::jsonb),
  ('single both full', 'up.single', '{"contact_id": "person", "contact_email": "mail"}'),
  ('single id cut', 'up.single', '{"contact_id": "person", "event_name": {"constant": "x"}, "payload": ["mail"], "change_column": "changed"}'),
  ('several both cut', 'up.several', '{"contact_id": "person", "contact_email": "mail", "payload": ["score"], "event_timestamp": ["at", "local"], "time_zone": "Europe/London", "change_column": "changed"}'),
  ('several e-mail full', 'up.several', '{"contact_email": "mail"}'),
  ('part e-mail cut', 'up.part', '{"contact_email": "mail", "event_type": {"constant": "session"}, "change_column": "changed"}')) v (s, r, m) \g /dev/null

-- The oracle. Addresses are ASCII here, so lower() is all the folding there is.
CREATE VIEW mapped AS
  SELECT 'single e-mail cut' AS source, id::text AS id, NULL AS person, nullif(mail, '') AS mail, nullif(kind, '') AS kind, nullif(name, '') AS name, at,
    jsonb_build_object('score', score, 'note', note) AS payload, changed, to_jsonb(s) AS body FROM up.single s
  UNION ALL SELECT 'single both full', id::text, nullif(person, ''), nullif(mail, ''), nullif(kind, ''), nullif(name, ''), at, NULL, NULL, to_jsonb(s) FROM up.single s
  UNION ALL SELECT 'single id cut', id::text, nullif(person, ''), NULL, nullif(kind, ''), 'x', at, jsonb_build_object('mail', mail), changed, to_jsonb(s) FROM up.single s
  UNION ALL SELECT 'several both cut', nullif(id, ''), nullif(person, ''), nullif(mail, ''), nullif(kind, ''), nullif(name, ''),
    coalesce(at, local AT TIME ZONE 'Europe/London'), jsonb_build_object('score', score), changed, to_jsonb(s) FROM up.several s
  UNION ALL SELECT 'several e-mail full', nullif(id, ''), NULL, nullif(mail, ''), nullif(kind, ''), nullif(name, ''), at, NULL, NULL, to_jsonb(s) FROM up.several s
  UNION ALL SELECT 'part e-mail cut', id::text, NULL, nullif(mail, ''), 'session', nullif(name, ''), at, NULL, changed, to_jsonb(s) FROM up.part s;
CREATE VIEW judged AS
  SELECT m.*,
    row_number() OVER (PARTITION BY source, id ORDER BY changed DESC NULLS LAST, at DESC NULLS LAST, payload DESC NULLS LAST, name COLLATE "C" DESC NULLS LAST,
      kind COLLATE "C" DESC NULLS LAST, person COLLATE "C" DESC NULLS LAST, mail COLLATE "C" DESC NULLS LAST) AS rank,
    count(*) OVER (PARTITION BY source, id) AS copies,
    CASE
      WHEN id IS NULL THEN 'no_record_id'
      WHEN at IS NULL THEN 'no_time'
      WHEN NOT isfinite(at) THEN 'invalid_time'
      WHEN kind IS NULL THEN 'no_event_type'
      WHEN kind NOT IN ('form', 'session', 'email', 'message', 'system') THEN 'unknown_event_type'
      WHEN person IS NOT NULL AND person NOT IN (SELECT nr::text FROM up.people WHERE nr IS NOT NULL) THEN 'unknown_contact'
      WHEN person IS NULL AND (SELECT count(DISTINCT nr) FROM up.people p WHERE lower(btrim(p.mail)) = lower(btrim(m.mail))) > 1 THEN 'ambiguous'
    END AS code,
    coalesce(person, (SELECT min(nr)::text FROM up.people p WHERE lower(btrim(p.mail)) = lower(btrim(m.mail)))) AS contact
  FROM mapped m;
CREATE TABLE judgement AS SELECT * FROM judged;
CREATE VIEW oracle_ledger AS
  SELECT j.*, lifecycle.event_fingerprint(contact_email, kind, name, 'test', at, payload) AS event_fingerprint FROM (
    SELECT source, id, contact AS contact_id, coalesce(mail, (SELECT min(p.mail COLLATE "C") FROM up.people p WHERE p.nr::text = person)) AS contact_email,
      kind, name, 'test' AS event_source, at, payload
    FROM judgement WHERE rank = 1 AND code IS NULL) j;
CREATE VIEW oracle_issues AS
  SELECT source, id, code, body FROM judgement WHERE id IS NOT NULL AND rank = 1 AND code IS NOT NULL
  UNION ALL SELECT DISTINCT source, id, code, body FROM judgement WHERE id IS NULL
  UNION ALL SELECT source, id, 'orphan', NULL FROM judgement WHERE rank = 1 AND code IS NULL AND contact IS NULL
  UNION ALL SELECT source, id, 'duplicate_record_id', NULL FROM judgement WHERE id IS NOT NULL AND rank = 1 AND copies > 1
  UNION ALL SELECT source, id, 'contact_mismatch', NULL FROM judgement j WHERE rank = 1 AND code IS NULL AND person IS NOT NULL AND mail IS NOT NULL
    AND EXISTS (SELECT FROM up.people p WHERE p.nr::text = j.person AND p.mail IS NOT NULL)
    AND NOT EXISTS (SELECT FROM up.people p WHERE p.nr::text = j.person AND lower(btrim(p.mail)) = lower(btrim(j.mail)));
CREATE VIEW ledger AS
  SELECT source_system COLLATE "default" AS source, source_record_id COLLATE "default" AS id, contact_id COLLATE "default" AS contact_id, contact_email, event_type AS kind,
    event_name AS name, event_source, event_timestamp AS at, payload, event_fingerprint FROM lifecycle.contact_events;
CREATE VIEW issues AS
  SELECT source_system COLLATE "default" AS source, source_record_id COLLATE "default" AS id, code, body FROM lifecycle.issues WHERE resolved_at IS NULL;

-- What a sync need not know: record ids of which a row went upstream since the last full pass.
CREATE TABLE gone (source text, id text);
CREATE TABLE differences (seed integer, step integer, run text, what text);
CREATE FUNCTION differing(full_pass boolean, sources text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('ledger %s: %s', side, r) FROM (
    SELECT 'lacks' AS side, r::text, r.source, r.id FROM (TABLE oracle_ledger EXCEPT TABLE ledger) r
    UNION ALL SELECT 'has', r::text, r.source, r.id FROM (TABLE ledger EXCEPT TABLE oracle_ledger) r) d (side, r, source, id)
  WHERE source = ANY (sources) AND (full_pass OR (source, id) NOT IN (TABLE gone))
  UNION ALL
  SELECT format('issues %s: %s', side, r) FROM (
    SELECT 'lack' AS side, r::text, r.source, r.id FROM (TABLE oracle_issues EXCEPT ALL TABLE issues) r
    UNION ALL SELECT 'have', r::text, r.source, r.id FROM (TABLE issues EXCEPT ALL TABLE oracle_issues) r) d (side, r, source, id)
  WHERE source = ANY (sources) AND (full_pass OR id IS NOT NULL AND (source, id) NOT IN (TABLE gone))
$$;

-- Chance
CREATE FUNCTION below(n integer) RETURNS integer LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * n)::integer $$;
CREATE FUNCTION pick(choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::integer] $$;
CREATE FUNCTION address() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() < 0.07 THEN NULL ELSE format(pick('{u%s@x.example,U%s@X.Example," u%s@x.example ",u%s@X.EXAMPLE}'), below(14)) END
$$;
CREATE FUNCTION moment() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT CASE below(20) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' ELSE timestamptz '2025-03-29' + below(40) * interval '37 minutes' END
$$;
CREATE FUNCTION kind() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT pick('{form,session,email,message,system,form,session,webinar,"",NULL}') $$;
CREATE FUNCTION person() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT CASE WHEN random() < 0.5 THEN NULL WHEN random() < 0.1 THEN '' ELSE below(14)::text END $$;

CREATE PROCEDURE change_something() LANGUAGE plpgsql AS $$
DECLARE
  some_id integer := (SELECT id FROM up.single ORDER BY random() LIMIT 1);
  some_row tid := (SELECT ctid FROM up.several ORDER BY random() LIMIT 1);
  some_person tid := (SELECT ctid FROM up.people ORDER BY random() LIMIT 1);
BEGIN
  CASE below(14)
    WHEN 0, 1 THEN
      INSERT INTO up.single VALUES ((SELECT coalesce(max(id), 0) + 1 FROM up.single), person(), address(), kind(), pick('{a,b,"",NULL}'), moment(), below(3),
        pick('{"[]","{}",NULL}')::jsonb, clock_timestamp());
    WHEN 2, 3 THEN
      INSERT INTO up.several VALUES (CASE WHEN random() < 0.08 THEN pick('{"",NULL}') ELSE below(30)::text END, person(), address(), kind(), pick('{a,b,"",NULL}'), moment(),
        moment() AT TIME ZONE 'UTC', below(3), CASE WHEN random() < 0.9 THEN clock_timestamp() END);
    WHEN 4, 5 THEN
      UPDATE up.single SET mail = CASE WHEN random() < 0.5 THEN address() ELSE mail END, person = CASE WHEN random() < 0.5 THEN person() ELSE person END,
        at = CASE WHEN random() < 0.3 THEN moment() ELSE at END, name = pick('{a,b,c}'), score = CASE WHEN random() < 0.3 THEN below(3) ELSE score END, changed = clock_timestamp()
      WHERE id = some_id;
    WHEN 6, 7 THEN
      UPDATE up.several SET mail = CASE WHEN random() < 0.5 THEN address() ELSE mail END, person = CASE WHEN random() < 0.5 THEN person() ELSE person END,
        at = CASE WHEN random() < 0.3 THEN moment() ELSE at END, kind = CASE WHEN random() < 0.3 THEN kind() ELSE kind END, changed = CASE WHEN random() < 0.9 THEN clock_timestamp() END
      WHERE ctid = some_row;
    WHEN 8 THEN
      INSERT INTO gone SELECT s.source_system, some_id FROM lifecycle.sources s;
      DELETE FROM up.single WHERE id = some_id;
    WHEN 9 THEN
      INSERT INTO gone SELECT s.source_system, coalesce(v.id, '') FROM lifecycle.sources s, up.several v WHERE v.ctid = some_row;
      IF random() < 0.5 THEN
        DELETE FROM up.several WHERE ctid = some_row;
      ELSE
        UPDATE up.several SET id = below(30)::text, changed = clock_timestamp() WHERE ctid = some_row;
      END IF;
    WHEN 10 THEN INSERT INTO up.people VALUES (below(14), address());
    WHEN 11 THEN INSERT INTO up.people SELECT nr, CASE WHEN random() < 0.5 THEN upper(mail) ELSE mail END FROM up.people WHERE ctid = some_person;
    WHEN 12 THEN UPDATE up.people SET mail = address() WHERE ctid = some_person;
    WHEN 13 THEN DELETE FROM up.people WHERE ctid = some_person;
  END CASE;
END
$$;

-- No query may be open around a CALL that commits, so the loops count.
CREATE PROCEDURE play(seed integer, steps integer) LANGUAGE plpgsql AS $$
DECLARE
  sources text[];
  run text;
  source text;
BEGIN
  PERFORM setseed(seed / 1000.0);
  TRUNCATE up.people, up.single, up.several, gone;
  FOR i IN 1 .. 12 LOOP INSERT INTO up.people VALUES (below(14), address()); END LOOP;
  FOR i IN 1 .. 300 LOOP CALL change_something(); END LOOP;
  FOR step IN 1 .. steps LOOP
    IF step > 1 THEN
      FOR i IN 1 .. 1 + below(12) LOOP CALL change_something(); END LOOP;
    END IF;
    COMMIT;
    run := CASE WHEN step = 1 THEN 'rebuild' WHEN step % 5 = 0 THEN pick('{rebuild,reconcile,reconcile}') ELSE 'sync' END;
    sources := ARRAY(SELECT s.source_system COLLATE "default" FROM lifecycle.sources s ORDER BY 1);
    source := CASE WHEN step > 1 AND random() < 0.3 THEN pick(sources) END;
    IF source IS NOT NULL THEN sources := ARRAY[source]; END IF;
    PERFORM set_config('lifecycle_ledger.chunk_rows', pick('{3,17,100000}'), false);
    CASE run
      WHEN 'rebuild' THEN CALL lifecycle.rebuild_contact_events(source);
      WHEN 'reconcile' THEN CALL lifecycle.reconcile_contact_events(source);
      ELSE CALL lifecycle.sync_contact_events(source);
    END CASE;
    COMMIT; -- and with it end the settings that a run pins
    TRUNCATE judgement;
    INSERT INTO judgement SELECT * FROM judged;
    INSERT INTO differences SELECT seed, step, concat_ws(' of ', run, source), d FROM differing(run <> 'sync', sources) d;
    IF run <> 'sync' THEN
      DELETE FROM gone g WHERE g.source = ANY (sources);
    END IF;
    COMMIT;
  END LOOP;
END
$$;
CALL play(1, 20);
CALL play(2, 20);
CALL play(3, 20);

CREATE FUNCTION none_of(runs text, name text) RETURNS text LANGUAGE sql AS $$
  SELECT is((SELECT string_agg(format('seed %s, step %s, %s: %s', seed, step, run, what), E'\n') FROM (
    SELECT * FROM differences WHERE run LIKE runs || '%' ORDER BY seed, step LIMIT 10) d), NULL, name)
$$;
SELECT none_of('rebuild', 'after a rebuild the ledger and its issues are what the plain query gives');
SELECT none_of('reconcile', '... after a reconcile');
SELECT none_of('sync', '... and after every sync, but for rows deleted upstream');
-- That the game was worth playing
SELECT set_eq('SELECT DISTINCT code FROM lifecycle.issues', '{no_record_id,no_time,invalid_time,no_event_type,unknown_event_type,unknown_contact,ambiguous,orphan,duplicate_record_id,contact_mismatch}'::text[], 'every trouble occurred');
SELECT cmp_ok((SELECT count(*) FROM lifecycle.issues WHERE resolution LIKE 'The row now belongs to contact%' AND code IN ('orphan', 'ambiguous', 'unknown_contact')), '>', 20::bigint,
  'rows were healed by changes of contacts or of their own');
SELECT cmp_ok((SELECT count(*) FROM lifecycle.pipeline_runs WHERE procedure = 'sync_contact_events' AND chunks > 1), '>', 5::bigint, 'syncs took several steps');
SELECT cmp_ok((SELECT count(*) FROM lifecycle.pipeline_runs WHERE procedure = 'sync_contact_events' AND source_system LIKE '%cut' AND rows_in BETWEEN 1 AND 40), '>', 50::bigint,
  '... and read some rows, not all');
SELECT is_empty('SELECT * FROM lifecycle.pipeline_runs WHERE rows_in <> written + unchanged + superseded + dead + held OR status <> ''succeeded''', 'every run adds up');
SELECT * FROM finish();
