CREATE FUNCTION lifecycle.simulate_trigger(trigger uuid, from_time timestamptz, until_time timestamptz DEFAULT pg_catalog.now())
RETURNS TABLE (event_kind text, event_id text, event_name text, event_time timestamptz, user_id uuid, would_fire boolean, why_not text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  t record;
  within text;
BEGIN
  IF trigger IS NULL OR from_time IS NULL OR until_time IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'simulate_trigger() needs a trigger and two times',
      DETAIL = format('%s is null.', CASE WHEN trigger IS NULL THEN 'trigger' WHEN from_time IS NULL THEN 'from_time' ELSE 'until_time' END),
      HINT = 'SELECT * FROM lifecycle.simulate_trigger(trigger_id, now() - interval ''7 days'', now());';
  ELSIF from_time > until_time THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'the times are not in their order',
      DETAIL = format('from_time is %s, until_time is %s.', from_time, until_time), HINT = 'Swap them.';
  END IF;
  PERFORM lifecycle._require_tables();
  SELECT g.event_type, coalesce(g.rule, g.conditions) AS rule, g.max_event_age, g.workflow_id, w.status INTO t
    FROM lifecycle.triggers g LEFT JOIN lifecycle.workflows w ON w.id = g.workflow_id WHERE g.id = trigger;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = format('there is no trigger %s', trigger),
      DETAIL = 'Table lifecycle.triggers has no row with this id.', HINT = 'SELECT id, name FROM lifecycle.triggers;';
  END IF;
  within := format('e.event_name = %L AND e.event_time >= %L AND e.event_time < %L', t.event_type, from_time, until_time);
  RETURN QUERY EXECUTE format($sql$
    WITH asked AS MATERIALIZED (%1$s UNION ALL %2$s), people AS MATERIALIZED (
      SELECT k.user_key, u.id, %3$s AS document
      FROM lifecycle._users_of(ARRAY(SELECT DISTINCT a.user_key FROM asked a WHERE a.user_key <> '')) k JOIN lifecycle.users u ON u.id = k.user_id
    ), judged AS MATERIALIZED (
      SELECT a.event_name, a.event_time, a.event, a.user_key, p.id AS user_id, p.document,
        lifecycle._try_matches($1, p.document, a.event, a.received_at) AS outcome, a.received_at > a.event_time + $2 AS is_late
      FROM asked a LEFT JOIN people p USING (user_key)
    )
    SELECT j.event ->> 'kind', j.event ->> 'id', j.event_name::text, j.event_time, j.user_id, r.reason IS NULL, r.reason
    FROM judged j CROSS JOIN LATERAL (SELECT CASE
        WHEN j.is_late THEN 'it was older than max_event_age when it was received'
        WHEN j.outcome ? 'error' THEN 'the condition raises an error: ' || (j.outcome #>> '{error,detail}')
        WHEN j.outcome -> 'met' = 'false' THEN lifecycle._why_not($1, j.document, j.event)
        WHEN $3 IS NULL THEN NULL
        WHEN j.user_key = '' THEN 'it names no user'
        WHEN j.user_id IS NULL THEN format('no user is known as %%s', j.user_key)
        WHEN $3 <> 'active' THEN format('the workflow is %%s', $3) END AS reason) r
    ORDER BY j.event_time, j.event ->> 'id'$sql$,
      lifecycle._trigger_events('event', within), lifecycle._trigger_events('lifecycle_event', within), lifecycle._user_document('u'))
    USING t.rule, t.max_event_age, t.status::text;
END
$$;
COMMENT ON FUNCTION lifecycle.simulate_trigger(uuid, timestamptz, timestamptz) IS
'What a trigger, enabled or not, would have done with the events and lifecycle events of a time, from_time included, until_time not: a row for each event it listens to, in the order of event_time. would_fire: whether its conditions hold and its workflow would have been started (a trigger without a workflow: whether they hold). why_not: the reason, with the part of the condition that failed and what it found; null where it would fire. Each event is judged as of when it was received, users are as they are now. Writes nothing.
Errors: P0002 for an unknown trigger, 22004 for null, 22023 for times out of order.';
