-- Users, twenty triggers that all listen to one event, and a loop that does what process_triggers() does.
CREATE SCHEMA bench;
SET session_replication_role = replica; -- no history of users needed here
INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
  SELECT 'user' || i || '@example.com', (lifecycle._lifecycle_stages())[1 + i % 5],
    jsonb_build_object('external_id', 'user_' || i, 'plan', (ARRAY['free', 'starter', 'pro', 'enterprise'])[1 + i * 7 % 4],
      'country', (ARRAY['DE', 'FR', 'AT', 'US', 'GB', 'JP', 'BR', 'IN'])[1 + i * 11 % 8], 'score', i % 100, 'signup_source', (ARRAY['ad', 'referral', 'organic'])[1 + i % 3],
      'city', 'City ' || i % 1000, 'logins', i * 17 % 500)
  FROM generate_series(1, :contacts) i;
RESET session_replication_role;
INSERT INTO lifecycle.workflows (name, bpmn_xml, status) VALUES ('campaign', '<definitions/>', 'active');
INSERT INTO lifecycle.triggers (name, event_type, workflow_id, conditions)
  SELECT 'trigger ' || i, 'order_placed', w.id, jsonb_build_object('and', jsonb_build_array(
    jsonb_build_object('==', jsonb_build_array('{"var": "user.attributes.plan"}'::jsonb, (ARRAY['free', 'starter', 'pro', 'enterprise'])[1 + i % 4])),
    jsonb_build_object('>', jsonb_build_array('{"var": "event.properties.amount"}'::jsonb, i * 4)),
    jsonb_build_object('in', jsonb_build_array('{"var": "user.attributes.country"}'::jsonb, '["DE", "FR", "AT", "US"]'::jsonb))))
  FROM lifecycle.workflows w, generate_series(1, 20) i;
CREATE TABLE bench.trigger_keys (event_id uuid, trigger_id uuid, PRIMARY KEY (event_id, trigger_id));
\ir interpreter.sql
VACUUM ANALYZE;

-- The loop: an event, its user, each trigger; what is judged is kept by a key.
CREATE PROCEDURE bench.process_triggers(since timestamptz, interpreted boolean) LANGUAGE plpgsql AS $$
DECLARE
  e record; t record; u lifecycle.users; met boolean; execution uuid; event jsonb; person jsonb;
BEGIN
  SET LOCAL timezone = 'UTC';
  FOR e IN SELECT * FROM lifecycle.events WHERE received_at >= since LOOP
    SELECT * INTO u FROM lifecycle.users WHERE id = lifecycle._uuid_or_null(e.user_id);
    IF u.id IS NULL THEN
      SELECT * INTO u FROM lifecycle.users WHERE (attributes ->> 'external_id') COLLATE "C" = e.user_id;
    END IF;
    event := jsonb_build_object('kind', 'event', 'id', e.event_id, 'name', e.event_name, 'time', e.event_time, 'received_at', e.received_at, 'user_id', e.user_id,
      'properties', e.properties);
    person := jsonb_build_object('id', u.id, 'email', u.email, 'current_lifecycle_stage', u.current_lifecycle_stage, 'attributes', u.attributes, 'created_at', u.created_at,
      'updated_at', u.updated_at);
    FOR t IN SELECT g.*, w.version FROM lifecycle.triggers g JOIN lifecycle.workflows w ON w.id = g.workflow_id WHERE g.enabled AND g.event_type = e.event_name LOOP
      INSERT INTO bench.trigger_keys VALUES (e.event_id, t.id) ON CONFLICT DO NOTHING;
      CONTINUE WHEN NOT FOUND;
      IF interpreted THEN
        met := bench.truthy(bench.jsonlogic(t.rule, jsonb_build_object('user', person, 'event', event)));
      ELSE
        met := lifecycle.matches(t.rule, person, event);
      END IF;
      execution := NULL;
      IF met THEN
        INSERT INTO lifecycle.workflow_executions (workflow_id, user_id, variables, workflow_version)
          VALUES (t.workflow_id, u.id, jsonb_build_object('event', event, 'trigger', jsonb_build_object('id', t.id, 'name', t.name)), t.version) RETURNING id INTO execution;
      END IF;
      INSERT INTO lifecycle.trigger_executions (trigger_id, user_id, event_data, condition_met, workflow_execution_id) VALUES (t.id, u.id, event, met, execution);
    END LOOP;
  END LOOP;
END
$$;
