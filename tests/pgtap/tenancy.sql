-- Tenants in a warehouse: each sees its own rows, errors and dead letters, whatever it tries; owner, readers and receivers are unaffected.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('HQ');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
-- What a role gets: the result of a query of one value, or the error's SQLSTATE.
CREATE FUNCTION got(who name, query text, setting text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  value text;
BEGIN
  PERFORM set_config('lifecycle_ledger.org_id', setting, true);
  EXECUTE format('SET LOCAL ROLE %I', who);
  EXECUTE query INTO value;
  RESET ROLE;
  RETURN value;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;

CREATE ROLE tenancy_one;
CREATE ROLE tenancy_two;
CREATE ROLE tenancy_group NOLOGIN;
CREATE ROLE tenancy_member IN ROLE tenancy_group;
CREATE ROLE tenancy_both;
CREATE ROLE tenancy_pooler;
CREATE ROLE tenancy_reader;
CREATE ROLE tenancy_receiver;
CREATE ROLE tenancy_nobody;
CREATE ROLE tenancy_bypass BYPASSRLS;
CREATE ROLE "Tenancy ""odd""";

-- Rows of three tenants
CREATE TABLE runs AS SELECT * FROM "HQ".dx_operation_runs_v1;
INSERT INTO runs SELECT 'v1', id(n), NULL, NULL, 'op', 'act', 'company', id(n), id(1000 + n % 3), NULL, NULL, 'succeeded', 1, t, t, 1, n, NULL, CASE n % 3 WHEN 0 THEN 'secret of zero' END, t
  FROM generate_series(1, 300) n, LATERAL (SELECT timestamptz '2025-07-01 12:00+00' + n % 4 * interval '1 day' AS t) x;
SELECT is((SELECT written FROM lifecycle._apply_rows('dx_operation_runs_v1', 'runs', 'HQ')), 300::bigint, 'rows of three tenants');
CREATE TABLE persons AS SELECT * FROM "HQ".dx_person_entities_v1;
INSERT INTO persons (export_schema_version, org_id, entity_id, full_name, record_version, updated_at) SELECT 'v1', id(1000 + n % 3), id(n), 'person ' || n, 1, '2025-07-01+00' FROM generate_series(1, 30) n;
SELECT is((SELECT snapshots FROM lifecycle._apply_rows('dx_person_entities_v1', 'persons', 'HQ')), 30::bigint, '... with versions');

-- Registration
SELECT throws_ok($$SELECT lifecycle.grant_tenant('tenancy_one', id(1000), 'nowhere')$$, '42P01', 'there is no warehouse "nowhere"', 'no such warehouse');
SELECT throws_ok($$SELECT lifecycle.grant_tenant('tenancy_one', NULL, 'HQ')$$, '22004', NULL, 'no tenant');
SELECT throws_ok($$SELECT lifecycle.grant_tenant('tenancy_nowhere', id(1000), 'HQ')$$, '42704', NULL, 'no such role');
SELECT throws_ok($$SELECT lifecycle.grant_tenant('tenancy_bypass', id(1000), 'HQ')$$, '55000', 'role tenancy_bypass cannot be a tenant of warehouse "HQ"', 'a role that policies do not bind');
SELECT throws_ok(format('SELECT lifecycle.grant_tenant(%L, id(1000), ''HQ'')', current_user), '55000', NULL, '... such as a superuser');
SELECT throws_ok($$SELECT lifecycle.grant_warehouse('tenancy_reader', 'owner', 'HQ')$$, '22023', NULL, 'an unknown duty');
SELECT is(got('tenancy_nobody', $$SELECT count(*) FROM "HQ".dx_operation_runs_v1$$), '42501', 'at first nobody may read');
GRANT USAGE ON SCHEMA "HQ" TO tenancy_nobody;
GRANT SELECT ON ALL TABLES IN SCHEMA "HQ" TO tenancy_nobody;
-- Where there is a row to ask about, it may not ask; an empty table asks no policy, and a partition has none.
SELECT is(got('tenancy_nobody', format('SELECT count(*) FROM "HQ".%I', relation)), wanted, format('to whom the tables were granted in passing: %s of %s', wanted, relation))
  FROM (VALUES ('dx_operation_runs_v1', '42501'), ('dx_operation_runs_v1_keys', '42501'), ('dx_person_entities_v1', '42501'), ('dx_entity_snapshots_v1', '42501'), ('dx_company_entities_v1', '0')) v (relation, wanted);
SELECT is(got('tenancy_nobody', format('SELECT count(*) FROM %s', inhrelid::regclass)), '0', format('... 0 of %s', inhrelid::regclass)) FROM pg_inherits WHERE inhparent = '"HQ".dx_operation_runs_v1'::regclass
  AND inhrelid::regclass::text LIKE '%2025_07_02%';
SELECT ok(got('tenancy_nobody', format('SELECT count(*) FROM %s', c.oid::regclass)) IN ('0', '42501'), '... and nothing of ' || relname)
  FROM pg_class c WHERE relnamespace = '"HQ"'::regnamespace AND relkind IN ('r', 'p') AND (NOT relispartition OR relname LIKE '%2025_07_02') ORDER BY relname;
GRANT USAGE ON SCHEMA lifecycle TO tenancy_nobody;
GRANT SELECT ON lifecycle.warehouse_roles TO tenancy_nobody;
SELECT is(got('tenancy_nobody', $$SELECT count(*) FROM "HQ".dx_operation_runs_v1$$), '0', '... nor with the right to ask whose tenant it is');

SELECT lifecycle.grant_tenant('tenancy_one', id(1001), 'HQ');
SELECT lifecycle.grant_tenant('tenancy_one', id(1001), 'HQ');
SELECT lifecycle.grant_tenant('tenancy_two', id(1002), 'HQ');
SELECT lifecycle.grant_tenant('tenancy_group', id(1000), 'HQ');
SELECT lifecycle.grant_tenant('tenancy_both', org, 'HQ') FROM unnest(ARRAY[id(1000), id(1001)]) org;
SELECT lifecycle.grant_tenant('"Tenancy ""odd"""', id(1002), 'HQ');
SELECT lifecycle.grant_warehouse('tenancy_pooler', 'pooler', 'HQ');
SELECT lifecycle.grant_warehouse('tenancy_reader', 'reader', 'HQ');
SELECT lifecycle.grant_warehouse('tenancy_receiver', 'receiver', 'HQ');
SELECT is((SELECT count(*) FROM lifecycle.warehouse_roles), 9::bigint, 'granted once, however often');
SELECT throws_ok($$SELECT lifecycle.grant_tenant('tenancy_reader', id(1000), 'HQ')$$, '55000', NULL, 'a reader is no tenant');
SELECT is(got('tenancy_one', $$SELECT lifecycle.grant_tenant('tenancy_one', id(1000), 'HQ')$$), '42501', 'a tenant grants nothing');

-- What each sees
CREATE FUNCTION orgs(who name, relation text, setting text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT got(who, format('SELECT string_agg(org || '' '' || n, '', '' ORDER BY org) FROM (SELECT CASE org_id WHEN %L THEN ''zero'' WHEN %L THEN ''one'' WHEN %L THEN ''two'' END AS org, count(*) AS n FROM %s GROUP BY 1) x',
    id(1000), id(1001), id(1002), relation), setting)
$$;
SELECT is(orgs('tenancy_one', '"HQ".dx_operation_runs_v1'), 'one 100', 'a tenant sees its runs');
SELECT is(orgs('tenancy_one', '"HQ".dx_person_entities_v1'), 'one 10', '... its entities');
SELECT is(orgs('tenancy_one', '"HQ".dx_entity_snapshots_v1'), 'one 10', '... their versions');
SELECT is(orgs('tenancy_two', '"HQ".dx_operation_runs_v1'), 'two 100', 'another one its own');
SELECT is(orgs('tenancy_member', '"HQ".dx_operation_runs_v1'), 'zero 100', 'a member of a group what the group sees');
SELECT is(orgs('Tenancy "odd"', '"HQ".dx_operation_runs_v1'), 'two 100', 'whatever its name');
SELECT is(orgs('tenancy_both', '"HQ".dx_operation_runs_v1'), 'one 100, zero 100', 'who stands for two sees both');
SELECT is(orgs('tenancy_one', '"HQ".dx_operation_runs_v1_keys'), '42501', 'the table of keys is not a tenant''s');
SELECT is(orgs('tenancy_one', (SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = '"HQ".dx_operation_runs_v1'::regclass)), '42501', 'nor is a partition');
SELECT is(got('tenancy_one', format($$SELECT payload ->> 'full_name' FROM lifecycle.entity_as_of('dx_person_entities_v1', %L, %L, now(), 'HQ')$$, id(1001), id(4))), 'person 4', 'a tenant looks back on its own');
SELECT is(got('tenancy_one', format($$SELECT payload ->> 'full_name' FROM lifecycle.entity_as_of('dx_person_entities_v1', %L, %L, now(), 'HQ')$$, id(1002), id(5))), NULL, '... and on nobody else''s');
SELECT is(got('tenancy_one', 'SELECT lifecycle.tenants()::text'), format('{%s}', id(1001)), 'whom it stands for it may know');
SELECT is(got('tenancy_one', 'SELECT count(*) FROM lifecycle.warehouse_roles'), '1', '... not who others stand for');
SELECT is(orgs('tenancy_reader', '"HQ".dx_operation_runs_v1'), 'one 100, two 100, zero 100', 'a reader sees all');
SELECT is(orgs(current_user, '"HQ".dx_operation_runs_v1'), 'one 100, two 100, zero 100', 'the owner too');

-- By a setting: for the one role that is trusted with it
SELECT is(orgs('tenancy_pooler', '"HQ".dx_operation_runs_v1'), NULL, 'a pooler that names no tenant sees nothing');
SELECT is(orgs('tenancy_pooler', '"HQ".dx_operation_runs_v1', id(1002)::text), 'two 100', '... and the rows of the tenant it names');
SELECT is(orgs('tenancy_pooler', '"HQ".dx_operation_runs_v1', 'x'), '22P02', 'a tenant that is none');
SELECT is(orgs('tenancy_one', '"HQ".dx_operation_runs_v1', id(1002)::text), 'one 100', 'whoever is no pooler names in vain');

-- Attempts
CREATE FUNCTION attempt(query text) RETURNS text LANGUAGE sql AS $$ SELECT got('tenancy_one', query) $$;
CREATE SCHEMA tenant_space AUTHORIZATION tenancy_one;
SET ROLE tenancy_one;
CREATE TABLE tenant_space.seen (what text);
-- Cheap, so that the planner would like to ask it first.
CREATE FUNCTION tenant_space.leak(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
  INSERT INTO tenant_space.seen VALUES (what);
  RAISE NOTICE '%', what;
  RETURN true;
END $$;
CREATE FUNCTION tenant_space.same(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RETURN tenant_space.leak($1) AND $1 = $2; END $$;
CREATE OPERATOR tenant_space.=== (LEFTARG = text, RIGHTARG = text, PROCEDURE = tenant_space.same, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE VIEW tenant_space.runs AS SELECT * FROM "HQ".dx_operation_runs_v1;
CREATE VIEW tenant_space.persons AS SELECT * FROM "HQ".dx_person_entities_v1;
SET client_min_messages = error;
SELECT is((SELECT count(*) FROM tenant_space.runs WHERE tenant_space.leak(run_id::text)), 100::bigint, 'a leaky function in a view of its own');
SELECT is((SELECT count(*) FROM "HQ".dx_person_entities_v1 WHERE tenant_space.leak(full_name)), 10::bigint, '... in a query');
SELECT is((SELECT count(*) FROM "HQ".dx_person_entities_v1 WHERE full_name OPERATOR(tenant_space.===) 'person 4'), 1::bigint, '... as an operator');
SELECT is((SELECT count(*) FROM "HQ".dx_person_entities_v1 p JOIN "HQ".dx_operation_runs_v1 r ON p.entity_id = r.run_id AND tenant_space.leak(p.full_name || r.run_id)), 10::bigint, '... in a join');
SELECT is((SELECT count(*) FROM "HQ".dx_operation_runs_v1 WHERE created_at >= '2025-07-02+00' AND CASE WHEN tenant_space.leak(run_id::text) THEN true END), 75::bigint, '... in a CASE, with partitions pruned');
SET client_min_messages = warning;
RESET ROLE;
SELECT is_empty($$SELECT what FROM tenant_space.seen s WHERE NOT EXISTS (SELECT FROM runs r WHERE r.org_id = id(1001) AND s.what LIKE '%' || r.run_id)
  AND NOT EXISTS (SELECT FROM persons p WHERE p.org_id = id(1001) AND s.what LIKE p.full_name || '%')$$, 'no such function was asked about a row of another tenant');
SELECT cmp_ok((SELECT count(*) FROM tenant_space.seen), '>=', 205::bigint, '... though it was asked');
SELECT is(attempt($$SELECT count(error_message::integer) FROM "HQ".dx_operation_runs_v1$$), '0', 'a cast that would fail on another tenant''s row and quote it');
SELECT is(attempt($$SELECT count(*) FROM "HQ".dx_operation_runs_v1 WHERE 1 / (CASE WHEN error_message IS NOT NULL THEN 0 ELSE 1 END) > 0$$), '100', '... a division');
SELECT is(attempt($$SELECT set_config('row_security', 'off', true)$$), 'off', 'row_security off ...');
SELECT is(attempt($$WITH off AS MATERIALIZED (SELECT set_config('row_security', 'off', true)) SELECT count(*) FROM off, "HQ".dx_operation_runs_v1$$), '42501', '... in the middle of a query');
SELECT is(attempt($$INSERT INTO "HQ".dx_operation_runs_v1 SELECT * FROM "HQ".dx_operation_runs_v1 LIMIT 1$$), '42501', 'writing, which would tell by its errors which keys are taken');
SELECT is(attempt(statement), '42501', 'refused: ' || statement) FROM unnest(ARRAY[
  $$INSERT INTO "HQ".dx_person_entities_v1 (export_schema_version, org_id, entity_id, record_version, updated_at) SELECT 'v1', id(1002), id(5), 1, now()$$,
  $$UPDATE "HQ".dx_person_entities_v1 SET full_name = full_name$$, $$DELETE FROM "HQ".dx_person_entities_v1$$, $$TRUNCATE "HQ".dx_person_entities_v1$$,
  $$SELECT 1 FROM "HQ".dx_person_entities_v1 FOR UPDATE$$, $$LOCK "HQ".dx_person_entities_v1 IN ACCESS EXCLUSIVE MODE$$,
  $$ALTER TABLE "HQ".dx_person_entities_v1 DISABLE ROW LEVEL SECURITY$$, $$DROP POLICY tenant ON "HQ".dx_person_entities_v1$$,
  $$CREATE TABLE tenant_space.pointing (org uuid, entity uuid, FOREIGN KEY (org, entity) REFERENCES "HQ".dx_person_entities_v1)$$,
  $$CREATE STATISTICS tenant_space.s ON org_id, full_name FROM "HQ".dx_person_entities_v1$$,
  $$UPDATE lifecycle.warehouse_roles SET org_id = id(1002)$$, $$INSERT INTO lifecycle.warehouse_roles VALUES ('HQ', 'tenancy_one', 'reader')$$,
  $$SELECT count(*) FROM lifecycle.dead_letters$$, $$SELECT count(*) FROM lifecycle.export_batches$$, $$SELECT count(*) FROM lifecycle.pipeline_runs$$,
  $$SELECT count(*) FROM lifecycle.warehouses$$, $$SELECT count(*) FROM lifecycle.dataset_sources$$, $$SELECT count(*) FROM lifecycle.alerts$$]) statement;
SELECT is(attempt($$SELECT count(*) FROM pg_stats WHERE schemaname = 'HQ' AND tablename LIKE 'dx%'$$), '0', 'statistics, which hold values, are hidden');
-- What compares a batch with the table from C falls back on what the policy shows, or asks for privileges.
SELECT is(attempt($$SELECT count(*) FROM lifecycle.versioned_upsert('"HQ".dx_person_entities_v1', 'tenant_space.persons')$$), '42501', 'a batch that asks which versions are there');
SELECT is(attempt($$SELECT inserted FROM lifecycle._versioned_insert('"HQ".dx_person_entities_v1', 'tenant_space.persons', '"HQ".dx_person_entities_v1_pkey', 'SELECT true FROM survivors')$$), NULL, '... by itself');
-- A plan made for one is not used for the other.
GRANT tenancy_one, tenancy_two TO CURRENT_USER;
SET ROLE tenancy_one;
PREPARE mine AS SELECT string_agg(DISTINCT org_id::text, ',') FROM "HQ".dx_operation_runs_v1;
SET plan_cache_mode = force_generic_plan;
EXECUTE mine \gset one_
SET ROLE tenancy_two;
EXECUTE mine \gset two_
RESET ROLE;
RESET plan_cache_mode;
SELECT is(:'one_string_agg' || ' ' || :'two_string_agg', id(1001) || ' ' || id(1002), 'a prepared statement asks anew who asks');
CREATE FUNCTION explained(query text, options text DEFAULT 'COSTS off') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text; lines text := '';
BEGIN
  SET LOCAL ROLE tenancy_one;
  FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, query) LOOP
    lines := lines || line || E'\n';
  END LOOP;
  RESET ROLE;
  RETURN lines;
END $$;
SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
SELECT unalike(explained($$SELECT * FROM "HQ".dx_person_entities_v1 WHERE full_name LIKE 'person%'$$, 'ANALYZE, VERBOSE, TIMING off'), '%person 5%', 'EXPLAIN ANALYZE tells no value of another tenant (how many rows the policy removed it does)');
RESET enable_indexscan; RESET enable_bitmapscan; RESET enable_indexonlyscan;

-- The policy uses indexes, and partitions are pruned beside it.
INSERT INTO "HQ".dx_person_entities_v1 (export_schema_version, org_id, entity_id, full_name, record_version, updated_at) SELECT 'v1', id(2000 + n % 500), id(n), 'person ' || n, 1, '2025-07-01+00' FROM generate_series(1, 20000) n;
ANALYZE "HQ".dx_person_entities_v1;
SELECT matches(explained('SELECT * FROM "HQ".dx_person_entities_v1'), 'Index Cond: \(org_id = ANY', 'the policy is an index condition');
SELECT unalike(explained('SELECT * FROM "HQ".dx_person_entities_v1'), '%Seq Scan on dx_person%', '... and no scan of the whole');
SELECT matches(explained(format('SELECT * FROM "HQ".dx_person_entities_v1 WHERE entity_id = %L', id(1))), 'Index Cond: .*org_id = ANY.*entity_id =|Index Cond: .*entity_id =.*org_id = ANY', '... together with the query''s own');
SELECT is((SELECT count(*) FROM regexp_matches(explained($$SELECT * FROM "HQ".dx_operation_runs_v1 WHERE created_at >= '2025-07-02+00' AND created_at < '2025-07-03+00'$$), ' on dx_operation_runs_v1_p\w+ ', 'g')), 1::bigint, 'one partition of a day');
SELECT matches(explained($$SELECT * FROM "HQ".dx_operation_runs_v1 WHERE created_at >= '2025-07-02+00' AND created_at < '2025-07-03+00'$$), 'lifecycle.tenants|\$0|InitPlan 1', '... with the policy');
SELECT is((SELECT count(*) FROM regexp_matches(explained($$SELECT * FROM "HQ".dx_person_entities_v1$$), '\n *InitPlan', 'g')), 1::bigint, 'whom the role stands for is asked once a query');

-- Dead letters
TRUNCATE runs;
INSERT INTO runs SELECT 'v1', id(1), NULL, NULL, 'op', 'other', 'company', id(1), id(1002), NULL, NULL, 'succeeded', 1, now(), now(), 1, 1, NULL, 'what two has', '2025-07-02 12:00+00';
INSERT INTO runs SELECT * FROM "HQ".dx_operation_runs_v1 WHERE run_id = id(4);
UPDATE runs SET error_message = 'changed' WHERE run_id = id(4);
SELECT is((SELECT dead FROM lifecycle._apply_rows('dx_operation_runs_v1', 'runs', 'HQ')), 2::bigint, 'two rows that cannot be applied');
SELECT is((SELECT string_agg(org_id, ', ' ORDER BY code DESC) FROM lifecycle.dead_letters), id(1002) || ', ' || id(1001), '... are dead letters of their tenants');
SELECT is(got('tenancy_two', $$SELECT string_agg(code || ': ' || detail || ' ' || (body::json ->> 'error_message'), '; ') FROM lifecycle.tenant_dead_letters$$), 'key_reused: The key was taken by another row. what two has',
  'a tenant sees its own, and not whose row has the key');
SELECT is(got('tenancy_one', $$SELECT string_agg(code || ' ' || org_id, '; ') FROM lifecycle.tenant_dead_letters$$), 'content_differs ' || id(1001), 'the other one its own');
SELECT is(got('tenancy_nobody', 'SELECT count(*) FROM lifecycle.tenant_dead_letters'), '42501', 'who is no tenant none');
SELECT is(got('tenancy_reader', 'SELECT count(*) FROM lifecycle.tenant_dead_letters'), '42501', 'nor a reader');
TRUNCATE tenant_space.seen;
SELECT is(attempt('SELECT count(*) FROM lifecycle.tenant_dead_letters WHERE tenant_space.leak(body)'), '1', 'a leaky function');
SELECT is((SELECT count(*) FROM tenant_space.seen), 1::bigint, '... is asked about those alone');

-- A receiver does what applying takes, and nothing else.
CREATE FUNCTION received(dataset text, source regclass) RETURNS text LANGUAGE sql AS $$
  SELECT got('tenancy_receiver', format('SELECT concat_ws('' '', rows_in, written, unchanged, dead, snapshots) FROM lifecycle._apply_rows(%L, %L, ''HQ'')', dataset, source))
$$;
GRANT SELECT ON runs, persons TO tenancy_receiver;
GRANT USAGE ON SCHEMA public TO tenancy_receiver;
UPDATE runs SET run_id = id(5000), error_message = NULL WHERE run_id = id(4);
SELECT is(received('dx_operation_runs_v1', 'runs'), '2 1 0 1 0', 'a receiver applies runs, dead letters included');
UPDATE persons SET record_version = 2, full_name = full_name || ' later' WHERE entity_id = id(4);
SELECT is(received('dx_person_entities_v1', 'persons'), '30 1 29 0 1', '... and versions of entities');
SELECT is(received('dx_person_entities_v1', 'persons'), '30 0 30 0 0', '... once');
SELECT is(got('tenancy_receiver', 'UPDATE "HQ".dx_operation_runs_v1 SET cost_usd = 0'), '42501', 'it may not change what is only added to');
SELECT is(got('tenancy_receiver', 'DELETE FROM "HQ".dx_person_entities_v1'), '42501', '... nor remove');
SELECT is(got('tenancy_reader', $$UPDATE "HQ".dx_person_entities_v1 SET title = 'x'$$), '42501', 'a reader writes nothing');

-- New partitions, new tables
INSERT INTO runs SELECT * FROM "HQ".dx_operation_runs_v1 WHERE run_id = id(7);
UPDATE runs SET run_id = id(7000), created_at = '2026-01-15 12:00+00';
DELETE FROM runs WHERE ctid <> (SELECT min(ctid) FROM runs);
SELECT is((SELECT written FROM lifecycle._apply_rows('dx_operation_runs_v1', 'runs', 'HQ')), 1::bigint, 'a partition is made');
CREATE TABLE "HQ".by_hand PARTITION OF "HQ".dx_operation_runs_v1 FOR VALUES FROM ('2024-01-01+00') TO ('2024-01-02+00');
CALL lifecycle.maintain_partitions();
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = '"HQ"'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity$$, 'row-level security is on in every table and partition');
DELETE FROM lifecycle.warehouse_tables WHERE dataset = 'dx_company_entities_v1';
DROP TABLE "HQ".dx_company_entities_v1;
CALL lifecycle.install_warehouse('HQ');
SELECT is(orgs('tenancy_one', '"HQ".dx_company_entities_v1'), NULL, 'a table that came later: a tenant may ask');
SELECT is(got('tenancy_receiver', $$INSERT INTO "HQ".dx_company_entities_v1 (export_schema_version, org_id, company_id, entity_id, record_version, updated_at) VALUES ('v1', id(1001), id(1), id(1), 1, now()) RETURNING 'written'$$), 'written', '... and a receiver write');
SELECT is(orgs('tenancy_one', '"HQ".dx_company_entities_v1'), 'one 1', '... what the tenant sees');

-- Two warehouses
CALL lifecycle.install_warehouse('hq2');
SELECT lifecycle.grant_tenant('tenancy_one', id(1002), 'hq2');
SELECT is(orgs('tenancy_one', '"HQ".dx_operation_runs_v1'), 'one 101', 'whom a role stands for holds for one warehouse');
SELECT is(lifecycle.revoke_tenant('tenancy_one', NULL, 'hq2'), true, 'taken back there');
SELECT is(orgs('tenancy_one', '"HQ".dx_operation_runs_v1'), 'one 101', '... and kept here');

-- A distributable one has a policy for each role.
CALL lifecycle.install_warehouse('wide', '1 month', true);
SELECT lifecycle.grant_tenant('tenancy_one', org, 'wide') FROM unnest(ARRAY[id(1001), id(1002)]) org;
SELECT lifecycle.grant_tenant('tenancy_two', id(1002), 'wide');
SELECT throws_ok($$SELECT lifecycle.grant_warehouse('tenancy_pooler', 'pooler', 'wide')$$, '0A000', NULL, 'a distributable warehouse takes no pooler');
SELECT is((SELECT dead FROM lifecycle._apply_rows('dx_person_entities_v1', 'persons', 'wide')), 0::bigint, 'rows in it');
SELECT is(orgs('tenancy_one', 'wide.dx_person_entities_v1') || '; ' || orgs('tenancy_two', 'wide.dx_person_entities_v1'), 'one 10, two 10; two 10', 'each sees its own there');
SELECT is(lifecycle.revoke_tenant('tenancy_one', id(1002), 'wide'), true, 'one of two is taken back');
SELECT is(orgs('tenancy_one', 'wide.dx_person_entities_v1'), 'one 10', '... the other stays');
SELECT is(lifecycle.revoke_tenant('tenancy_one', warehouse => 'wide') AND lifecycle.revoke_tenant('tenancy_two', warehouse => 'wide'), true, 'all');
SELECT is_empty($$SELECT FROM pg_policy WHERE polrelid IN (SELECT relation FROM lifecycle._tenant_tables('wide'))$$, '... and no policy is left');

-- Taking back
SELECT is(lifecycle.revoke_tenant('tenancy_both', id(1000), 'HQ'), true, 'one of two tenants is taken back');
SELECT is(orgs('tenancy_both', '"HQ".dx_operation_runs_v1'), 'one 101', '... the other stays');
SELECT is(lifecycle.revoke_tenant('tenancy_both', id(1000), 'HQ'), false, '... once');
SELECT is(lifecycle.revoke_tenant('tenancy_both', warehouse => 'HQ'), true, 'all that are left');
SELECT is(orgs('tenancy_both', '"HQ".dx_operation_runs_v1'), '42501', '... with the privileges');
SELECT is(got('tenancy_both', 'SELECT count(*) FROM lifecycle.tenant_dead_letters'), '42501', '... those outside of the warehouse, too');
SELECT is(lifecycle.revoke_warehouse('tenancy_reader', 'reader', 'HQ'), true, 'a reader');
SELECT is(orgs('tenancy_reader', '"HQ".dx_operation_runs_v1'), '42501', '... reads no more');
SELECT is(lifecycle.revoke_warehouse('tenancy_receiver', 'receiver', 'HQ'), true, 'a receiver');
SELECT is_empty($$SELECT FROM pg_policy WHERE polname IN ('reader', 'receiver') AND polrelid IN (SELECT relation FROM lifecycle._tenant_tables('HQ'))$$, 'policies without roles are gone');
SELECT lifecycle.revoke_tenant(role::regrole, warehouse => 'HQ') FROM unnest('{tenancy_one,tenancy_two,tenancy_group,"\"Tenancy \"\"odd\"\"\""}'::text[]) role;
SELECT lifecycle.revoke_warehouse('tenancy_pooler', 'pooler', 'HQ');
SELECT is((SELECT count(*) FROM lifecycle.warehouse_roles), 0::bigint, 'nobody is left');
SELECT is_empty($$SELECT c.oid::regclass, a.grantee::regrole FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
  WHERE r.rolname ~* '^tenancy.(?!nobody)' AND c.relnamespace <> 'public'::regnamespace$$, '... with any privilege on a table');
SELECT lives_ok($$DROP TABLE tenant_space.seen CASCADE; DROP SCHEMA tenant_space CASCADE; DROP ROLE tenancy_one, tenancy_two, tenancy_group, tenancy_member, tenancy_both, tenancy_pooler, tenancy_reader, tenancy_bypass, "Tenancy ""odd"""$$, 'roles can be dropped');
DROP OWNED BY tenancy_nobody, tenancy_receiver;
DROP ROLE tenancy_nobody, tenancy_receiver;
SELECT * FROM finish();
