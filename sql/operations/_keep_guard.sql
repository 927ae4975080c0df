CREATE FUNCTION lifecycle._keep_guard() RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dropped record;
BEGIN
  FOR dropped IN
    SELECT d.address_names FROM pg_event_trigger_dropped_objects() d
    WHERE d.object_type = 'trigger' AND d.original AND d.address_names[1] = 'lifecycle'
      AND d.address_names[3] IN ('append_only', 'append_only_rows')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('the guard of append-only table "%s" cannot be dropped', dropped.address_names[2]),
      HINT = 'Drop the table itself where it is to go. Single rows leave by retention, lifecycle.erase_user() and lifecycle.erase_contact().';
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._keep_guard() IS
  'Internal: event trigger on DROP TRIGGER that refuses to drop the guard of an append-only table (55000). Dropping the table or, by CASCADE, the extension drops it along.';
