CREATE FUNCTION lifecycle._watch_partitions() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  watch record;
BEGIN
  FOR watch IN
    SELECT w.* FROM (VALUES
      ('lifecycle_ledger_guard_partitions', 'ddl_command_end', '''CREATE TABLE'', ''ALTER TABLE''', '_guard_partitions'),
      ('lifecycle_ledger_keep_guard', 'sql_drop', '''DROP TRIGGER'', ''DROP EXTENSION''', '_keep_guard'),
      ('lifecycle_ledger_keep_guard_name', 'ddl_command_end', '''ALTER TRIGGER''', '_keep_guard')) w (name, event, tags, function)
    WHERE NOT EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = w.name AND e.evtenabled = 'A')
  LOOP
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      RAISE WARNING USING MESSAGE = 'event triggers that keep append-only tables guarded were not created: that takes a superuser',
        DETAIL = 'Without it, TRUNCATE is refused on a partition attached by hand only after the next maintain_partitions() or install(); UPDATE and DELETE are refused at once.',
        HINT = 'Let a superuser call lifecycle.install() once more.';
      EXIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = watch.name) THEN
      EXECUTE format('CREATE EVENT TRIGGER %I ON %s WHEN TAG IN (%s) EXECUTE FUNCTION lifecycle.%I()', watch.name, watch.event, watch.tags, watch.function);
    END IF;
    -- ALWAYS: session_replication_role does not switch it off.
    EXECUTE format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', watch.name);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._watch_partitions() IS
  'Internal: creates the event triggers that keep append-only tables guarded, where they are missing, and enables them whatever session_replication_role says. A warning instead where the caller is no superuser.';
