-- The example mappings for the tables of data-engine-x, over tables of that shape.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE SCHEMA dx;
SET search_path = dx, public;
CREATE TYPE run_status AS ENUM ('queued', 'running', 'succeeded', 'failed', 'canceled');
CREATE TYPE step_status AS ENUM ('queued', 'running', 'succeeded', 'failed', 'skipped', 'retrying');
CREATE TABLE pipeline_runs (id uuid PRIMARY KEY, org_id uuid NOT NULL, company_id uuid NOT NULL, blueprint_id uuid NOT NULL, status run_status NOT NULL, attempt integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE blueprint_steps (id uuid PRIMARY KEY, step_id uuid, operation_id text);
CREATE TABLE step_results (id uuid PRIMARY KEY, org_id uuid NOT NULL, company_id uuid NOT NULL, pipeline_run_id uuid NOT NULL, submission_id uuid, step_id uuid, blueprint_step_id uuid,
  step_position integer NOT NULL DEFAULT 1, task_run_id text, status step_status NOT NULL, input_payload jsonb, output_payload jsonb, error_message text, error_details jsonb,
  started_at timestamptz, finished_at timestamptz, duration_ms integer, attempt integer NOT NULL DEFAULT 1, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE entity_timeline (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL, company_id uuid, entity_type text NOT NULL, entity_id uuid NOT NULL, operation_id text NOT NULL,
  pipeline_run_id uuid, provider text, status text NOT NULL, metadata jsonb, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE operation_runs (run_id uuid PRIMARY KEY, org_id uuid NOT NULL, company_id uuid, operation_id text NOT NULL, entity_type text NOT NULL, status text NOT NULL,
  input_payload jsonb NOT NULL, output_payload jsonb, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE operation_attempts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), run_id uuid NOT NULL, provider text NOT NULL, action text NOT NULL, status text NOT NULL, skip_reason text, http_status integer,
  provider_status text, duration_ms integer, raw_response jsonb, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE company_entities (org_id uuid, company_id uuid, entity_id uuid, canonical_domain text, canonical_name text, linkedin_url text, industry text, employee_count integer, employee_range text,
  revenue_band text, hq_country text, description text, enrichment_confidence numeric, last_enriched_at timestamptz, last_operation_id text, last_run_id uuid, source_providers text[],
  record_version bigint NOT NULL DEFAULT 1, canonical_payload jsonb, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (org_id, entity_id));
CREATE TABLE person_entities (org_id uuid, company_id uuid, entity_id uuid, full_name text, first_name text, last_name text, linkedin_url text, title text, seniority text, department text, work_email text,
  email_status text, phone_e164 text, contact_confidence numeric, last_enriched_at timestamptz, last_operation_id text, last_run_id uuid, record_version bigint NOT NULL DEFAULT 1, canonical_payload jsonb,
  created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (org_id, entity_id));
CREATE TABLE entity_snapshots (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), org_id uuid NOT NULL, entity_type text NOT NULL, entity_id uuid NOT NULL, record_version bigint NOT NULL,
  canonical_payload jsonb NOT NULL, captured_at timestamptz NOT NULL DEFAULT now(), source_run_id uuid, UNIQUE (org_id, entity_type, entity_id, record_version));
SET search_path = public;
\set source dx
\o /dev/null
\ir ../../demo/mappings/data_engine_x.sql
\o
SET search_path = public;
SELECT plan(17);
CREATE FUNCTION id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION rows_of(dataset text) RETURNS SETOF jsonb LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT to_jsonb(r) FROM (%s) r', lifecycle._dataset_query(dataset));
END $$;
SELECT is((SELECT count(*) FROM lifecycle.dataset_sources), 6::bigint, 'six sources of five datasets');
SELECT is((SELECT count(*) FROM lifecycle.datasets d WHERE EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = d.dataset)
  AND EXISTS (SELECT FROM rows_of(d.dataset))), 0::bigint, 'nothing there yet');

-- Steps of pipelines
INSERT INTO dx.pipeline_runs (id, org_id, company_id, blueprint_id, status) SELECT id(1), id(100), id(101), id(2), 'running';
INSERT INTO dx.blueprint_steps VALUES (id(3), NULL, 'company.enrich.profile');
INSERT INTO dx.step_results (id, org_id, company_id, pipeline_run_id, blueprint_step_id, status, started_at, finished_at, duration_ms, attempt, error_message, task_run_id)
SELECT id(10 + n), id(100), id(101), id(1), id(3), s::dx.step_status, '2025-07-01 12:00+00', '2025-07-01 12:00:01+00', 1000, 2, CASE s WHEN 'failed' THEN 'timed out' END, 'run_' || n
FROM unnest(ARRAY['succeeded', 'failed', 'skipped', 'running', 'queued', 'retrying']) WITH ORDINALITY AS x(s, n0), LATERAL (SELECT n0::integer AS n) y;
INSERT INTO dx.entity_timeline (org_id, entity_type, entity_id, operation_id, pipeline_run_id, provider, status, metadata)
SELECT id(100), CASE WHEN n = 3 THEN 'job' ELSE 'company' END, id(200 + n), 'company.enrich.profile', id(1), 'prospeo', 'found', jsonb_build_object('step_result_id', id(10 + n)) FROM generate_series(1, 3) n;
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'status', r ->> 'operation_id', r ->> 'action_id', r ->> 'attempt_count', r ->> 'duration_ms', r ->> 'source_provider', r ->> 'error_message'), E'\n'
    ORDER BY r ->> 'status' DESC) FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NULL),
