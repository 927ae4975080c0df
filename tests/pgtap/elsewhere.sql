-- Tables whose rows lie elsewhere, as those of a distributed table do: nothing reads or writes their heap, and rows applied by SQL alone end
-- where the fast path ends. What makes a table one of these is a row in Citus's catalog: here ordinary tables are put into one of that name.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'America/New_York';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('near', '1 month', distributable => true);
CALL lifecycle.install_warehouse('far', '1 month', distributable => true);
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE TABLE plain (id uuid PRIMARY KEY, body text, record_version bigint);
CREATE TABLE distributed (LIKE plain INCLUDING ALL);
CREATE TABLE batch (LIKE plain);
SELECT is(lifecycle._lies_elsewhere('plain'), false, 'without a catalog of distributed tables there are none');

SET allow_system_table_mods = on;
CREATE TABLE pg_catalog.pg_dist_partition (relation oid);
SELECT is(lifecycle._lies_elsewhere('plain'), false, 'nor in one of another shape');
DROP TABLE pg_catalog.pg_dist_partition;
CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass NOT NULL);
RESET allow_system_table_mods;
SELECT is(lifecycle._lies_elsewhere('distributed'), false, 'nor before it is distributed');
INSERT INTO pg_catalog.pg_dist_partition SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'far'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname !~ '_keys$' UNION ALL SELECT 'distributed'::regclass;
SELECT is(lifecycle._lies_elsewhere('distributed'), true, 'a distributed table');
SET allow_system_table_mods = on;
CREATE UNIQUE INDEX pg_dist_partition_logical_relid_index ON pg_catalog.pg_dist_partition (logicalrelid);
RESET allow_system_table_mods;
SELECT is(lifecycle._lies_elsewhere('distributed'), true, '... found by its index');
SELECT is(lifecycle._lies_elsewhere('plain'), false, '... and others are none');

-- No heap of theirs is touched.
INSERT INTO batch VALUES (id(1), 'one', 1);
INSERT INTO plain SELECT * FROM batch;
SELECT is(lifecycle._takes_rows('plain') AND NOT lifecycle._takes_rows('distributed'), true, 'no rows are written into one in bulk');
SELECT throws_ok($$SELECT lifecycle._insert_rows('SELECT * FROM batch', '{distributed}')$$, '55000', NULL, '... on no account');
CREATE TABLE bare (id uuid, body text, record_version bigint);
CREATE TABLE rejects (body jsonb);
INSERT INTO pg_catalog.pg_dist_partition VALUES ('bare'::regclass);
SELECT throws_ok($$SELECT lifecycle._load('SELECT NULL::text, b.* FROM batch b', 'bare', 'rejects')$$, '0A000', NULL, '... nor loaded');
SELECT is((SELECT v.stale FROM lifecycle._versioned_insert('plain', 'batch', 'plain_pkey', 'SELECT true WHERE false') v), 1::bigint, 'versions of a plain table are read');
SELECT is((SELECT v.stale FROM lifecycle._versioned_insert('distributed', 'batch', 'distributed_pkey', 'SELECT true WHERE false') v), NULL, '... those of a distributed one are not');
SELECT is(lifecycle._rows_at_hand('plain', 'batch', '{id}'), 'plain'::regclass, 'the rows of a plain table are at hand');
INSERT INTO distributed SELECT id(n), 'row', 1 FROM generate_series(1, 5) n;
BEGIN;
SELECT results_eq(format('SELECT * FROM %s', lifecycle._rows_at_hand('distributed', 'batch', '{id}')), $$VALUES (id(1), 'row', 1::bigint)$$, '... of a distributed one those asked for are fetched');
UPDATE batch SET id = id(2);
SELECT results_eq(format('SELECT * FROM %s', lifecycle._rows_at_hand('distributed', 'batch', '{id}')), $$VALUES (id(2), 'row', 1::bigint)$$, '... anew each time');
COMMIT;
TRUNCATE distributed, plain;
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'a@example.com'), ('c2', 'b@example.com');
INSERT INTO pg_catalog.pg_dist_partition VALUES ('lifecycle.contacts'::regclass);
SELECT is((SELECT r.contact_id FROM lifecycle.resolve_contact(NULL, 'B@example.com') r), 'c2', 'contacts in a reference table are found');

