CREATE PROCEDURE lifecycle.finish_restore()
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  said text := current_setting('client_min_messages');
  acted_as text := current_setting('role');
  item record;
  sources_left bigint;
BEGIN
  IF to_regclass('lifecycle.schema_version') IS NOT NULL THEN
    PERFORM lifecycle._require_owner('finish_restore()');
    PERFORM lifecycle._lock_installation();
  END IF;
  IF to_regclass('lifecycle.restore_steps') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'no restore was prepared in this database',
      HINT = 'Before a dump of the data alone is restored: CALL lifecycle.prepare_restore(contents); a whole dump needs neither.';
  END IF;
  PERFORM set_config('client_min_messages', 'warning', true);
  -- What is to be done stands in a table: a superuser does no more of it than whoever can write it could.
  IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
    PERFORM set_config('role', pg_get_userbyid(c.relowner), true) FROM pg_class c WHERE c.oid = to_regclass('lifecycle.restore_steps') AND pg_get_userbyid(c.relowner) <> current_user;
  END IF;
  sources_left := lifecycle._attach_sources();
  PERFORM lifecycle._require_event_keys();
  FOR item IN SELECT s.* FROM lifecycle.restore_steps s WHERE s.kind = 'constraint' ORDER BY s.relation::text, s.name LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', item.relation, item.name, item.definition);
  END LOOP;
  PERFORM lifecycle._switch_triggers(s.relation, s.name, s.definition::"char") FROM lifecycle.restore_steps s WHERE s.kind = 'trigger';
  PERFORM lifecycle._guard_append_only(g.relation)
    FROM lifecycle.restore_steps g WHERE g.kind = 'root' AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = g.relation AND t.tgname = 'append_only');
  -- Who may do what came as rows; privileges do not come with data.
  FOR item IN SELECT w.*, r.oid::regrole AS grantee FROM lifecycle.warehouse_roles w LEFT JOIN pg_roles r ON r.rolname = w.role AND (w.role_oid = r.oid OR w.cluster IS DISTINCT FROM (SELECT c.system_identifier FROM pg_control_system() c)) ORDER BY w.warehouse, w.role, w.duty LOOP
    IF item.grantee IS NOT NULL THEN
      PERFORM lifecycle._grant_duty(item.grantee, item.duty, item.org_id, item.warehouse);
    ELSE
      RAISE WARNING USING MESSAGE = format(CASE WHEN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = item.role) THEN 'role %I is another one than that which is' ELSE 'there is no role %I, which is' END || ' %s of warehouse "%s"', item.role, item.duty, item.warehouse),
        HINT = CASE item.duty WHEN 'tenant' THEN format('Once it is there: SELECT lifecycle.grant_tenant(%L, %L, %L);', quote_ident(item.role), item.org_id, item.warehouse)
          ELSE format('Once it is there: SELECT lifecycle.grant_warehouse(%L, %L, %L);', quote_ident(item.role), item.duty, item.warehouse) END;
    END IF;
  END LOOP;
  DROP TABLE lifecycle.restore_steps;
  PERFORM set_config('role', acted_as, true);
  PERFORM set_config('client_min_messages', said, true);
  IF sources_left > 0 THEN
    RAISE NOTICE 'finish_restore: the rows of % sources were not in the dump; the next sync loads them anew', sources_left;
  END IF;
  IF (SELECT v.version FROM lifecycle.schema_version v) IS DISTINCT FROM (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'lifecycle_ledger') THEN
    RAISE NOTICE USING MESSAGE = 'finish_restore: done; the rows are of another release, or none came', HINT = 'CALL lifecycle.install();';
  ELSE
    RAISE NOTICE USING MESSAGE = 'finish_restore: done', HINT = 'ANALYZE; and, if the dump came from another server, CALL lifecycle.reconcile_contact_events();';
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.finish_restore() IS
  'After prepare_restore() and the restore of the data: attaches the tables of the ledger''s sources, brings foreign keys back, which checks the rows, and triggers, guards and policies as they were. From then on everything works again. Without a restore in between it ends the preparation; install() then fills the tables as before. For the owner of the tables; where a superuser prepared it, for one. Errors, with nothing done: 55000 where none was prepared, or events came without their keys; 23503 where rows that others point to did not come.';
