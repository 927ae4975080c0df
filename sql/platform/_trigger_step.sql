CREATE FUNCTION lifecycle._trigger_step(run bigint, kind text, seen pg_snapshot, upto pg_snapshot, since timestamptz,
  INOUT after_xid xid8, INOUT after_id uuid, OUT fired bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  listening record;
  most bigint;
  within text;
  last record;
  asked text;
  is_due CONSTANT text := 'e.is_timely AND (t.max_event_age IS NULL OR e.event_time >= now() - t.max_event_age)';
  is_keyed CONSTANT text := 'e.is_timely AND t.place = 1';
  done record;
  state text; message text; detail text; hint text;
BEGIN
  SELECT array_agg(t.id) AS ids, array_agg(DISTINCT t.event_type) AS types, count(*) AS triggers, min(t.enabled_at) AS since INTO listening
    FROM (SELECT g.id, g.event_type, g.enabled_at FROM lifecycle.triggers g WHERE g.enabled FOR KEY SHARE) t;
  most := greatest(current_setting('lifecycle_ledger.chunk_rows')::bigint / greatest(listening.triggers, 1), 1);
  within := format('%s AND e.received_at >= %L AND e.event_name = ANY (%L::text[])', lifecycle._cut_predicate('e.changed_xid', seen, upto),
    greatest(since, listening.since), coalesce(listening.types, '{}'));
  IF after_xid IS NOT NULL THEN
    within := within || format(' AND (e.changed_xid, e.event_id) > (%L::xid8, %L::uuid)', after_xid, after_id);
  END IF;
  -- Where the step ends is known before it begins, so that what comes meanwhile is the next one's.
  EXECUTE format('SELECT w.changed_xid, w.event_id, w.events FROM (SELECT v.changed_xid, v.event_id, count(*) OVER () AS events'
      ' FROM (SELECT c.changed_xid, c.event_id FROM (%s) c ORDER BY 1, 2 LIMIT %s) v) w ORDER BY 1 DESC, 2 DESC LIMIT 1',
      lifecycle._trigger_events(kind, within), most)
    INTO last;
  fired := 0;
  IF last.events IS NULL THEN
    after_xid := NULL;
    RETURN;
  END IF;
  PERFORM lifecycle._ensure_partition('lifecycle.trigger_executions', now());
  -- Keys are looked up event by event, whatever the planner makes of it: it has no notion of how few the events are beside all keys.
  asked := format('SELECT c.*, k.event_id IS NOT NULL AS known FROM (%s) c LEFT JOIN LATERAL (SELECT k.event_id FROM lifecycle.trigger_event_keys k'
      ' WHERE k.event_id = c.event_id AND k.is_lifecycle_event = %L OFFSET 0) k ON true',
    lifecycle._trigger_events(kind, within || format(' AND (e.changed_xid, e.event_id) <= (%L::xid8, %L::uuid)', last.changed_xid, last.event_id)),
    kind = 'lifecycle_event');
  BEGIN
    SELECT * INTO done FROM lifecycle._write_firings(asked, is_due, is_keyed, listening.ids, false);
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    IF left(state, 2) NOT IN ('22', '54') THEN
      RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
    END IF;
    -- Some condition cannot take some event. It must not keep the others waiting.
    SELECT * INTO done FROM lifecycle._write_firings(asked, is_due, is_keyed, listening.ids, true);
  END;
  PERFORM lifecycle._count_rows(run, done.pairs_in, done.judged, done.pairs_in - done.judged - done.dead, 0, done.dead, 0, 0);
  fired := done.fired;
  after_xid := CASE WHEN last.events = most THEN last.changed_xid END;
  after_id := last.event_id;
END
$$;
COMMENT ON FUNCTION lifecycle._trigger_step(bigint, text, pg_snapshot, pg_snapshot, timestamptz, xid8, uuid) IS
  'Internal: one step of process_triggers(): the next events (kind event) or lifecycle events of a cut, in the order of their transactions, held against all enabled triggers. So many that their pairs are about lifecycle_ledger.chunk_rows. What to go on from comes back, after_xid null after the last.';
