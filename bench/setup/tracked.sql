-- Events as producers send them: whole, as jsonb, of 20 kinds with properties of their own; one in fifty breaks the contract in a way
-- that a regular expression sees too.
CREATE SCHEMA bench;
CREATE TABLE bench.tracked AS
  SELECT jsonb_build_object('event_id', md5('event ' || i)::uuid,
    'event_name', CASE WHEN i % 150 = 50 THEN 'userStatus' ELSE (ARRAY['user_signed_up', 'user_logged_in', 'project_created', 'project_shared', 'report_exported',
      'invoice_sent', 'invoice_paid', 'payment_failed', 'page_viewed', 'button_clicked', 'trial_started', 'trial_ended', 'message_sent', 'file_uploaded', 'search_performed',
      'plan_upgraded', 'member_invited', 'comment_posted', 'export_downloaded', 'session_expired'])[1 + i % 20] END,
    'event_time', CASE WHEN i % 150 = 100 THEN '2025-13-01 25:00' ELSE to_char(timestamptz '2024-01-01Z' + i * interval '31.4159 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END,
    'user_id', 'user_' || i::bigint * 7919 % (1 + :rows / 5),
    'properties', CASE i % 4
      WHEN 0 THEN jsonb_build_object('plan_type', 'pro', 'source', 'web', 'project_id', i % 5000, 'locale', 'en_CA')
      WHEN 1 THEN jsonb_build_object('feature_name', 'board', 'duration_ms', i * 37 % 90000, 'device', jsonb_build_object('os', 'ios', 'model', 'm' || i % 9, 'app_version', '4.' || i % 7))
      WHEN 2 THEN jsonb_build_object('amount', round((i % 9973) / 100.0, 2), 'currency', 'EUR', 'items', jsonb_build_array(i % 7, i % 11), 'coupon', NULL)
      ELSE jsonb_build_object('page', '/projects/' || i % 300, 'referrer', 'https://example.com/?q=' || i % 100, 'position', i % 12) END
      || CASE WHEN i % 150 = 149 THEN '{"churn_risk_score": 0.7}' ELSE '{}' END::jsonb) AS event
  FROM generate_series(1, :rows) i;
VACUUM ANALYZE;
