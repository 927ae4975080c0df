-- event_problems(): the structure of an event, against an oracle of plain SQL over thousands of near misses; texts, places and
-- mends; settings; overlays; _event_verdict and _event_findings, which must agree with it.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'Asia/Kolkata';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT no_plan();
CALL lifecycle.install();

CREATE FUNCTION pg_temp.event(field text DEFAULT NULL, value jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('event_id', '0190f3a0-5b7e-7c3a-9f00-0123456789ab', 'event_name', 'project_created', 'event_time', '2025-01-31T08:30:00Z',
    'user_id', 'u1', 'properties', '{"plan_type": "pro", "project_id": 7}'::jsonb) || CASE WHEN field IS NULL THEN '{}' ELSE jsonb_build_object(field, value) END
$$;
CREATE FUNCTION pg_temp.codes(event jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(split_part(p, ' at ', 1), ' ' ORDER BY o), '') FROM unnest(lifecycle.event_problems(event)) WITH ORDINALITY u (p, o)
$$;

SELECT is(lifecycle.event_problems(pg_temp.event()), '{}', 'a right event has an empty array of problems');
SELECT is(lifecycle.event_problems(NULL), '{"event.missing at \"\": the event is null"}', 'no event is a problem');
SELECT is(lifecycle.event_problems(jsonb_build_array(pg_temp.event(), pg_temp.event())),
  '{"event.batch at \"\": an array is not one event: each action is an event of its own"}', 'a batch is no event');
SELECT is(pg_temp.codes('"x"'), 'event.not_object', 'nor is a scalar');
SELECT is(lifecycle.event_problems('{"event_id": "{0190F3A05b7e7c3a9f000123456789ab}", "event_name": "UserSignedUp", "event_time": "2025-01-31 08:30:00+05:30", "user_id": 7,
    "properties": {"isPowerUser": true, "a/b": [0, {"churn_risk_score": 1}]}, "extra": 1}'), ARRAY[
  'event.unknown_field at /extra: "extra" is no field of an event; what describes its context belongs into properties',
  'event_id.not_uuid at /event_id: "{0190F3A05b7e7c3a9f000123456789ab}" is not a UUID in the form of RFC 9562; use "0190f3a0-5b7e-7c3a-9f00-0123456789ab"',
  'event_name.case at /event_name: "UserSignedUp" is not snake_case (rule #snake_case); use "user_signed_up"',
  'user_id.wrong_type at /user_id: user_id is a number, not a text; use "7"',
  'property.classification at /properties/isPowerUser: "isPowerUser" classifies, which is derived from events (rule *_power_<person>_*)',
  'property.derived at /properties/a~1b/1/churn_risk_score: "churn_risk_score" carries derived insight about churn (rule *_churn_*)'],
  'every problem names its code, place, rule and mend');

-- The examples of the specification.
SELECT is(pg_temp.codes(pg_temp.event('properties', jsonb_build_object(key, 1))), '', 'a valid property: ' || key)
  FROM unnest(ARRAY['plan_type', 'project_id', 'feature_name', 'source']) key;
SELECT isnt(pg_temp.codes(pg_temp.event('properties', jsonb_build_object(key, 1))), '', 'an invalid property: ' || key)
  FROM unnest(ARRAY['is_power_user', 'retention_bucket', 'churn_risk_score', 'daily_event_count']) key;
SELECT is(pg_temp.codes(pg_temp.event() - field), field || '.missing', 'mandatory: ' || field)
  FROM unnest(ARRAY['event_id', 'event_name', 'event_time', 'user_id', 'properties']) field;

-- Keys that describe an action, and keys that carry insight.
SELECT is(pg_temp.codes(pg_temp.event('properties', jsonb_build_object(key, 1))), '', 'context: ' || key) FROM string_to_table(
  'order_id total subtotal revenue shipping tax discount coupon currency products sku category brand variant price quantity position url query rating share_via '
  'referrer utm_source campaign_name device_type os_name app_version locale ip country session_id account_id group_id team_size item_count page_count file_size duration_ms '
  'status_code error_message retry_count attempt_number is_mobile is_gift is_test is_recurring is_trial has_attachment has_coupon is_public is_guest was_cached is_test_user '
  'is_logged_in is_power_saving is_active_tab score quiz_score nps_score rank tax_rate exchange_rate bit_rate hourly_rate monthly_price daily_budget billing_frequency s3_bucket '
  'bucket_name url_segment segment_id data_retention_days churn_reason total_price amount_paid customer_id customer_type user_role status previous_plan lesson_id level max_price '
  'seat_count participant_count search_term plan_tier card_type last4 count index age last_login_ip created_at trial_days vehicle_type fare insurance_type lead_source', ' ') key;
