-- A run log of 20 columns, as an export would ship it: about 650 bytes of JSON a row.
CREATE SCHEMA bench;
CREATE TABLE bench.records AS
  SELECT md5('run ' || i)::uuid AS run_id, md5('org ' || i % 40)::uuid AS org_id, md5('company ' || i % 900)::uuid AS company_id,
    'person.contact.resolve_email' AS operation_id, 'person' AS entity_type, (ARRAY['found', 'not_found', 'failed'])[1 + i % 3] AS status,
    i AS sequence, (i % 5)::integer AS attempts, i % 7 = 0 AS cached, (i * 13 % 9000)::double precision / 7 AS duration_ms,
    round((i % 4000) / 1000.0, 4) AS cost_usd, timestamptz '2025-01-01 08:00:00+00' + i * interval '7.123 seconds' AS started_at,
    timestamptz '2025-01-01 08:00:01+00' + i * interval '7.123 seconds' AS finished_at, date '2025-01-01' + (i / 12000)::integer AS run_date,
    CASE WHEN i % 9 = 0 THEN 'provider said "no": ' || i END AS error_message, 'provider_' || i % 6 AS provider, ARRAY['a', 'b' || i % 3] AS tags,
    jsonb_build_object('input', i, 'fields', jsonb_build_array('email', 'phone'), 'force', i % 2 = 0) AS input_payload,
    'https://api.example/v1/runs/' || i AS url, NULL::text AS note
  FROM generate_series(1, :rows / 5) i;
VACUUM ANALYZE;
