-- What the operational side has.
CREATE SCHEMA app;
-- before: check_dataset('dx_operation_runs_v1')
INSERT INTO app.jobs SELECT id, 'a1111111-1111-4111-8111-111111111111', kind, 'b1111111-1111-4111-8111-111111111111', 'company.enrich.profile', NULL, 'found', 1, '2025-06-01+00', '2025-06-01 00:00:01+00', now()
FROM (VALUES ('c1111111-1111-4111-8111-111111111111', 'company'), ('c2222222-2222-4222-8222-222222222222', 'job'), ('run_17', 'company')) v (id, kind);
-- before: versioned_upsert('lifecycle.dx_company_entities_v1'
CREATE TABLE app.companies AS SELECT * FROM lifecycle.dx_company_entities_v1;
INSERT INTO app.companies (export_schema_version, org_id, company_id, entity_id, canonical_name, record_version, updated_at)
SELECT 'v1', 'a1111111-1111-4111-8111-111111111111', 'b1111111-1111-4111-8111-111111111111', 'b1111111-1111-4111-8111-111111111111', name, version, at
FROM (VALUES ('Acme', 1, timestamptz '2025-01-01+00'), ('Acme Ltd', 2, '2025-03-01+00')) v (name, version, at);
SELECT lifecycle._apply_rows('dx_company_entities_v1', 'app.companies');
CREATE TABLE app.batch AS SELECT * FROM app.companies WHERE record_version = 1;
INSERT INTO app.batch SELECT (jsonb_populate_record(b, '{"entity_id": "b2222222-2222-4222-8222-222222222222", "canonical_name": "Bolt"}')).* FROM app.batch b;
-- before: lifecycle_event_history(7)
CALL lifecycle.install_operational_tables();
INSERT INTO lifecycle.insight (id, type, data_ref, organization_id, created_at, details) VALUES (1, 'qbr', 4711, 7, '2025-06-03 09:00+00', NULL),
  (2, 'renewal', 4711, 7, '2025-06-20 15:30+00', '{"channel": "email", "context": "asked about terms"}'), (3, 'low_usage', 4711, 7, '2025-06-21 08:00+00', NULL);