SELECT isnt(pg_temp.codes(pg_temp.event('properties', jsonb_build_object(key, 1))), '', 'insight: ' || key) FROM string_to_table(
  'isPowerUser churnRiskScore is-power-user daily.event.count is_vip_customer is_new_customer is_returning_user is_churned is_active is_high_value is_at_risk has_churned '
  'is_highly_engaged is_paying_customer churn_risk churn_probability predicted_churn propensity_to_buy ltv predictedLTV customer_lifetime_value lifetime_orders arpu engagement_score '
  'health_score lead_score fraud_score engagement_level lifecycle_stage retention_cohort signup_cohort user_segment customer_segment user_tier customer_persona rfm_segment login_count '
  'session_count total_logins total_sessions number_of_logins num_sessions weekly_logins monthly_active_days daily_active_users dau sessions_7d logins_last_30_days orders_per_month '
  'avg_order_value average_session_length median_price open_rate conversion_rate retention_rate churn_rate click_through_rate login_frequency login_streak days_since_signup '
  'time_since_last_order purchase_recency spend_percentile revenue_decile user_value cumulative_revenue total_spend total_users power_user active_user churned_customer vip '
  'ytd_revenue revenue_this_month visits_to_date times_purchased login_counter age_bucket SessionCount', ' ') key;

