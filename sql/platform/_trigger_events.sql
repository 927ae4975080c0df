CREATE FUNCTION lifecycle._trigger_events(kind text, condition text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE kind
    WHEN 'event' THEN format($sql$
      SELECT e.changed_xid, e.event_id, e.user_id AS user_key, e.event_name, e.event_time, e.received_at,
        lifecycle._payload('{kind,id,name,time,received_at,user_id,properties}', 'event'::text, e.event_id, e.event_name, e.event_time, e.received_at,
          e.user_id, e.properties) AS event
      FROM lifecycle.events e WHERE %s$sql$, condition)
    WHEN 'lifecycle_event' THEN format($sql$
      SELECT e.changed_xid, e.event_id, coalesce(e.user_id::text, '') COLLATE "C" AS user_key, e.event_name, e.event_time, e.received_at,
        lifecycle._payload('{kind,id,name,time,received_at,user_id,properties,event_data,lifecycle_stage,workflow_execution_id}',
          'lifecycle_event'::text, e.id, e.event_name, e.event_time, e.received_at, e.user_id, coalesce(e.event_data, '{}'),
          coalesce(e.event_data, '{}'), e.lifecycle_stage, e.workflow_execution_id) AS event
      FROM (SELECT l.*, lpad(to_hex(l.id), 32, '0')::uuid AS event_id, l.event_type AS event_name, l.created_at AS event_time,
          l.created_at AS received_at FROM lifecycle.lifecycle_events l) e
      WHERE %s$sql$, condition)
    END
$$;
COMMENT ON FUNCTION lifecycle._trigger_events(text, text) IS
'Internal: a query over events (kind event) or lifecycle_events (kind lifecycle_event) as triggers see both, as SQL text: changed_xid, event_id, user_key, event_name, event_time, received_at, and event, what conditions see. condition is over e with those columns but the last. In a session whose time zone is UTC.';
