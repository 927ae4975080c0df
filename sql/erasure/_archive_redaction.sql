CREATE FUNCTION lifecycle._archive_redaction(relation text, OUT person text, OUT redactions jsonb)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- person: the expression (alias a) that names the user; redactions: what the columns become, $p$ being the pseudonym.
  SELECT v.person, v.redactions::jsonb FROM (VALUES
    ('lifecycle.lifecycle_events', 'a.user_id::text', '{"event_data": "CASE WHEN a.event_data IS NOT NULL THEN ''{}''::jsonb END"}'),
    ('lifecycle.trigger_executions', 'coalesce(a.user_id::text, a.event_data ->> ''user_id'')', '{"event_data": "CASE WHEN a.event_data IS NOT NULL THEN ''{}''::jsonb END"}'),
    ('lifecycle.events', 'a.user_id', '{"user_id": "p.pseudonym", "properties": "''{}''::jsonb"}')
  ) v (relation, person, redactions)
  WHERE v.relation = _archive_redaction.relation
$$;
COMMENT ON FUNCTION lifecycle._archive_redaction(text) IS
  'Internal: of a table that retention may archive: the expression (alias a) that says whose a row is, and the columns with what they become (p.pseudonym is at hand). Nulls for a table without personal data.';