'succeeded company.enrich.profile run_1 2 1000 prospeo
failed company.enrich.profile run_2 2 1000 prospeo timed out', 'steps that have ended are runs');
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'reject code', r ->> 'json pointer', r ->> 'reject detail', r -> 'reject body' ->> 'status'), ', ') FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NOT NULL),
  'unknown_value /entity_type entity_type (column entity_type): "job" is none of company, person. skipped', 'a kind of entity that came later stops itself and nothing else');
DELETE FROM dx.step_results;

-- Runs outside pipelines, and their attempts
INSERT INTO dx.operation_runs (run_id, org_id, operation_id, entity_type, status, input_payload, created_at)
SELECT id(20 + n), id(100), 'person.contact.resolve_email', 'person', s, '{"full_name": "Ann Bell", "domain": "example.com"}', '2025-07-01 12:00+00'
FROM unnest(ARRAY['found', 'not_found', 'failed', 'verified', 'lost']) WITH ORDINALITY AS x(s, n0), LATERAL (SELECT n0::integer AS n) y;
INSERT INTO dx.operation_attempts (id, run_id, provider, action, status, http_status, duration_ms, provider_status, raw_response, created_at)
VALUES (id(31), id(21), 'prospeo', 'email-finder', 'failed', 503, 200, 'unavailable', NULL, '2025-07-01 12:00:00+00'), (id(32), id(21), 'findymail', 'search', 'found', 200, 300, 'ok', '{"email": "ann@example.com"}', '2025-07-01 12:00:01+00');
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'status', r ->> 'attempt_count', r ->> 'action_id', r ->> 'source_provider', r ->> 'duration_ms'), E'\n' ORDER BY r ->> 'run_id' <> id(21)::text, r ->> 'status')
    FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NULL),
'succeeded 2 search findymail 500
failed 1 person.contact.resolve_email
succeeded 1 person.contact.resolve_email
succeeded 1 person.contact.resolve_email', 'found, not_found and verified have succeeded');
SELECT is((SELECT string_agg(r ->> 'reject detail', ', ') FROM rows_of('dx_operation_runs_v1') r WHERE r ->> 'reject code' IS NOT NULL),
  'status (column status): "lost" is none of succeeded, failed, skipped, canceled.', 'a word nobody knows is a dead letter');
SELECT is((SELECT count(DISTINCT r ->> 'entity_id') FROM rows_of('dx_operation_runs_v1') r), 1::bigint, 'equal input is one entity');
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'event_sequence', r ->> 'event_type', r ->> 'provider', r ->> 'http_status', r ->> 'error_code', r ->> 'raw_response_ref', r -> 'metadata_json' ->> 'action'), E'\n' ORDER BY r ->> 'event_sequence')
    FROM rows_of('dx_operation_events_v1') r),
  E'1 error prospeo 503 unavailable email-finder\n2 response_received findymail 200 operation_attempts/' || id(32) || '/raw_response search', 'attempts are events, with references instead of payloads');
