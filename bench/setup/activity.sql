-- CONTACTS users with two or three moves behind them, and ROWS events of theirs: nine tenths spread over the 24 months before this
-- one, a tenth on one day of them.
CREATE SCHEMA bench;
SELECT date_trunc('month', now(), 'UTC') - interval '24 months' AS since, date_trunc('month', now(), 'UTC') - interval '5 months' + interval '9 days' AS day \gset
SELECT count(lifecycle._ensure_partition('lifecycle.events', month)) FROM generate_series(:'since'::timestamptz, now(), interval '1 month') month;
CREATE FUNCTION bench.user_id(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5('user ' || i)::uuid;
-- History is loaded with the users, set-wise.
BEGIN;
ALTER TABLE lifecycle.users DISABLE TRIGGER first_stage;
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes, created_at)
  SELECT bench.user_id(i), 'u' || i || '@example.com', (lifecycle._lifecycle_stages())[2 + i % 3], jsonb_build_object('external_id', 'ext-' || i),
    :'since'::timestamptz - i % 90 * interval '1 day'
  FROM generate_series(1, :contacts) i;
INSERT INTO lifecycle.user_lifecycle_history (user_id, from_stage, to_stage, transitioned_at, cause)
  SELECT bench.user_id(i), CASE WHEN n > 1 THEN (lifecycle._lifecycle_stages())[n - 1] END, (lifecycle._lifecycle_stages())[n],
    :'since'::timestamptz - i % 90 * interval '1 day' + (n - 1) * (i % 300) * interval '25 hours', 'bench'
  FROM generate_series(1, :contacts) i, generate_series(1, 2 + i % 3) n;
ALTER TABLE lifecycle.users ENABLE TRIGGER first_stage;
COMMIT;
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
  SELECT md5('event ' || i)::uuid, (ARRAY['page_viewed', 'order_placed', 'message_sent', 'report_exported', 'project_created', 'invoice_paid'])[1 + i * 7 % 6],
    CASE WHEN i % 10 = 0 THEN :'day'::timestamptz + i * (interval '1 day' / :rows) ELSE :'since'::timestamptz + i * (interval '728 days' / :rows) END,
    bench.user_id(1 + i * 7919 % :contacts)::text, jsonb_build_object('page', 'p' || i % 50)
  FROM generate_series(1, :rows::bigint) i;
VACUUM ANALYZE;
