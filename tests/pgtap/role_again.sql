-- A role that was dropped and made again under its name has nothing of what the first one was granted in a warehouse; nor has one that was renamed
-- to it. What came from another cluster goes by names until it is written down who has them.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('hq');
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION asked(who name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', who);
  EXECUTE query INTO result;
  RESET ROLE;
  RETURN result;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
INSERT INTO hq.dx_company_entities_v1 (export_schema_version, org_id, company_id, entity_id, record_version, updated_at) SELECT 'v1', id(n), id(9), id(n), 1, '2025-07-01+00' FROM generate_series(1, 3) n;
CREATE ROLE again_tenant;
CREATE ROLE again_reader;
CREATE ROLE again_other;
SELECT lifecycle.grant_tenant('again_tenant', id(1), 'hq'), lifecycle.grant_tenant('again_tenant', id(2), 'hq'), lifecycle.grant_warehouse('again_reader', 'reader', 'hq') \g /dev/null
SELECT is(asked('again_tenant', 'SELECT count(*) FROM hq.dx_company_entities_v1'), '2', 'a tenant of two');
SELECT is(asked('again_reader', 'SELECT count(*) FROM hq.dx_company_entities_v1'), '3', 'a reader');
SELECT is_empty($$SELECT FROM lifecycle.status WHERE kind = 'role'$$, 'nothing to be told');

DROP OWNED BY again_tenant, again_reader;
DROP ROLE again_tenant, again_reader;
SELECT is((SELECT count(*) FROM lifecycle.status WHERE kind = 'role'), 3::bigint, 'gone, they are told');
CREATE ROLE again_tenant;
CREATE ROLE again_reader;
CALL lifecycle.install_warehouse('hq');
SELECT is((SELECT string_agg(source_system || ': ' || verdict, '; ' ORDER BY verdict) FROM lifecycle.status WHERE kind = 'role' AND verdict LIKE 'reader%'),
  'hq: reader: again_reader is not the role that it was granted to; it has nothing of it: grant it anew, or DELETE FROM lifecycle.warehouse_roles', '... also once others have their names');
-- As one might who gives all of them the right to ask.
GRANT USAGE ON SCHEMA hq, lifecycle TO again_tenant, again_reader;
GRANT SELECT ON hq.dx_company_entities_v1, lifecycle.warehouse_roles TO again_tenant, again_reader;
SELECT is(asked(r, 'SELECT count(*) FROM hq.dx_company_entities_v1'), '0', 'who has the name has no rows: ' || r) FROM unnest('{again_tenant,again_reader}'::name[]) r;
SELECT is(asked('again_tenant', 'SELECT count(*) FROM lifecycle.warehouse_roles'), '0', '... nor sees what the other one had');
SELECT is(asked('again_tenant', 'SELECT lifecycle.tenants(''hq'')'), '{}', '... nor stands for anybody');
SELECT is_empty($$SELECT FROM pg_policy WHERE polname = 'reader'$$, 'no policy is for it');
SELECT lifecycle.grant_tenant('again_tenant', id(2), 'hq') \g /dev/null
SELECT is(asked('again_tenant', 'SELECT lifecycle.tenants(''hq'')'), ARRAY[id(2)]::text, 'granted anew, it has what it is granted');
SELECT is((SELECT count(*) FROM lifecycle.warehouse_roles WHERE role = 'again_tenant'), 1::bigint, '... and the other''s lines are gone');
SELECT lives_ok($$SELECT lifecycle.grant_tenant('again_reader', id(3), 'hq')$$, 'that a reader had the name is nothing against it');
SELECT is(asked('again_reader', 'SELECT count(*) FROM hq.dx_company_entities_v1'), '1', '... as a tenant');

-- Names that change hands
ALTER ROLE again_tenant RENAME TO again_former;
ALTER ROLE again_other RENAME TO again_tenant;
GRANT USAGE ON SCHEMA lifecycle TO again_tenant;
GRANT SELECT ON lifecycle.warehouse_roles TO again_tenant;
SELECT is(asked(r, 'SELECT lifecycle.tenants(''hq'')'), '{}', 'neither who had the name has anything, nor who has it: ' || r) FROM unnest('{again_former,again_tenant}'::name[]) r;
ALTER ROLE again_tenant RENAME TO again_other;
ALTER ROLE again_former RENAME TO again_tenant;
SELECT is(asked('again_tenant', 'SELECT lifecycle.tenants(''hq'')'), ARRAY[id(2)]::text, 'called as before, it has it again');

-- From another cluster
UPDATE lifecycle.warehouse_roles SET role_oid = 1, cluster = 1;
SELECT is(asked('again_tenant', 'SELECT lifecycle.tenants(''hq'')'), ARRAY[id(2)]::text, 'restored elsewhere, names are what there is');
CALL lifecycle.install_warehouse('hq');
SELECT is_empty($$SELECT FROM lifecycle.warehouse_roles w JOIN pg_roles r ON r.rolname = w.role CROSS JOIN pg_control_system() c WHERE (w.role_oid, w.cluster) IS DISTINCT FROM (r.oid, c.system_identifier)$$, 'install_warehouse() writes down who they are');
UPDATE lifecycle.warehouse_roles SET role_oid = NULL, cluster = NULL;
SELECT is(asked('again_tenant', 'SELECT count(*) FROM hq.dx_company_entities_v1'), '1', 'from an earlier release, too');
SELECT lifecycle.revoke_tenant(r, warehouse => 'hq') FROM unnest('{again_tenant,again_reader}'::regrole[]) r \g /dev/null
DROP OWNED BY again_tenant, again_reader, again_other;
DROP ROLE again_tenant, again_reader, again_other;
SELECT * FROM finish();
