CREATE FUNCTION lifecycle._firing_targets() RETURNS regclass[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  targets regclass[];
  spread boolean := false;
BEGIN
  -- So that nobody adds a trigger or foreign key between this look and the writing.
  LOCK TABLE lifecycle.trigger_executions, lifecycle.workflow_executions, lifecycle.trigger_event_keys IN ROW EXCLUSIVE MODE;
  targets := ARRAY[lifecycle._partition_of('lifecycle.trigger_executions', now()), 'lifecycle.workflow_executions', 'lifecycle.trigger_event_keys'];
  IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition d WHERE d.logicalrelid = ANY ($1))' INTO spread USING targets;
  END IF;
  IF spread OR NOT (SELECT bool_and(lifecycle._takes_rows(t)) FROM unnest(targets) t) OR EXISTS (
    -- Foreign keys other than those whose rows a step locks.
    SELECT FROM pg_constraint c LEFT JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] AND cardinality(c.conkey) = 1
    WHERE c.conrelid = ANY (targets) AND c.contype = 'f' AND ((a.attname, c.confrelid) IN (('trigger_id', 'lifecycle.triggers'::regclass),
      ('user_id', 'lifecycle.users'::regclass), ('workflow_id', 'lifecycle.workflows'::regclass),
      ('workflow_execution_id', 'lifecycle.workflow_executions'::regclass))) IS NOT TRUE)
  THEN
    RETURN NULL;
  END IF;
  RETURN targets;
END
$$;
COMMENT ON FUNCTION lifecycle._firing_targets() IS
  'Internal: the tables that firings go to now (the partition of trigger_executions, workflow_executions, trigger_event_keys), locked against changes of their definition, if _insert_rows() may write them; else null, and INSERT has to: the user added triggers or foreign keys, is not the owner, or distributed them.';
