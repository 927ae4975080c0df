CREATE FUNCTION lifecycle._guard_append_only(guarded regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part record;
BEGIN
  -- Rows: one trigger, which the server clones to every partition. Statements: TRUNCATE knows no row triggers, statement triggers are not
  -- cloned, and a statement on a partition fires only the partition's, so each table has its own.
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = guarded AND tgname = 'append_only_rows') THEN
    EXECUTE format('CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION lifecycle._append_only()', guarded);
  END IF;
  FOR part IN
    SELECT c.oid::regclass AS relation, t.oid IS NULL AS missing
    FROM (SELECT guarded AS relid UNION SELECT relid FROM pg_partition_tree(guarded)) tree
      JOIN pg_class c ON c.oid = tree.relid AND c.relkind IN ('r', 'p')
      LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'append_only'
    WHERE t.oid IS NULL
  LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION lifecycle._append_only()',
      part.relation);
  END LOOP;
  -- ALWAYS: session_replication_role does not switch it off.
  FOR part IN
    SELECT t.tgrelid::regclass AS relation, t.tgname AS name
    FROM (SELECT guarded AS relid UNION SELECT relid FROM pg_partition_tree(guarded)) tree
      JOIN pg_trigger t ON t.tgrelid = tree.relid AND t.tgname IN ('append_only', 'append_only_rows')
    WHERE t.tgenabled <> 'A'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', part.relation, part.name);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._guard_append_only(regclass) IS
  'Internal: makes a table and all its partitions append-only, by triggers that session_replication_role does not switch off. Idempotent: completes what is missing or disabled.';
