CREATE FUNCTION lifecycle._require_event_keys() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  events bigint;
BEGIN
  SELECT count(*) INTO events FROM lifecycle.events e WHERE NOT EXISTS (SELECT FROM lifecycle.event_keys k WHERE k.event_id = e.event_id AND k.event_time = e.event_time);
  IF events > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('%s events came without their keys', events),
      DETAIL = 'lifecycle.event_keys keeps an event_id from being accepted twice.', HINT = 'Restore the rows of lifecycle.event_keys as well, then CALL lifecycle.finish_restore(); again.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_event_keys() IS 'Internal: raises 55000 where restored events are not in event_keys, so that their ids could be used again.';
