-- The export datasets out of the tables of data-engine-x as they are: views for what has to be computed or joined, mappings for the rest.
-- Run with the schema of those tables as a psql variable, in a database with the extension and its tables:
--   psql -v source=public -f demo/mappings/data_engine_x.sql
\set ON_ERROR_STOP 1
CREATE SCHEMA IF NOT EXISTS export;
SET search_path = :"source", pg_catalog;

-- Runs: one a step of a pipeline. Which operation it was stands in its blueprint, which entity it was about in the timeline. Only steps
-- that have ended; a status that nobody knows yet becomes a dead letter and not a gap.
CREATE OR REPLACE VIEW export.step_runs AS
SELECT s.id, s.pipeline_run_id, p.blueprint_id, coalesce(b.operation_id, t.operation_id, b.step_id::text, s.step_id::text) AS operation_id,
  coalesce(s.task_run_id, b.operation_id, t.operation_id) AS action_id, t.entity_type, t.entity_id, s.org_id, s.company_id, t.provider, s.status::text AS status,
  s.attempt, coalesce(s.started_at, s.created_at) AS started_at, s.finished_at, s.duration_ms, s.error_details ->> 'code' AS error_code, s.error_message, s.created_at,
  greatest(s.updated_at, p.updated_at, t.created_at) AS changed_at
FROM step_results s
  JOIN pipeline_runs p ON p.id = s.pipeline_run_id
  LEFT JOIN blueprint_steps b ON b.id = s.blueprint_step_id
  LEFT JOIN LATERAL (SELECT * FROM entity_timeline e WHERE e.org_id = s.org_id AND e.pipeline_run_id = s.pipeline_run_id
    AND e.metadata ->> 'step_result_id' = s.id::text ORDER BY e.created_at DESC, e.id LIMIT 1) t ON true
WHERE s.status NOT IN ('queued', 'running', 'retrying') AND p.status <> 'queued';
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'export.step_runs', '{
  "run_id": "id", "pipeline_run_id": "pipeline_run_id", "workflow_id": "blueprint_id", "operation_id": "operation_id", "action_id": "action_id",
  "entity_type": "entity_type", "entity_id": "entity_id", "org_id": "org_id", "company_id": "company_id", "source_provider": "provider", "status": "status",
  "attempt_count": "attempt", "started_at": "started_at", "ended_at": "finished_at", "duration_ms": "duration_ms", "error_code": "error_code",
  "error_message": "error_message", "created_at": "created_at", "change_column": "changed_at"}');

-- Runs outside pipelines: four words for how they ended. Their entity has no id of its own: equal input is one entity.
CREATE OR REPLACE VIEW export.single_runs AS
SELECT r.run_id, r.operation_id, r.entity_type, coalesce(r.output_payload ->> 'entity_id', lifecycle.fingerprint(r.input_payload)::text) AS entity_id, r.org_id,
  r.company_id, last.provider, last.action, r.status, greatest(coalesce(last.attempts, 1), 1) AS attempts, r.created_at, r.updated_at, last.duration_ms
FROM operation_runs r
  LEFT JOIN LATERAL (SELECT (array_agg(a.provider ORDER BY a.created_at DESC, a.id))[1] AS provider, (array_agg(a.action ORDER BY a.created_at DESC, a.id))[1] AS action,
    count(*) AS attempts, sum(a.duration_ms) AS duration_ms FROM operation_attempts a WHERE a.run_id = r.run_id) last ON true;
SELECT lifecycle.register_dataset_source('dx_operation_runs_v1', 'export.single_runs', '{
  "run_id": "run_id", "operation_id": "operation_id", "action_id": ["action", "operation_id"], "entity_type": "entity_type", "entity_id": "entity_id",
  "org_id": "org_id", "company_id": "company_id", "source_provider": "provider",
  "status": {"column": "status", "map": {"found": "succeeded", "not_found": "succeeded", "verified": "succeeded"}},
  "attempt_count": "attempts", "started_at": "created_at", "ended_at": "updated_at", "duration_ms": "duration_ms", "created_at": "created_at",
  "change_column": "updated_at"}');

