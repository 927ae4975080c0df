-- Old months of lifecycle_events, :rows each, ready to be archived into :directory. months_ago(n): the first instant of a month.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE FUNCTION months_ago(n int) RETURNS timestamptz LANGUAGE sql AS $$ SELECT date_trunc('month', now()) - n * interval '1 month' $$;
SELECT count(lifecycle._ensure_partition('lifecycle.lifecycle_events', months_ago(n))) FROM unnest(ARRAY[26, 27]) n \g /dev/null
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT md5('u' || i)::uuid, 'u' || i || '@x.org', 'Activation' FROM generate_series(1, 100) i;
INSERT INTO lifecycle.lifecycle_events (event_type, user_id, event_data, created_at)
SELECT 'stage_changed', md5('u' || 1 + i % 100)::uuid, jsonb_build_object('i', i, 'text', repeat(md5(i::text), 3)), months_ago(n) + i * interval '10 s'
FROM unnest(ARRAY[0, 26, 27]) n, generate_series(1, :rows) i;
UPDATE lifecycle.retention_policies SET directory = :'directory' WHERE relation = 'lifecycle.lifecycle_events'::regclass;
DELETE FROM lifecycle.retention_policies WHERE relation <> 'lifecycle.lifecycle_events'::regclass;
