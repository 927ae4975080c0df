-- Runs for everybody's DDL: it touches nothing but pg_catalog until a guarded table is concerned, so that nobody needs privileges for it.
CREATE FUNCTION lifecycle._guard_partitions() RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  guarded record;
BEGIN
  FOR guarded IN
    SELECT DISTINCT coalesce(pg_partition_root(d.objid), d.objid)::regclass AS root
    FROM pg_event_trigger_ddl_commands() d
    WHERE d.classid = 'pg_class'::regclass AND d.object_type = 'table' AND EXISTS (
      SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE t.tgrelid = coalesce(pg_partition_root(d.objid), d.objid) AND t.tgname IN ('append_only', 'append_only_rows')
        AND p.proname = '_append_only' AND n.nspname = 'lifecycle')
  LOOP
    -- A table may come with rows: their ids count from now on.
    IF guarded.root = to_regclass('lifecycle.events') THEN
      PERFORM lifecycle._adopt_events(p.relid) FROM pg_partition_tree(guarded.root) p
      WHERE p.isleaf AND p.relid <> guarded.root AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p.relid AND t.tgname = 'append_only');
    END IF;
    PERFORM lifecycle._guard_append_only(guarded.root);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._guard_partitions() IS
  'Internal: event trigger after CREATE TABLE and ALTER TABLE: a partition that has come to an append-only table is guarded as the others are, its events have their keys, and a guard that was disabled is enabled again.';
