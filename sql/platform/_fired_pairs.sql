CREATE FUNCTION lifecycle._fired_pairs(is_due text, is_keyed text, careful boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- OFFSET 0: ids are made once, however often they are looked at.
  SELECT format($sql$
    SELECT j.*, CASE WHEN j.verdict AND j.user_id IS NOT NULL AND j.workflow_status = 'active' THEN lifecycle._uuid_v7() END AS execution_id
    FROM (%s) j OFFSET 0$sql$,
    format(CASE WHEN careful THEN $sql$
      SELECT q.*, (q.outcome ->> 'met')::boolean AS verdict, q.outcome -> 'error' AS error FROM (
        SELECT %1$s, CASE WHEN %2$s THEN lifecycle._try_matches(t.rule, e.user_document, e.event, now()) END AS outcome, %3$s AS is_keyed
        FROM events e JOIN listening t ON t.event_type = e.event_name AND t.enabled_at <= e.received_at OFFSET 0) q$sql$
    ELSE $sql$
      SELECT %1$s, CASE WHEN %2$s THEN e.verdicts[t.place] END AS verdict, %3$s AS is_keyed
      FROM events e JOIN listening t ON t.event_type = e.event_name AND t.enabled_at <= e.received_at$sql$ END,
      'e.event_id, e.user_key, e.received_at, e.event, e.user_id, t.trigger_id, t.trigger_name, t.workflow_id, t.workflow_status, t.workflow_version',
      is_due, is_keyed))
$$;
COMMENT ON FUNCTION lifecycle._fired_pairs(text, text, boolean) IS
'Internal: a query over what _pair_tables() gives, a row for each pair of event e and trigger t that listens to it, with verdict (null: not judged) and execution_id, as SQL text. is_due: whether a pair is to be judged; is_keyed: whether the key of the event goes with it, both as expressions. careful: a pair that cannot be judged has its error in the column error; else it raises.';
