-- What an application does for three tenants: runs and their events, companies and people with their versions, insights about accounts.
-- Run after data.sql, in its session: dice and pick are its.
SET client_min_messages = warning;
CALL lifecycle.install_operational_tables();
CREATE FUNCTION pg_temp.id(what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(what || ' ' || n)::uuid $$;

INSERT INTO lifecycle.company_entities (org_id, company_id, entity_id, canonical_name, canonical_domain, industry, employee_count, hq_country, enrichment_confidence, last_enriched_at, updated_at)
SELECT pg_temp.id('org', n % 3), pg_temp.id('company', n), pg_temp.id('company', n), pg_temp.pick('{Acme,Bolt,Cirrus,Dépôt,Évora,Fjord}', n, 61) || ' ' || n, 'company' || n || '.example',
  pg_temp.pick('{software,health,retail,energy}', n, 62), 10 + n % 900, pg_temp.pick('{US,GB,DE,FR}', n, 63), round(pg_temp.dice(n, 64)::numeric, 3), now() - n * interval '10 minutes', now() - interval '12 days' + n * interval '1 second'
FROM generate_series(1, 1500) n;
INSERT INTO lifecycle.person_entities (org_id, company_id, entity_id, full_name, title, work_email, email_status, contact_confidence, updated_at)
SELECT pg_temp.id('org', n % 3), pg_temp.id('company', 1 + n % 1500), pg_temp.id('person', n), c.first_name || ' ' || c.last_name, pg_temp.pick('{CEO,CTO,Buyer,Nurse}', n, 65), c.email, 'valid', 0.90, now() - interval '12 days' + n * interval '1 second'
FROM canonical.contacts c CROSS JOIN LATERAL (SELECT right(contact_id, 4)::bigint) x (n) WHERE n <= 2000;
-- Further versions of some: each is kept.
UPDATE lifecycle.company_entities SET employee_count = employee_count + 10, updated_at = now() - interval '5 days' WHERE employee_count % 5 = 0;
UPDATE lifecycle.person_entities SET title = 'VP ' || title, updated_at = now() - interval '4 days' WHERE title = 'Buyer';

INSERT INTO lifecycle.operation_runs (run_id, pipeline_run_id, operation_id, action_id, entity_type, entity_id, org_id, source_provider, status, attempt_count, started_at, ended_at, duration_ms, cost_usd,
  error_code, error_message, created_at)
SELECT pg_temp.id('run', n), pg_temp.id('pipeline', n / 4), pg_temp.pick('{company.enrich.profile,person.find.email,person.verify.email}', n, 71), 'v2',
  -- A new kind of entity that the contract does not know.
  CASE WHEN n % 1000 = 7 THEN 'job' WHEN pg_temp.dice(n, 72) < 0.5 THEN 'company' ELSE 'person' END, pg_temp.id('company', 1 + n % 1500), pg_temp.id('org', n % 3), pg_temp.pick('{prospeo,apollo,clearbit}', n, 73),
  status, 1 + n % 3, at, CASE WHEN status <> 'running' THEN at + ms * interval '1 ms' END, CASE WHEN status <> 'running' THEN ms END, round((pg_temp.dice(n, 74) * 0.05)::numeric, 4),
  CASE status WHEN 'failed' THEN 'timeout' END, CASE status WHEN 'failed' THEN E'no answer\n"in time"' END, at
FROM generate_series(1, 12000) n CROSS JOIN LATERAL (SELECT CASE WHEN n % 60 = 9 THEN 'running' ELSE pg_temp.pick('{succeeded,succeeded,succeeded,succeeded,failed,skipped}', n, 75) END, now() - interval '1 hour' - n * interval '2 minutes',
  (50 + pg_temp.dice(n, 76) * 4000)::integer) r (status, at, ms);
INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id, provider, http_status, raw_response_ref, metadata_json)
SELECT pg_temp.id('event', n * 2 + s), pg_temp.id('run', n), (ARRAY['request_sent', 'response_received'])[s], s, now() - interval '1 hour' - n * interval '2 minutes' + s * interval '1.5 s', pg_temp.id('org', n % 3), 'company',
  pg_temp.id('company', 1 + n % 1500), 'prospeo', CASE s WHEN 2 THEN 200 END, CASE s WHEN 2 THEN 's3://raw/' || n END, jsonb_build_object('try', 1, 'cost', round((pg_temp.dice(n, 77) / 10)::numeric, 3))
FROM generate_series(1, 6000) n, generate_series(1, 2) s;

INSERT INTO lifecycle.insight (type, data_ref, organization_id, created_at, details)
SELECT pg_temp.pick('{qbr,renewal,churn_risk,highly_positive,onboarding,expansion_opp,low_usage}', n, 81), CASE WHEN n % 1000 <> 3 THEN 1 + n % 240 END, 101 + n % 3,
  pg_temp.today() - floor(pg_temp.dice(n, 82) * 500) * interval '1 day' + n * interval '1 second', CASE n % 4 WHEN 0 THEN jsonb_build_object('channel', pg_temp.pick('{email,meeting,chat}', n, 83), 'context', 'asked about "terms"') END
FROM generate_series(1, 6000) n;
ANALYZE lifecycle.operation_runs, lifecycle.operation_events, lifecycle.company_entities, lifecycle.person_entities, lifecycle.entity_snapshots, lifecycle.insight;
