-- Runs for everybody's DDL: it touches nothing but pg_catalog, so that nobody needs privileges for it.
CREATE FUNCTION lifecycle._keep_guard() RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  guard record;
BEGIN
  IF TG_EVENT = 'ddl_command_end' THEN
    -- Under another name it could be dropped, and install() would not know it.
    SELECT t.tgrelid::regclass::text AS relation INTO guard
    FROM pg_event_trigger_ddl_commands() d
      JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
      JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proname = '_append_only' AND n.nspname = 'lifecycle' AND t.tgname NOT IN ('append_only', 'append_only_rows');
  ELSE
    -- In whatever schema: what is left of the guard, or stands on the whole of it, says that the table is guarded.
    SELECT c.oid::regclass::text AS relation INTO guard
    FROM pg_event_trigger_dropped_objects() d
      JOIN pg_namespace s ON s.nspname = d.address_names[1]
      JOIN pg_class c ON c.relnamespace = s.oid AND c.relname = d.address_names[2]
    WHERE d.object_type = 'trigger' AND d.address_names[3] IN ('append_only', 'append_only_rows')
      AND (s.nspname = 'lifecycle' OR EXISTS (
        SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE t.tgrelid IN (c.oid, pg_partition_root(c.oid)) AND p.proname = '_append_only' AND n.nspname = 'lifecycle'));
  END IF;
  IF guard IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('the guard of append-only table "%s" cannot be %s', guard.relation, CASE TG_EVENT WHEN 'sql_drop' THEN 'dropped' ELSE 'renamed' END),
      HINT = 'Drop the table itself where it is to go. Single rows leave by retention, lifecycle.erase_user() and lifecycle.erase_contact().';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._keep_guard() IS
  'Internal: event trigger that refuses to drop the guard of an append-only table, itself or with an extension it was made to depend on, and to rename it (55000). Dropping the table or, by CASCADE, this extension drops it along.';
