-- Two months that are due.
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('ann@example.com', 'Acquisition');
SELECT lifecycle._ensure_partition('lifecycle.lifecycle_events', month) FROM unnest('{2024-05-01 00:00+00,2024-06-01 00:00+00}'::timestamptz[]) month;
INSERT INTO lifecycle.lifecycle_events (event_type, user_id, event_data, created_at) SELECT 'stage_changed', u.id, '{}', at FROM lifecycle.users u, unnest('{2024-05-10 00:00+00,2024-06-10 00:00+00}'::timestamptz[]) at;
