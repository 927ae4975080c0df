-- What a product sends: people with a plan, and thirty thousand lines of NDJSON about what they did, as an application of many versions would
-- leave them. Run after data.sql, in its session: dice and pick are its.
CREATE SCHEMA product;
SET search_path = product, pg_catalog;

INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes, created_at)
SELECT md5('user ' || contact_id)::uuid, email, 'Acquisition', jsonb_build_object('external_id', contact_id, 'plan', pg_temp.pick('{free,free,team,pro,pro}', n, 51),
    'last_seen', to_char(pg_temp.today() - floor(pg_temp.dice(n, 52) ^ 2 * 60) * interval '1 day', 'YYYY-MM-DD')), pg_temp.today() - interval '90 days'
FROM (SELECT contact_id, email, right(contact_id, 4)::integer AS n FROM canonical.contacts WHERE email IS NOT NULL AND right(contact_id, 4)::integer <= 1000) c;

-- Line by line: right ones, and every kind of wrong one.
CREATE TABLE lines AS
WITH events AS (
  SELECT i, 'c-' || lpad((1 + floor(pg_temp.dice(i, 53) ^ 1.6 * 999))::text, 4, '0') AS person,
    pg_temp.pick('{page_viewed,page_viewed,page_viewed,session_booked,form_completed,message_sent,invoice_paid,payment_failed,plan_upgraded,app_opened}', i, 54) AS name,
    pg_temp.today() - floor(pg_temp.dice(i, 55) ^ 2 * 60) * interval '1 day' - floor(pg_temp.dice(i, 56) * 86400) * interval '1 second' AS at,
    round((20 + pg_temp.dice(i, 57) * 280)::numeric, 2) AS amount
  FROM generate_series(1, 30000) i)
SELECT i + copy / 2.0 AS number,
  CASE WHEN i % 2500 = 9 THEN left(line, -20) WHEN i % 2000 = 8 THEN replace(line, '"properties": {', '"properties": {"plan": "pro", "plan": "free", ') ELSE line END AS line
FROM events CROSS JOIN LATERAL (SELECT format('{"event_id": "%s", "event_name": "%s", "event_time": "%s", "user_id": "%s", "properties": {%s}}',
    -- ten lines say something else under an id that was used before
    md5('event ' || CASE WHEN i % 3000 = 11 THEN i - 1 ELSE i END)::uuid,
    CASE WHEN i % 400 = 1 THEN 'user_status' WHEN i % 700 = 2 THEN 'UserLoggedIn' ELSE name END,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || CASE WHEN i % 1500 = 3 THEN '' ELSE 'Z' END, person,
    CASE name WHEN 'invoice_paid' THEN format('"amount": %s', amount) WHEN 'payment_failed' THEN format('"amount": %s', amount) WHEN 'page_viewed' THEN '"path": "C:\\forms\\phq9"' ELSE '"screen": "«home»"' END
      || CASE WHEN i % 1200 = 4 THEN ', "is_power_user": true' ELSE '' END)) l (line)
  -- every ninetieth is sent twice
  CROSS JOIN generate_series(0, (i % 90 = 5)::integer) copy
ORDER BY 1;
RESET search_path;