-- Versions: the same batches into both, at random.
CREATE FUNCTION versions(rounds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  near record;
  far record;
  differs bigint;
BEGIN
  FOR round IN 1 .. rounds LOOP
    TRUNCATE batch;
    INSERT INTO batch SELECT id((random() ^ 2 * 600)::integer), 'content ' || (random() * 3)::integer, round / 3 + (random() * 6)::integer
      FROM generate_series(1, (ARRAY[0, 1, 40, 900])[1 + (random() * 3)::integer]);
    SELECT * INTO near FROM lifecycle.versioned_upsert('plain', 'batch');
    SELECT * INTO far FROM lifecycle.versioned_upsert('distributed', 'batch');
    SELECT count(*) INTO differs FROM plain p FULL JOIN distributed d USING (id) WHERE p IS DISTINCT FROM d;
    IF near IS DISTINCT FROM far OR differs > 0 THEN
      RETURN format('round %s: near %s, far %s, %s rows differ', round, near, far, differs);
    END IF;
    DELETE FROM plain WHERE random() < 0.05;
    DELETE FROM distributed d WHERE NOT EXISTS (SELECT FROM plain p WHERE p.id = d.id);
  END LOOP;
  RETURN 'all equal';
END $$;
SELECT setseed(0.7) \g /dev/null
SELECT is(versions(40), 'all equal', 'versions end the same, with the same counts');
CREATE TABLE far_batch (LIKE batch);
INSERT INTO pg_catalog.pg_dist_partition VALUES ('far_batch'::regclass);
INSERT INTO far_batch SELECT id(700 + n % 9), 'from afar', n FROM generate_series(1, 30) n;
SELECT is((SELECT v::text FROM lifecycle.versioned_upsert('plain', 'far_batch') v), '(9,0,21)', 'a batch that lies elsewhere');
TRUNCATE batch;
INSERT INTO batch VALUES (id(1), 'no version', NULL);
SELECT throws_ok($$SELECT lifecycle.versioned_upsert('distributed', 'batch')$$, '23502', NULL, 'a row without a version');

-- The datasets of a warehouse: the same batches into both, at random, with repeats, other content, other tenants and times under used keys.
CREATE TABLE runs AS SELECT * FROM near.dx_operation_runs_v1;
CREATE TABLE events AS SELECT * FROM near.dx_operation_events_v1;
CREATE TABLE companies AS SELECT * FROM near.dx_company_entities_v1;
CREATE TABLE snapshots AS SELECT * FROM near.dx_entity_snapshots_v1;
CREATE VIEW shuffled_runs AS SELECT * FROM runs ORDER BY md5(ctid::text);
CREATE FUNCTION differences(dataset text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM ((TABLE near.%1$I EXCEPT ALL TABLE far.%1$I) UNION ALL (TABLE far.%1$I EXCEPT ALL TABLE near.%1$I)) x', dataset) INTO found;
  RETURN found;
END $$;
-- Dead letters are the dataset's, of whatever warehouse: the second time they are known already, all of them.
CREATE FUNCTION apply(dataset text, source regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  near record;
  far record;
  letters bigint;
  since bigint := lifecycle._command_number();
BEGIN
  SELECT * INTO near FROM lifecycle._apply_rows(dataset, source, 'near');
  PERFORM lifecycle._verify_applied(dataset, source, 'near', near.dead, since);
  letters := (SELECT count(*) FROM lifecycle.dead_letters);
  since := lifecycle._command_number();
  SELECT * INTO far FROM lifecycle._apply_rows(dataset, source, 'far');
  PERFORM lifecycle._verify_applied(dataset, source, 'far', far.dead, since);
  IF near IS DISTINCT FROM far OR letters <> (SELECT count(*) FROM lifecycle.dead_letters) OR differences(dataset) + differences('dx_entity_snapshots_v1') > 0 THEN
    RETURN format('near %s, far %s, %s dead letters more, %s rows and %s versions differ', near, far, (SELECT count(*) FROM lifecycle.dead_letters) - letters, differences(dataset), differences('dx_entity_snapshots_v1'));
  END IF;
  RETURN 'same';
END $$;
CREATE FUNCTION rounds(rounds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  FOR round IN 1 .. rounds LOOP
    TRUNCATE runs, events, companies, snapshots;
    INSERT INTO runs SELECT 'v1', id(n), NULL, NULL, 'op', 'act', 'company', id(n), id(CASE WHEN random() < 0.02 THEN 99 ELSE n % 7 END), NULL, NULL, 'succeeded', 1, t, t, 1,
        CASE WHEN random() < 0.05 THEN -1 ELSE n END, NULL, NULL, CASE WHEN random() < 0.02 THEN t + interval '1 day' ELSE t END
      FROM generate_series(1, (random() * 300)::integer) i, LATERAL (SELECT (random() * 500)::integer AS n, i) k, LATERAL (SELECT timestamptz '2025-06-20 00:00+00' + n * interval '2 hours' AS t) t;
    INSERT INTO events SELECT 'v1', id(n), id(n / 10), 'error', CASE WHEN random() < 0.03 THEN 0 ELSE n % 10 END, timestamptz '2025-07-01 00:00+00' + n * interval '1 minute', id(n % 5), NULL, 'company', id(n),
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, jsonb_build_object('n', n)
      FROM generate_series(1, (random() * 300)::integer) i, LATERAL (SELECT (random() * 900)::integer AS n, i) k;
    INSERT INTO companies SELECT 'v1', id(n % 6), id(9), id(n), 'company ' || n || ', version ' || v, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.5, NULL, NULL, NULL, NULL, v, timestamptz '2025-01-01 00:00+00' + v * interval '1 day',
        CASE WHEN v % 9 = 0 THEN timestamptz '2025-01-01 00:00+00' END
      FROM generate_series(1, (random() * 200)::integer) i, LATERAL (SELECT (random() * 80)::integer AS n, (random() * 40)::integer AS v, i) k;
    INSERT INTO snapshots SELECT 'v1', id(CASE WHEN random() < 0.1 THEN 5000 ELSE 6000 + n * 50 + v END), id(n % 6), 'person', id(n), v, '{"n": 1}', timestamptz '2025-01-01 00:00+00' + v * interval '1 day', NULL
      FROM generate_series(1, (random() * 100)::integer) i, LATERAL (SELECT (random() * 80)::integer AS n, (random() * 40)::integer AS v, i) k;
    found := nullif(concat_ws(', ', apply('dx_operation_runs_v1', CASE round % 2 WHEN 0 THEN 'runs' ELSE 'shuffled_runs' END::regclass), apply('dx_operation_events_v1', 'events'),
      apply('dx_company_entities_v1', 'companies'), apply('dx_entity_snapshots_v1', 'snapshots')), 'same, same, same, same');
    IF found IS NOT NULL THEN
      RETURN format('round %s: %s', round, found);
    END IF;
  END LOOP;
  RETURN 'all equal';
END $$;
SELECT is(rounds(15), 'all equal', 'batches of every dataset end the same, with the same counts and dead letters');
SELECT cmp_ok((SELECT count(*) FROM lifecycle.dead_letters), '>', 50::bigint, '... of which there were some');
SELECT is((SELECT count(*) FROM far.dx_operation_runs_v1), (SELECT count(*) FROM far.dx_operation_runs_v1_keys), '... every run has its key');
PREPARE as_of AS SELECT n, e.* FROM generate_series(0, 80) n, lifecycle.entity_as_of('dx_company_entities_v1', id(n % 6), id(n), '2025-01-20+00', $1) e ORDER BY n;
SELECT results_eq($$EXECUTE as_of('far')$$, $$EXECUTE as_of('near')$$, 'what they were at a time');

-- receive_batch(), by which another server delivers
SELECT string_agg(lifecycle.ndjson(c), E'\n') AS lines FROM (SELECT * FROM near.dx_company_entities_v1 LIMIT 30) c \gset
SELECT is((SELECT format('%s %s %s %s', rows_in, written, unchanged, dead) FROM lifecycle.receive_batch('dx_company_entities_v1', id(1), :'lines' || E'\nnonsense', warehouse => 'far')), '31 0 30 1', 'a batch is received');
SELECT is((SELECT repeated FROM lifecycle.receive_batch('dx_company_entities_v1', id(1), :'lines' || E'\nnonsense', warehouse => 'far')), true, '... once');

-- Keys must be here, all of them.
INSERT INTO pg_catalog.pg_dist_partition VALUES ('far.dx_operation_runs_v1_keys'::regclass);
SELECT throws_ok($$SELECT lifecycle._apply_rows('dx_operation_runs_v1', 'runs', 'far')$$, '0A000', 'the keys of dataset "dx_operation_runs_v1" are not on this node alone: far.dx_operation_runs_v1_keys', 'a table of keys that is distributed');

-- What has to be on this node, and is not, is told.
CREATE EXTENSION dblink;
CREATE FUNCTION error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dblink_exec(format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user), command);
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
INSERT INTO pg_catalog.pg_dist_partition SELECT format('lifecycle.%I', name)::regclass FROM unnest('{secret_rules,event_rules,contact_source,contact_events}'::text[]) name;
SELECT is(error_of($$CALL lifecycle.sync_contact_events()$$), '0A000 sync_contact_events: contact_events is distributed, and runs write to a ledger on one node', 'a ledger');
SELECT is(error_of($$SELECT lifecycle.secrets_in('{}')$$), '0A000 the rows of lifecycle.secret_rules lie on other nodes', 'rules of secrets');
SELECT is(error_of($$SELECT lifecycle.event_problems('{}')$$), '0A000 the rows of lifecycle.event_rules lie on other nodes', 'the contract of events');
SELECT is(error_of($$SELECT lifecycle.resolve_contact(NULL, 'a@example.com')$$), '0A000 the rows of lifecycle.contact_source lie on other nodes', 'which contacts are meant');
SELECT * FROM finish();