-- The oracle: the rules of structure once more, in plain SQL. Names and keys are right ones here.
CREATE FUNCTION pg_temp.oracle(event jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  codes text[] := '{}';
  field text; value jsonb; content text;
BEGIN
  IF jsonb_typeof(event) = 'array' THEN RETURN '{event.batch}'; ELSIF jsonb_typeof(event) <> 'object' THEN RETURN '{event.not_object}'; END IF;
  FOR field IN SELECT k FROM jsonb_object_keys(event) k WHERE k NOT IN ('event_id', 'event_name', 'event_time', 'user_id', 'properties') LOOP
    codes := codes || 'event.unknown_field'::text;
  END LOOP;
  FOREACH field IN ARRAY ARRAY['event_id', 'event_name', 'event_time', 'user_id', 'properties'] LOOP
    value := event -> field;
    content := event ->> field;
    IF content IS NULL THEN
      codes := codes || (field || '.missing');
    ELSIF jsonb_typeof(value) <> (CASE field WHEN 'properties' THEN 'object' ELSE 'string' END) THEN
      codes := codes || (field || '.wrong_type');
    ELSIF field = 'event_id' THEN
      codes := codes || CASE WHEN content !~ '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' THEN '{event_id.not_uuid}'
        WHEN content ~ '^[0-]*$' OR content ~* '^[f-]*$' THEN '{event_id.reserved}' ELSE '{}' END::text[];
    ELSIF field = 'event_name' AND content = '' THEN
      codes := codes || 'event_name.empty'::text;
    ELSIF field = 'event_time' THEN
      codes := codes || CASE WHEN content !~ '^\d{4}-\d{2}-\d{2}[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$'
          THEN CASE WHEN content ~ '^\d{4}-\d{2}-\d{2}([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?)?$' THEN '{event_time.no_zone}' ELSE '{event_time.not_rfc3339}' END
        WHEN content::timestamptz NOT BETWEEN '1990-01-01Z' AND now() + interval '1 day' THEN '{event_time.out_of_range}' ELSE '{}' END::text[];
    ELSIF field = 'user_id' THEN
      codes := codes || CASE WHEN content !~ '\S' THEN '{user_id.empty}' WHEN octet_length(content) > 1000 THEN '{user_id.too_long}' ELSE '{}' END::text[];
    END IF;
  END LOOP;
  RETURN codes;
END
$$;
SELECT setseed(0.5);
CREATE TEMP TABLE near_misses ON COMMIT DROP AS
SELECT CASE WHEN random() < 0.02 THEN jsonb_build_array(e) WHEN random() < 0.02 THEN to_jsonb(e::text) ELSE e END AS event
FROM generate_series(1, 20000) i, LATERAL (
  SELECT jsonb_object_agg(k, v ORDER BY random()) AS e FROM (
    SELECT key AS k, (choices -> (CASE WHEN random() < 0.6 + 0 * i THEN 0 ELSE floor(random() * jsonb_array_length(choices))::integer END)) AS v, choices
    FROM (VALUES
      ('event_id', '["0190f3a0-5b7e-7c3a-9f00-0123456789ab", "0190F3A0-5B7E-0C3A-FF00-0123456789AB", "0190f3a05b7e7c3a9f000123456789ab", "{0190f3a0-5b7e-7c3a-9f00-0123456789ab}", "",
        "00000000-0000-0000-0000-000000000000", "FFFFFFFF-ffff-FFFF-FFFF-FFFFFFFFFFFF", "0190f3a0-5b7e-7c3a-9f00-0123456789a", "0190f3a0-5b7e-7c3a-9f000-123456789ab", "f1234567-0000-0000-0000-000000000000",
        null, 7, true, {"a": 1}, ["0190f3a0-5b7e-7c3a-9f00-0123456789ab"], "0190f3a0-5b7e-7c3a-9f00-0123456789aß"]'::jsonb),
      ('event_name', '["project_created", "user_signed_up", "", null, 1, [], {"a": null}, "invoice_sent"]'),
      ('event_time', '["2025-01-31T08:30:00Z", "2024-02-29t23:59:59.123456789z", "2025-01-31 08:30:00+05:30", "2025-01-31T08:30:00-15:59", "2025-01-31T08:30:00", "2025-01-31", "1989-12-31T23:59:59Z",
        "1990-01-01T00:00:00Z", "1990-01-01T00:00:00+00:01", "20000-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "0000-00-00T00:00:00Q", "now", "", "infinity", "2025-01-31T08:30:00+0100", "2025-01-31T08:30Z", "1738312200",
        "2025-01-31T08:30:00.Z", "2025-01-31T08:30:00,5Z", " 2025-01-31T08:30:00Z", "2025-01-31T08:30:00Z ", null, 1738312200, true, {}]'),
      ('user_id', '["u1", "", "  ", "\t\n", "ü", " u ", null, 42, false, [], {}]'),
      ('properties', '[{}, {"plan_type": "pro"}, {"a": {"b": [1, {"c": null}]}, "plan_type": 1}, [], [{}], null, "x", 1, true]'),
      ('extra', '[null, 1, "x"]'), ('Event_id', '["0190f3a0-5b7e-7c3a-9f00-0123456789ab"]')) f (key, choices)
    WHERE random() < CASE WHEN key IN ('extra', 'Event_id') THEN 0.05 ELSE 0.97 END) fields) built
WHERE e IS NOT NULL;
SELECT cmp_ok(count(*), '>', 19000::bigint, 'thousands of near misses') FROM near_misses;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'some of which are right') FROM near_misses WHERE lifecycle.event_problems(event) = '{}';
SELECT is_empty($$SELECT event, ours, pg_temp.oracle(event) FROM near_misses, LATERAL (SELECT coalesce(array_agg(split_part(p, ' at ', 1) ORDER BY o), '{}') AS ours
  FROM unnest(lifecycle.event_problems(event)) WITH ORDINALITY u (p, o)) o WHERE ours <> pg_temp.oracle(event) LIMIT 5$$, 'all of them are judged as by the oracle');
SELECT is_empty($$SELECT event FROM near_misses WHERE (lifecycle._event_verdict(event) = 0) <> (lifecycle.event_problems(event) = '{}') LIMIT 5$$, 'the quick verdict says the same');
SELECT is_empty($$SELECT event FROM near_misses, LATERAL (SELECT coalesce(array_agg(code || ' at ' || coalesce(nullif(json_pointer, ''), '""') || ': ' || detail || coalesce('; use "' || proposed || '"', '')), '{}')
  AS found FROM lifecycle._event_findings(event)) f WHERE found <> lifecycle.event_problems(event) LIMIT 5$$, 'and so do the findings');

-- The range of times is a setting.
SET LOCAL lifecycle_ledger.earliest_event_time = '2025-02-01T00:00:00Z';
SELECT is(lifecycle.event_problems(pg_temp.event())::text LIKE '%"event_time.out_of_range at /event_time: 2025-01-31T08:30:00.000000Z is not between 2025-02-01T00:00:00.000000Z (lifecycle_ledger.earliest_event_time) and %',
  true, 'too early, by the setting');
