-- Procedures that commit can carry no SET clause. Whatever stands before pg_catalog in the caller's search_path, they run none of it.
\set ON_ERROR_STOP 1
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger CASCADE;
SET client_min_messages = warning;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq');
SELECT lifecycle.register_destination('hq', 'schema', 'hq') \g /dev/null
INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name) VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Acme');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ada@mail.example');
CREATE TABLE forms (id integer, respondent text, at timestamptz);
INSERT INTO forms VALUES (1, 'ada@mail.example', now());
SELECT lifecycle.register_source('forms', 'forms', '{"contact_email": "respondent", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "id"}') \g /dev/null
SELECT lifecycle.use_contacts('lifecycle.contacts', 'contact_id', 'email') \g /dev/null

-- Every function of pg_catalog that plpgsql can have, and every operator over plain types, in a schema that stands first.
CREATE SCHEMA hijack;
SELECT format('CREATE FUNCTION hijack.%I(%s) RETURNS %s LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION %L; END$$', p.proname, pg_get_function_identity_arguments(p.oid),
  format_type(p.prorettype, NULL), 'hijacked ' || replace(p.oid::regprocedure::text, '%', '%%'))
FROM pg_proc p
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0 AND p.proargmodes IS NULL
  AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid = ANY (ARRAY[p.prorettype] || p.proargtypes::oid[]) AND t.typtype = 'p') \gexec
SELECT format('CREATE OPERATOR hijack.%s (%s, FUNCTION = hijack.%I)', o.oprname,
  concat_ws(', ', 'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL), 'RIGHTARG = ' || format_type(o.oprright, NULL)), p.proname)
FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND EXISTS (SELECT FROM pg_proc h WHERE h.pronamespace = 'hijack'::regnamespace AND h.proname = p.proname AND h.proargtypes = p.proargtypes) \gexec

SELECT no_plan();
SET search_path = hijack, pg_catalog;
\set ON_ERROR_STOP 0
SELECT 1 + 1;
\set hijacked :ERROR
\set ON_ERROR_STOP 1
CALL lifecycle.sync_contact_events();
CALL lifecycle.reconcile_contact_events();
CALL lifecycle.rebuild_contact_events();
CALL lifecycle.ingest_events();
CALL lifecycle.retry_dead_letters();
CALL lifecycle.process_triggers();
CALL lifecycle.refresh_segments();
CALL lifecycle.roll_up_metrics();
CALL lifecycle.export();
CALL lifecycle.backfill('dx_company_entities_v1', '2020-01-01', '2100-01-01', step => '100 years');
CALL lifecycle.reconcile();
CALL lifecycle.maintain_partitions();
CALL lifecycle.apply_retention();
CALL lifecycle.install();
CALL lifecycle.install_warehouse('hq');
CALL lifecycle.erase_contact('c1');
RESET search_path;
SELECT ok(:'hijacked', 'whoever does not look out runs what stands first');
SELECT is((SELECT string_agg(DISTINCT procedure, ' ' ORDER BY procedure) FROM lifecycle.pipeline_runs WHERE status = 'succeeded'),
  'apply_retention backfill erase_contact export ingest_events maintain_partitions process_triggers rebuild_contact_events reconcile reconcile_contact_events refresh_segments roll_up_metrics sync_contact_events',
  'every run did its work');
SELECT is((SELECT count(*) FROM hq.dx_company_entities_v1), 1::bigint, 'rows arrived');
SELECT is((SELECT count(*) FROM lifecycle.contacts), 0::bigint, 'a person was forgotten');
SELECT * FROM finish();
