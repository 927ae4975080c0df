CREATE FUNCTION lifecycle._adopt_events(partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  used record;
  refused record;
  sender text := coalesce(nullif(current_setting('lifecycle_ledger.event_source', true), ''), 'direct');
BEGIN
  -- What has a key was taken before, by the contract of its day.
  IF NOT EXISTS (SELECT FROM lifecycle.event_sources s WHERE s.source = sender AND s.enforcement = 'warn') THEN
    EXECUTE format('SELECT r.event_id, r.refusal, count(*) OVER () AS events FROM (
        SELECT e.event_id, lifecycle._event_refusal(e.event_id, e.event_name, e.event_time, e.user_id, e.properties, NULL) AS refusal
        FROM ONLY %s e WHERE NOT EXISTS (SELECT FROM lifecycle.event_keys k WHERE k.event_id = e.event_id) OFFSET 0) r
      WHERE r.refusal IS NOT NULL LIMIT 1', partition) INTO refused;
  END IF;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('events of the attached table %s break the event contract', partition),
      DETAIL = format('%s do; event %s: %s at %s: %s', refused.events, refused.event_id, refused.refusal -> 0 ->> 'code', refused.refusal -> 0 ->> 'pointer',
        refused.refusal -> 0 ->> 'detail'),
      HINT = 'Mend the rows or take them out before the table is attached; or attach it under a source (lifecycle_ledger.event_source) that event_sources only warns of.';
  END IF;
  EXECUTE format('INSERT INTO lifecycle.event_keys (event_id, event_time, content)
    SELECT e.event_id, e.event_time, lifecycle.event_content(e.event_name, e.event_time, e.user_id, e.properties) FROM ONLY %s e
    WHERE NOT EXISTS (SELECT FROM lifecycle.event_keys k WHERE k.event_id = e.event_id)', partition);
  EXECUTE format('SELECT e.event_id, e.event_time, k.event_time AS used_time FROM ONLY %s e JOIN lifecycle.event_keys k ON k.event_id = e.event_id
    WHERE k.event_time <> e.event_time OR k.content <> lifecycle.event_content(e.event_name, e.event_time, e.user_id, e.properties) LIMIT 1', partition)
    INTO used;
  IF used IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'unique_violation',
      MESSAGE = format('event_id %s of the attached table %s was used before', used.event_id, partition),
      DETAIL = format('Its time there is %s; the event stored under the id has the time %s, or other content.', used.event_time, used.used_time),
      HINT = 'An event_id is accepted once, whatever the time. Take the row out of the table before it is attached.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._adopt_events(regclass) IS
  'Internal: enters the events of a table that has been attached to lifecycle.events into event_keys. Errors: 23514 where one that is new here breaks the event contract and its source is not warned only, 23505 where one of its ids is another event''s.';