SET LOCAL lifecycle_ledger.earliest_event_time = '0001-01-01T00:00:00Z';
SET LOCAL lifecycle_ledger.max_event_lead = '10min';
SELECT is(pg_temp.codes(pg_temp.event('event_time', to_jsonb(now() + interval '9 minutes'))), '', 'a clock that is fast');
SELECT is(pg_temp.codes(pg_temp.event('event_time', to_jsonb(now() + interval '20 minutes'))), 'event_time.out_of_range', 'too far ahead, by the setting');
SELECT throws_ok($$SET lifecycle_ledger.earliest_event_time = '1990'$$, '22023', 'invalid value for parameter "lifecycle_ledger.earliest_event_time": "1990"', 'a setting that is no time');
RESET lifecycle_ledger.earliest_event_time;
RESET lifecycle_ledger.max_event_lead;

-- Size and depth.
SET LOCAL lifecycle_ledger.max_document_bytes = 1024;
SELECT is(pg_temp.codes(pg_temp.event('properties', jsonb_build_object('text', repeat('x', 2000)))), 'event.too_large', 'too large');
RESET lifecycle_ledger.max_document_bytes;
SELECT is(pg_temp.codes(pg_temp.event('properties', (repeat('{"a":', 3000) || '1' || repeat('}', 3000))::jsonb)), 'properties.too_deep', 'too deep');
SELECT is(pg_temp.codes(pg_temp.event('properties', (repeat('{"a":[', 400) || '{"risk_score": 1}' || repeat(']}', 400))::jsonb)), 'property.derived', 'found far below');
SELECT is(pg_temp.codes(pg_temp.event('properties', '{"a": 1e400, "b": -1e-400}')), '', 'numbers are not the contract''s business');
SELECT is(pg_temp.codes(pg_temp.event('properties', jsonb_build_object('text', repeat('x', 3000000)))), '', 'a toasted document');
SELECT is(array_length(lifecycle.event_problems(pg_temp.event('properties', (SELECT jsonb_object_agg('k' || i || '_score', 1) FROM generate_series(1, 5000) i))), 1), 101, 'not more than a hundred, and the rest as one');

-- Under other rules.
SELECT is(lifecycle.event_problems(pg_temp.event('properties', '{"risk_score": 1}'), '{"disable": ["+_score", "*_risk_<metric>"]}'), '{}', 'an overlay that disables');
SELECT is(array_length(lifecycle.event_problems(pg_temp.event(), '{"add": [{"applies_to": "property", "pattern": "project_id", "code": "property.secret", "reason": "is secret"}]}'), 1), 1, 'one that adds');
SELECT is(lifecycle.event_problems(pg_temp.event('event_name', '"ball_yote"'), '{"verbs": [{"past": "yote", "base": "yeet"}]}'), '{}', 'one that knows another verb');
SELECT is(lifecycle.event_name_problem('premium_user', '{"add": [{"applies_to": "event_name", "pattern": "premium_user", "severity": "allow"}]}'), NULL, 'one that makes an exception');
SELECT is(lifecycle.event_problems(pg_temp.event(), NULL), '{}', 'none');
SELECT throws_ok($$SELECT lifecycle.event_problems('{}', '{"add": [{"applies_to": "properties", "pattern": "x"}]}')$$, '22023', '"properties" is no subject of event rules', 'a wrong one');
SELECT throws_ok($$SELECT lifecycle.event_problems('{}', '{"add": [{"applies_to": "property", "pattern": "a**"}]}')$$, '22023', '"a**" is no pattern of an event rule', 'a wrong pattern');

-- What the functions are.
SELECT is((SELECT string_agg(concat(proname, ' ', provolatile, proparallel), ', ' ORDER BY proname) FROM pg_proc WHERE oid IN ('lifecycle.event_problems(jsonb)'::regprocedure, 'lifecycle.event_name_problem(text)'::regprocedure)),
  'event_name_problem ss, event_problems ss', 'stable and parallel safe');
CREATE TABLE many AS SELECT pg_temp.event('event_name', to_jsonb((ARRAY['project_created', 'user_status'])[1 + i % 2])) AS event FROM generate_series(1, 20000) i;
ANALYZE many;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT is((SELECT count(*) FROM many WHERE lifecycle.event_problems(event) = '{}'), 10000::bigint, 'in parallel');
SELECT * FROM finish();
ROLLBACK;
