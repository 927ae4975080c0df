CREATE FUNCTION lifecycle._note_renamed_user() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO lifecycle.stale_metric_days (metric_date)
    SELECT DISTINCT (e.event_time AT TIME ZONE 'UTC')::date FROM lifecycle.events e
    WHERE e.user_id = ANY (lifecycle._user_keys(OLD.id, OLD.email, OLD.attributes) || lifecycle._user_keys(NEW.id, NEW.email, NEW.attributes));
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._note_renamed_user() IS
  'Internal: trigger on users: the days with events under a user''s old or new names go to stale_metric_days.';
