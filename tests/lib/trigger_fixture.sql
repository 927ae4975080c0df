-- Users, triggers and rounds of events for tests of process_triggers(), and what a plain loop makes of them.
-- Variables: events, how many a round has.
CREATE TABLE round_numbers (n integer);
INSERT INTO lifecycle.workflows (id, name, bpmn_xml, status, version) VALUES
  ('00000000-0000-4000-8000-000000000001', 'active', '<definitions/>', 'active', '1.0.0'),
  ('00000000-0000-4000-8000-000000000002', 'inactive', '<definitions/>', 'inactive', '1.0.0');
INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
  SELECT 'User' || i || '@Example.com', (ARRAY['Acquisition', 'Activation', 'Retention'])[i % 3 + 1],
    jsonb_build_object('external_id', 'ext-' || CASE WHEN i % 17 = 0 THEN 0 ELSE i END, 'plan', (ARRAY['free', 'pro', 'team'])[i % 3 + 1], 'score', i % 10)
  FROM generate_series(1, 60) i;
INSERT INTO lifecycle.triggers (id, name, event_type, conditions, workflow_id, max_event_age, enabled)
  SELECT ('00000000-0000-4000-8000-0000000001' || lpad(i::text, 2, '0'))::uuid, 'trigger ' || i, (ARRAY['order_placed', 'order_shipped', 'stage_changed', 'invoice_paid'])[i % 4 + 1],
    (ARRAY['true', '{"==": [{"var": "user.attributes.plan"}, "pro"]}', '{">": [{"var": "event.properties.amount"}, {"*": [10, {"var": "user.attributes.score"}]}]}',
      '[{"field": "lifecycle_stage", "operator": "in", "value": ["Activation", "Retention"]}, {"field": "event.properties.amount", "operator": "not_exists"}]',
      '{"!": {"var": "user"}}', '{"==": [{"var": "event.properties.to_stage"}, {"var": "user.current_lifecycle_stage"}]}', 'false'])[i % 7 + 1]::jsonb,
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '00000000-0000-4000-8000-000000000002' ELSE '00000000-0000-4000-8000-000000000001' END::uuid,
    CASE WHEN i % 3 = 0 THEN interval '2 days' END, i % 8 <> 0
  FROM generate_series(1, 16) i;

-- A round: events as they come, some of nobody, some old, some received long ago; users who move.
CREATE PROCEDURE add_round(events integer) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM setseed(0.4 + (SELECT count(*) FROM round_numbers) / 100.0);
  INSERT INTO round_numbers VALUES (1);
  INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties, received_at)
    SELECT gen_random_uuid(), (ARRAY['order_placed', 'order_shipped', 'invoice_paid', 'page_viewed'])[1 + floor(random() * 4)],
      now() - floor(random() * 96) * interval '1 hour',
      CASE floor(random() * 5) WHEN 0 THEN 'ext-' || floor(random() * 70) WHEN 1 THEN ' USER' || floor(random() * 70) || '@example.com' WHEN 2 THEN 'nobody'
        ELSE (SELECT u.id::text FROM lifecycle.users u WHERE i > 0 ORDER BY random() LIMIT 1) END,
      CASE WHEN random() < 0.7 THEN jsonb_build_object('amount', floor(random() * 100)) ELSE '{}' END,
      CASE WHEN random() < 0.1 THEN now() - interval '1 day' ELSE now() END
    FROM generate_series(1, events) i;
  UPDATE lifecycle.users u SET current_lifecycle_stage = (ARRAY['Activation', 'Retention', 'Revenue'])[1 + floor(random() * 3)] WHERE random() < 0.1;
END
$$;

-- What should be: one event, one trigger at a time.
CREATE TABLE expected_firings (kind text, event_id text, trigger_id uuid, user_id uuid, condition_met boolean, started boolean, PRIMARY KEY (kind, event_id, trigger_id));
CREATE PROCEDURE expect_firings() LANGUAGE plpgsql AS $$
DECLARE
  e record; t record; u lifecycle.users; users integer; met boolean;
BEGIN
  SET LOCAL timezone = 'UTC';
  FOR e IN
    SELECT 'event' AS kind, event_id::text AS id, event_name AS name, event_time AS at, received_at, user_id AS who, properties, NULL::text AS stage FROM lifecycle.events
    UNION ALL SELECT 'lifecycle_event', id::text, event_type, created_at, created_at, user_id::text, event_data, lifecycle_stage FROM lifecycle.lifecycle_events
  LOOP
    FOR t IN SELECT g.*, w.status FROM lifecycle.triggers g LEFT JOIN lifecycle.workflows w ON w.id = g.workflow_id
      WHERE g.enabled AND g.event_type = e.name AND e.received_at >= g.enabled_at
    LOOP
      CONTINUE WHEN EXISTS (SELECT FROM expected_firings x WHERE (x.kind, x.event_id, x.trigger_id) = (e.kind, e.id, t.id))
        OR e.at < now() - t.max_event_age;
      u := NULL;
      SELECT * INTO u FROM lifecycle.users WHERE id::text = lower(e.who);
      IF u.id IS NULL THEN
        SELECT count(*) INTO users FROM lifecycle.users WHERE attributes ->> 'external_id' = e.who;
        IF users = 1 THEN
          SELECT * INTO u FROM lifecycle.users WHERE attributes ->> 'external_id' = e.who;
        ELSIF users = 0 AND e.who LIKE '%@%' THEN
          SELECT * INTO u FROM lifecycle.users WHERE lower(email) = lower(btrim(e.who));
        END IF;
      END IF;
      met := lifecycle.matches(t.rule, CASE WHEN u.id IS NOT NULL THEN to_jsonb(u) - 'changed_xid' END,
        jsonb_build_object('kind', e.kind, 'id', e.id, 'name', e.name, 'time', e.at, 'user_id', e.who, 'properties', e.properties, 'lifecycle_stage', e.stage));
      INSERT INTO expected_firings VALUES (e.kind, e.id, t.id, u.id, met, met AND u.id IS NOT NULL AND t.status IS NOT DISTINCT FROM 'active');
    END LOOP;
  END LOOP;
END
$$;
CREATE VIEW firings AS
  SELECT e.event_data ->> 'kind' AS kind, e.event_data ->> 'id' AS event_id, e.trigger_id, e.user_id, e.condition_met, w.id IS NOT NULL AS started
  FROM lifecycle.trigger_executions e LEFT JOIN lifecycle.workflow_executions w ON w.id = e.workflow_execution_id AND w.user_id = e.user_id AND w.status = 'pending'
    AND w.variables #>> '{event,id}' = e.event_data ->> 'id' AND w.variables #>> '{trigger,id}' = e.trigger_id::text;
