CREATE FUNCTION lifecycle._pair_tables(asked text, triggers uuid[], careful boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($sql$
    asked AS MATERIALIZED (%1$s),
    people AS MATERIALIZED (
      -- Locked as a foreign key's check would: they cannot go before what refers to them is written.
      SELECT k.user_key, u.id AS user_id, %3$s AS user_document
      FROM lifecycle._users_of(ARRAY(SELECT DISTINCT a.user_key FROM asked a WHERE NOT a.known AND a.user_key <> '')) k
        JOIN lifecycle.users u ON u.id = k.user_id
      FOR KEY SHARE OF u
    ), listening AS MATERIALIZED (
      SELECT t.id AS trigger_id, t.name AS trigger_name, t.event_type, coalesce(t.rule, t.conditions) AS rule, t.enabled_at, t.max_event_age,
        t.workflow_id, w.status AS workflow_status, w.version AS workflow_version,
        -- The first of those that listen to one name speaks for the event as such.
        row_number() OVER (PARTITION BY t.event_type ORDER BY t.enabled_at, t.id)::integer AS place
      FROM lifecycle.triggers t LEFT JOIN lifecycle.workflows w ON w.id = t.workflow_id
      WHERE t.id = ANY (%2$L::uuid[])
    ), names AS MATERIALIZED (
      SELECT l.event_type, array_agg(l.rule ORDER BY l.place) AS rules, CASE WHEN bool_and(l.max_event_age IS NOT NULL) THEN max(l.max_event_age) END AS longest_age
      FROM listening l GROUP BY 1
    ), events AS MATERIALIZED (
      SELECT a.event_id, a.user_key, a.event_name, a.event_time, a.received_at, a.event, a.user_id, n.is_timely, %4$s
      -- OFFSET 0: names come last, into a hash. The rules of a name are long, and not to be copied for each event.
      FROM (SELECT b.*, p.user_id, p.user_document FROM asked b LEFT JOIN people p ON p.user_key = b.user_key OFFSET 0) a
        JOIN names m ON m.event_type = a.event_name
        CROSS JOIN LATERAL (SELECT NOT a.known AND (m.longest_age IS NULL OR a.event_time >= now() - m.longest_age) AS is_timely) n
    )$sql$, asked, triggers, lifecycle._user_document('u'),
    CASE WHEN careful THEN 'a.user_document' ELSE 'CASE WHEN n.is_timely THEN lifecycle._judge(m.rules, a.user_document, a.event) END AS verdicts' END)
$$;
COMMENT ON FUNCTION lifecycle._pair_tables(text, uuid[], boolean) IS
'Internal: common table expressions, as SQL text: events, of which each is held against all triggers at once, and listening, the triggers. asked: a query as of _trigger_events() with known, whether the event has been judged before. careful: nothing is judged yet.';
