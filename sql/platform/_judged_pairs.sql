CREATE FUNCTION lifecycle._judged_pairs(asked text, pairs text, triggers uuid[], careful boolean) RETURNS text
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
    ), events AS MATERIALIZED (
      SELECT a.*, p.user_id, p.user_document FROM asked a LEFT JOIN people p ON p.user_key = a.user_key
    ), listening AS MATERIALIZED (
      SELECT t.id AS trigger_id, t.name AS trigger_name, t.event_type, coalesce(t.rule, t.conditions) AS rule, t.enabled_at, t.max_event_age,
        t.workflow_id, w.status AS workflow_status, w.version AS workflow_version,
        -- Of those that listen to one name the first, which speaks for the event as such.
        row_number() OVER (PARTITION BY t.event_type ORDER BY t.enabled_at, t.id) = 1 AS is_first,
        CASE WHEN bool_and(t.max_event_age IS NOT NULL) OVER type THEN max(t.max_event_age) OVER type END AS longest_age
      FROM lifecycle.triggers t LEFT JOIN lifecycle.workflows w ON w.id = t.workflow_id
      WHERE t.id = ANY (%2$L::uuid[])
      WINDOW type AS (PARTITION BY t.event_type)
    ), judged AS (%4$s), fired AS (
      SELECT j.*, CASE WHEN j.verdict AND j.user_id IS NOT NULL AND j.workflow_status = 'active' THEN lifecycle._uuid_v7() END AS execution_id
      FROM judged j OFFSET 0
    )$sql$, asked, triggers, lifecycle._user_document('u'),
    -- OFFSET 0: judged once, however often the result is looked at.
    CASE WHEN careful THEN format($sql$
      SELECT q.*, (q.outcome ->> 'met')::boolean AS verdict, q.outcome -> 'error' AS error
      FROM (SELECT p.*, CASE WHEN p.is_due THEN lifecycle._try_matches(p.rule, p.user_document, p.event, now()) END AS outcome
        FROM (%s) p OFFSET 0) q OFFSET 0$sql$, pairs)
    ELSE format($sql$
      SELECT p.*, CASE WHEN p.is_due THEN lifecycle.matches(p.rule, p.user_document, p.event) END AS verdict
      FROM (%s) p OFFSET 0$sql$, pairs) END)
$$;
COMMENT ON FUNCTION lifecycle._judged_pairs(text, text, uuid[], boolean) IS
'Internal: common table expressions up to fired, a row for each pair of event and trigger with verdict (null: not judged) and execution_id, as SQL text. asked: a query as of _trigger_events() with known, whether the event has been judged before. pairs: a query over events and listening that adds is_due, whether the pair is to be judged, and is_keyed, whether the event''s key goes with it. careful: a pair that cannot be judged has its error in the column error, else it raises.';
