CREATE FUNCTION lifecycle._watch_ddl() RETURNS void
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
      ('lifecycle_ledger_keep_guard_name', 'ddl_command_end', '''ALTER TRIGGER''', '_keep_guard'),
      ('lifecycle_ledger_keep_rows', 'table_rewrite', '''ALTER TABLE'', ''ALTER TYPE''', '_keep_rows'),
      -- A unique index refuses rows; ALTER INDEX renames tables, too, before PostgreSQL 15.
      ('lifecycle_ledger_keep_contracts', 'ddl_command_end', '''ALTER TABLE'', ''ALTER SCHEMA'', ''CREATE INDEX'', ''ALTER INDEX''', '_keep_contracts'),
      ('lifecycle_ledger_keep_contracts_attached', 'ddl_command_end', '''ALTER TABLE''', '_adopt_attached'),
      ('lifecycle_ledger_keep_contracts_early', 'ddl_command_start', '''CREATE INDEX'', ''DROP INDEX''', '_keep_contracts_early'),
      ('lifecycle_ledger_keep_contracts_dropped', 'sql_drop', NULL, '_keep_contracts')) w (name, event, tags, function)
    WHERE NOT EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = w.name AND e.evtenabled = 'A')
  LOOP
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      RAISE WARNING USING MESSAGE = 'event triggers that keep append-only tables guarded and warehouses to their contracts were not created: that takes a superuser',
        DETAIL = 'Without them, TRUNCATE is refused on a partition attached by hand only after the next maintain_partitions() or install(), UPDATE and DELETE at once; DDL that breaks the contract of a warehouse''s table is noticed by the next export, not refused.',
        HINT = 'Let a superuser call lifecycle.install() once more.';
      EXIT;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_event_trigger e WHERE e.evtname = watch.name) THEN
      EXECUTE format('CREATE EVENT TRIGGER %I ON %s %s EXECUTE FUNCTION lifecycle.%I()', watch.name, watch.event,
        CASE WHEN watch.tags IS NULL THEN '' ELSE format('WHEN TAG IN (%s)', watch.tags) END, watch.function);
    END IF;
    -- ALWAYS: session_replication_role does not switch it off.
    EXECUTE format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', watch.name);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._watch_ddl() IS
  'Internal: creates the event triggers that keep append-only tables guarded and the tables of warehouses to their contracts, where they are missing, and enables them whatever session_replication_role says. A warning instead where the caller is no superuser.';
