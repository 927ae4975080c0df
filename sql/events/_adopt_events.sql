CREATE FUNCTION lifecycle._adopt_events(partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  used record;
BEGIN
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
  'Internal: enters the events of a table that has been attached to lifecycle.events into event_keys. Error 23505 where one of its ids is another event''s.';
