CREATE FUNCTION lifecycle._switch_triggers(relation regclass, name name, state "char") RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place regclass;
BEGIN
  -- The table before its partitions: they follow it, but for those that pg_restore --disable-triggers has enabled one by one.
  FOR place IN SELECT t.relid FROM (SELECT relation AS relid, 0 AS level UNION SELECT p.relid, p.level FROM pg_partition_tree(relation) p) t ORDER BY t.level LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = place AND g.tgname = _switch_triggers.name AND g.tgenabled <> state);
    EXECUTE format('ALTER TABLE %s %s TRIGGER %I', place, CASE state WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END, name);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._switch_triggers(regclass, name, "char") IS
  'Internal: puts a trigger of a table, and its like in the table''s partitions, into a state of pg_trigger.tgenabled.';
