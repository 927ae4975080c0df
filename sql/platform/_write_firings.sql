CREATE FUNCTION lifecycle._write_firings(asked text, is_due text, is_keyed text, triggers uuid[], careful boolean,
  OUT pairs_in bigint, OUT judged bigint, OUT fired bigint, OUT dead bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Keys and users are looked up one by one, mostly in vain: a bitmap for each costs more than the look.
SET enable_bitmapscan = off
AS $$
DECLARE
  targets regclass[];
  counts bigint[];
BEGIN
  PERFORM FROM lifecycle.workflows w WHERE w.id IN (SELECT t.workflow_id FROM lifecycle.triggers t WHERE t.id = ANY (triggers)) FOR KEY SHARE;
  IF NOT careful THEN
    targets := lifecycle._firing_targets();
  END IF;
  IF targets IS NOT NULL THEN
    counts := lifecycle._insert_rows(format('WITH %s SELECT %s, %s, %s FROM (%s) f', lifecycle._pair_tables(asked, triggers, false),
      lifecycle._firing_columns(targets[1]), lifecycle._firing_columns(targets[2]), lifecycle._firing_columns(targets[3]),
      lifecycle._fired_pairs(is_due, is_keyed, false)), targets);
    SELECT counts[1], counts[2], counts[3], 0 INTO pairs_in, judged, fired, dead;
    RETURN;
  END IF;
  EXECUTE format($sql$
    WITH %1$s, pairs AS MATERIALIZED (SELECT f.*, %5$s AS failure FROM (%6$s) f), executions AS (
      INSERT INTO lifecycle.workflow_executions SELECT %2$s FROM pairs f WHERE f.execution_id IS NOT NULL RETURNING 1
    ), keys AS (
      INSERT INTO lifecycle.trigger_event_keys SELECT %3$s FROM pairs f WHERE f.is_keyed
    ), log AS (
      INSERT INTO lifecycle.trigger_executions SELECT %4$s FROM pairs f WHERE f.verdict IS NOT NULL RETURNING 1
    ), letters AS (
      INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, received_at)
      SELECT 'triggers', f.trigger_id::text, f.event ->> 'id', f.failure ->> 'sqlstate', 'condition.' || (f.failure ->> 'sqlstate'), '',
        format('Trigger "%%s" could not judge it: %%s', f.trigger_name, f.failure ->> 'detail'), f.event::text, f.received_at
      FROM pairs f WHERE f.failure IS NOT NULL RETURNING 1
    )
    SELECT (SELECT count(*) FROM pairs), (SELECT count(*) FROM log), (SELECT count(*) FROM executions), (SELECT count(*) FROM letters)
    $sql$, lifecycle._pair_tables(asked, triggers, careful), lifecycle._firing_columns('lifecycle.workflow_executions'),
    lifecycle._firing_columns('lifecycle.trigger_event_keys'), lifecycle._firing_columns('lifecycle.trigger_executions'),
    CASE WHEN careful THEN 'f.error' ELSE 'NULL::jsonb' END, lifecycle._fired_pairs(is_due, is_keyed, careful)) INTO pairs_in, judged, fired, dead;
END
$$;
COMMENT ON FUNCTION lifecycle._write_firings(text, text, text, uuid[], boolean) IS
  'Internal: judges pairs of events and triggers, and writes what follows: a row of trigger_executions for each judged, an execution in pending where the condition holds, the keys of the events, and, where careful, a dead letter for each that cannot be judged. Arguments as of _pair_tables() and _fired_pairs(); the triggers are locked.';