SELECT is((SELECT count(*) FROM rows_of('dx_operation_events_v1') r WHERE r::text ~ 'ann@example'), 0::bigint, '... and nothing of the payload');

-- Entities
INSERT INTO dx.company_entities (org_id, company_id, entity_id, canonical_name, employee_count, employee_range, source_providers, canonical_payload, record_version)
VALUES (id(100), id(101), id(41), 'exact', 77, '51-200', '{prospeo,apollo}', '{"linkedin_page_id": "12"}', 4), (id(100), id(101), id(42), 'range', NULL, '51-200', NULL, NULL, 1),
  (id(100), id(101), id(43), 'unknown', NULL, 'unknown', NULL, NULL, 1), (id(100), id(101), id(44), 'odd', NULL, 'a few', NULL, NULL, 1), (id(100), NULL, id(45), 'nobody''s', 5, NULL, NULL, NULL, 1);
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'canonical_name', r ->> 'employee_count', r ->> 'source_priority', r ->> 'linkedin_page_id', r ->> 'record_version', r ->> 'reject code', r ->> 'json pointer'), E'\n' ORDER BY r ->> 'entity_id' = id(41)::text DESC, r ->> 'canonical_name')
    FROM rows_of('dx_company_entities_v1') r),
$$exact 77 prospeo 12 4
nobody's 1 missing_required /company_id
odd 1 wrong_type /employees
range 51 1
unknown 1$$, 'ranges of employees, the first provider, companies without a company');
INSERT INTO dx.person_entities (org_id, entity_id, full_name, record_version) VALUES (id(100), id(51), 'Ann Bell', 3);
SELECT is((SELECT concat_ws(' ', r ->> 'full_name', r ->> 'record_version', r ->> 'reject code') FROM rows_of('dx_person_entities_v1') r), 'Ann Bell 3', 'people');

-- Snapshots of the old state
INSERT INTO dx.entity_snapshots (org_id, entity_type, entity_id, record_version, canonical_payload, captured_at)
VALUES (id(100), 'person', id(51), 1, '{"full_name": "A. Bell", "updated_at": "2025-01-01T00:00:00Z"}', '2025-02-01+00'), (id(100), 'person', id(51), 2, '{"full_name": "Ann B."}', '2025-03-01+00'),
  (id(100), 'job', id(52), 1, '{"full_name": "no"}', '2025-03-01+00');
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'record_version', r ->> 'captured_at', r -> 'canonical_payload_json' ->> 'full_name'), E'\n' ORDER BY r ->> 'record_version') FROM rows_of('dx_entity_snapshots_v1') r WHERE r ->> 'reject code' IS NULL),
$$1 2025-01-01T00:00:00+00:00 A. Bell
2 2025-02-01T00:00:00+00:00 Ann B.$$, 'a snapshot holds from when the one before it was replaced');
SELECT is((SELECT count(*) FROM rows_of('dx_entity_snapshots_v1') r WHERE r ->> 'reject code' = 'unknown_value'), 1::bigint, 'snapshots of other kinds are dead letters');

-- The mappings' change columns serve a cut
SELECT is((SELECT count(*) FROM lifecycle.dataset_sources s, LATERAL lifecycle._compile_dataset_mapping(s.relation, s.mapping, lifecycle._dataset_contract(s.dataset)) c WHERE c.change_column IS NULL), 0::bigint, 'each source has a change column');
SELECT is((SELECT count(*) FROM rows_of('dx_company_entities_v1') r WHERE r ->> 'change time' IS NULL), 0::bigint, '... whose time comes along');
SELECT lives_ok(format('SELECT count(*) FROM (%s) r', lifecycle._dataset_source_query(s.dataset, s.relation, s.mapping, 's.updated_at > now() - interval ''1 day''')), 'a condition on the source') FROM lifecycle.dataset_sources s WHERE s.dataset = 'dx_person_entities_v1';
SELECT throws_ok(format('SELECT lifecycle._dataset_source_query(%L, %L, %L)', 'dx_runs', 'dx.person_entities', '{}'), '42704', NULL, 'no such dataset');
SELECT * FROM finish();
