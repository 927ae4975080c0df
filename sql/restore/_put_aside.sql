CREATE FUNCTION lifecycle._put_aside() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  item record;
BEGIN
  -- Nobody writes between what is looked at here and what is emptied.
  FOR item IN SELECT t.relation FROM pg_temp.lifecycle_restore t WHERE t.kind IN ('root', 'table') ORDER BY t.kind, t.relation LOOP
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', item.relation);
  END LOOP;
  -- Row triggers and foreign keys of partitions are those of their table. The guard of append-only tables stays.
  INSERT INTO pg_temp.lifecycle_restore (kind, relation, name, definition)
  WITH roots AS (SELECT t.relation FROM pg_temp.lifecycle_restore t WHERE t.kind = 'root')
  SELECT 'trigger', r.relation, g.tgname, g.tgenabled::text FROM roots r JOIN pg_trigger g ON g.tgrelid = r.relation
    WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgfoid <> 'lifecycle._append_only()'::regprocedure
  UNION ALL
  SELECT 'constraint', r.relation, c.conname, pg_get_constraintdef(c.oid) FROM roots r JOIN pg_constraint c ON c.conrelid = r.relation WHERE c.contype = 'f' AND c.conparentid = 0;
  -- pg_dump orders tables by their foreign keys only where neither is partitioned, and several jobs load them all at once.
  FOR item IN SELECT t.* FROM pg_temp.lifecycle_restore t WHERE t.kind = 'constraint' LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', item.relation, item.name);
  END LOOP;
  PERFORM lifecycle._switch_triggers(t.relation, t.name, 'D') FROM pg_temp.lifecycle_restore t WHERE t.kind = 'trigger';
END
$$;
COMMENT ON FUNCTION lifecycle._put_aside() IS
  'Internal: disables the triggers and drops the foreign keys of the tables that prepare_restore() waits for, but for the guard of append-only tables, and notes in pg_temp.lifecycle_restore what they were: rows come as they were, and in any order.';