-- Their attempts, in order, as events: a reference to the response, never the response.
CREATE OR REPLACE VIEW export.attempt_events AS
SELECT a.id, a.run_id, CASE WHEN a.status = 'failed' THEN 'error' WHEN a.status = 'skipped' THEN 'state_change' ELSE 'response_received' END AS event_type,
  row_number() OVER (PARTITION BY a.run_id ORDER BY a.created_at, a.id) AS event_sequence, a.created_at, r.org_id, r.company_id, r.entity_type,
  coalesce(r.output_payload ->> 'entity_id', lifecycle.fingerprint(r.input_payload)::text) AS entity_id, a.provider, a.http_status,
  CASE WHEN a.raw_response IS NOT NULL THEN 'operation_attempts/' || a.id || '/raw_response' END AS raw_response_ref,
  CASE WHEN a.raw_response IS NOT NULL THEN lifecycle.fingerprint(a.raw_response)::text END AS payload_hash,
  CASE WHEN a.status IN ('failed', 'skipped') THEN coalesce(a.provider_status, a.skip_reason) END AS error_code,
  jsonb_strip_nulls(jsonb_build_object('action', a.action, 'status', a.status, 'duration_ms', a.duration_ms)) AS metadata
FROM operation_attempts a JOIN operation_runs r USING (run_id);
SELECT lifecycle.register_dataset_source('dx_operation_events_v1', 'export.attempt_events', '{
  "event_id": "id", "run_id": "run_id", "event_type": "event_type", "event_sequence": "event_sequence", "occurred_at": "created_at", "org_id": "org_id",
  "company_id": "company_id", "entity_type": "entity_type", "entity_id": "entity_id", "provider": "provider", "http_status": "http_status",
  "raw_response_ref": "raw_response_ref", "payload_hash": "payload_hash", "error_code": "error_code", "metadata_json": "metadata",
  "change_column": "created_at"}');

-- Entities. Where only a range of employees is known, its lower end counts. Upstream a company entity may belong to no company yet; the
-- contract wants one, so it becomes a dead letter until it has.
CREATE OR REPLACE VIEW export.companies AS
SELECT c.*, coalesce(c.employee_count::text, c.employee_range) AS employees, c.canonical_payload ->> 'linkedin_page_id' AS linkedin_page_id, c.source_providers[1] AS source_priority
FROM company_entities c;
SELECT lifecycle.register_dataset_source('dx_company_entities_v1', 'export.companies', '{
  "org_id": "org_id", "company_id": "company_id", "entity_id": "entity_id", "canonical_name": "canonical_name", "canonical_domain": "canonical_domain",
  "linkedin_url": "linkedin_url", "linkedin_page_id": "linkedin_page_id", "industry": "industry",
  "employee_count": {"column": "employees", "map": {"1-10": 1, "11-50": 11, "51-200": 51, "201-500": 201, "501-1000": 501, "1001-5000": 1001,
    "5001-10000": 5001, "10001+": 10001, "unknown": null}},
  "revenue_band": "revenue_band", "hq_country": "hq_country", "enrichment_confidence": "enrichment_confidence", "last_enriched_at": "last_enriched_at",
  "last_operation_id": "last_operation_id", "last_run_id": "last_run_id", "source_priority": "source_priority", "record_version": "record_version",
  "updated_at": "updated_at", "change_column": "updated_at"}');
SELECT lifecycle.register_dataset_source('dx_person_entities_v1', 'person_entities', '{
  "org_id": "org_id", "company_id": "company_id", "entity_id": "entity_id", "full_name": "full_name", "first_name": "first_name", "last_name": "last_name",
  "linkedin_url": "linkedin_url", "title": "title", "seniority": "seniority", "department": "department", "work_email": "work_email", "email_status": "email_status",
  "phone_e164": "phone_e164", "contact_confidence": "contact_confidence", "last_enriched_at": "last_enriched_at", "last_operation_id": "last_operation_id",
  "last_run_id": "last_run_id", "record_version": "record_version", "updated_at": "updated_at", "change_column": "updated_at"}');

-- Snapshots. Upstream stores the old state at the moment it is replaced, so captured_at says until when a state held; the contract's says
-- from when: that is when the one before it was replaced. Of the first that is there only its own time is known.
CREATE OR REPLACE VIEW export.snapshots AS
SELECT s.*, coalesce(lag(s.captured_at) OVER (PARTITION BY s.org_id, s.entity_type, s.entity_id ORDER BY s.record_version),
  lifecycle.parse_time(s.canonical_payload ->> 'updated_at', 'UTC'), s.captured_at) AS held_from
FROM entity_snapshots s;
SELECT lifecycle.register_dataset_source('dx_entity_snapshots_v1', 'export.snapshots', '{
  "snapshot_id": "id", "org_id": "org_id", "entity_type": "entity_type", "entity_id": "entity_id", "record_version": "record_version",
  "canonical_payload_json": "canonical_payload", "captured_at": "held_from", "source_run_id": "source_run_id", "change_column": "captured_at"}');
RESET search_path;
