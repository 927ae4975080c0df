-- A door: receive_batch() with the owner's rights, for a role that may deliver and nothing else. It is no way to those rights.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('hq', '1 year');
SELECT 'door_' || pg_backend_pid() AS deliverer \gset
CREATE ROLE :deliverer;
CREATE SCHEMA delivery;
CREATE FUNCTION delivery.receive_batch(dataset text, batch_id uuid, ndjson text, contract_version text DEFAULT NULL, INOUT checksum text DEFAULT NULL,
  warehouse name DEFAULT 'lifecycle', columns text[] DEFAULT NULL, OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint,
  OUT snapshots bigint, OUT repeated boolean, OUT refusals jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT * FROM lifecycle.receive_batch($1, $2, $3, $4, $5, $6, $7)';
REVOKE EXECUTE ON FUNCTION delivery.receive_batch FROM PUBLIC;
CREATE FUNCTION delivery.receive_erasure(dataset text, warehouse name, entities uuid[], salt bytea, addresses bytea[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT lifecycle.receive_erasure($1, $2, $3, $4, $5)';
GRANT USAGE ON SCHEMA delivery, lifecycle TO :deliverer;
GRANT EXECUTE ON FUNCTION delivery.receive_batch, delivery.receive_erasure TO :deliverer;
SELECT set_config('test.line', '{"export_schema_version": "v1", "org_id": "00000000-0000-0000-0000-000000000001", "company_id": "00000000-0000-0000-0000-000000000002",
  "entity_id": "00000000-0000-0000-0000-000000000003", "record_version": 1, "updated_at": "2025-07-01T00:00:00Z"}', false) \g /dev/null
SELECT set_config('test.line', replace(current_setting('test.line'), E'\n', ''), false) \g /dev/null
-- Tables of the role's own, where a warehouse's could be: temporary ones are anybody's to make, and so may a schema be.
CREATE SCHEMA theirs;
GRANT CREATE, USAGE ON SCHEMA theirs TO :deliverer;
CREATE TABLE witness (who name);
GRANT INSERT ON witness TO :deliverer;
-- What they have to look like is no secret.
CREATE SCHEMA shape;
CREATE TABLE shape.dx_company_entities_v1 (LIKE hq.dx_company_entities_v1 INCLUDING ALL);
CREATE TABLE shape.dx_entity_snapshots_v1 (LIKE hq.dx_entity_snapshots_v1 INCLUDING ALL);
GRANT USAGE ON SCHEMA shape TO :deliverer;
GRANT SELECT ON ALL TABLES IN SCHEMA shape TO :deliverer;
SET ROLE :deliverer;
CREATE FUNCTION theirs.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.witness VALUES (current_user); RETURN NEW; END';
CREATE TABLE theirs.dx_company_entities_v1 (LIKE shape.dx_company_entities_v1 INCLUDING ALL);
CREATE TABLE theirs.dx_entity_snapshots_v1 (LIKE shape.dx_entity_snapshots_v1 INCLUDING ALL);
CREATE TRIGGER note BEFORE INSERT OR UPDATE ON theirs.dx_entity_snapshots_v1 FOR EACH ROW EXECUTE FUNCTION theirs.note();
CREATE TEMP TABLE dx_company_entities_v1 (LIKE theirs.dx_company_entities_v1 INCLUDING ALL);
CREATE TEMP TABLE dx_entity_snapshots_v1 (LIKE theirs.dx_entity_snapshots_v1 INCLUDING ALL);
CREATE TRIGGER note BEFORE INSERT OR UPDATE ON pg_temp.dx_entity_snapshots_v1 FOR EACH ROW EXECUTE FUNCTION theirs.note();
RESET ROLE;
CREATE FUNCTION delivered(place name) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT b.written FROM delivery.receive_batch('dx_company_entities_v1', gen_random_uuid(), current_setting('test.line'), warehouse => place) b);
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SET ROLE :deliverer;
SELECT set_config('test.outcome', concat_ws(' ', delivered('hq'), delivered('theirs'), delivered('pg_temp'), delivered((SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema()))), false) \g /dev/null
CREATE FUNCTION theirs.erased() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM delivery.receive_erasure('dx_entity_snapshots_v1', 'theirs', '{00000000-0000-0000-0000-000000000003}', '\x00', '{}');
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SELECT set_config('test.erased', theirs.erased(), false) \g /dev/null
RESET ROLE;
SELECT is(current_setting('test.outcome'), '1 42P01 42P01 42P01', 'batches go into warehouses and nowhere else');
SELECT is(current_setting('test.erased'), '42P01', 'erasures, too');
SELECT is((SELECT string_agg(who, ' ') FROM witness), NULL, 'no trigger of the role ran with the owner''s rights');
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1), 1::bigint, 'what is a warehouse has its row');
DROP OWNED BY :deliverer CASCADE;
DROP ROLE :deliverer;
SELECT * FROM finish();
