-- For tests of the inbox: event lines and what became of them.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
SET timezone = 'UTC';
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();

-- The id of event number n, and the line of one; members that are given replace those it has, null ones leave it.
CREATE FUNCTION event_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('0192e4a0-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
CREATE FUNCTION event_line(n bigint, members jsonb DEFAULT '{}') RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('event_id', event_id(n), 'event_name', 'user_signed_up', 'event_time', '2025-03-04T05:06:07.89Z',
    'user_id', 'u' || n, 'properties', jsonb_build_object('n', n)) || members)::text $$;
-- What the latest run counted.
CREATE FUNCTION last_run() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s: %s in = %s written + %s repeats + %s dead', status, rows_in, written, unchanged, dead) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1 $$;
-- The latest dead letter in one line.
CREATE FUNCTION last_letter() RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', sqlstate, code, 'at "' || json_pointer || '"', key) FROM lifecycle.dead_letters ORDER BY id DESC LIMIT 1 $$;
CREATE VIEW stored AS SELECT event_id, event_name COLLATE "default" AS event_name, event_time, user_id COLLATE "default" AS user_id, properties FROM lifecycle.events;
