-- Runs for everybody's DDL: whoever may not read the registry has no table in it either (_broken_tables sees to that), and nothing is asked of them.
CREATE FUNCTION lifecycle._keep_contracts() RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  registry oid;
  touched oid[];
  broken record;
BEGIN
  SELECT c.oid INTO registry FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'lifecycle' AND c.relname = 'warehouse_tables' AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT');
  IF registry IS NULL THEN
    RETURN;
  END IF;
  -- What the command was does not matter: the catalog says what has become of the table.
  IF TG_EVENT = 'sql_drop' THEN
    touched := ARRAY(SELECT coalesce(to_regclass(format('%I.%I', d.address_names[1], d.address_names[2])), d.objid) FROM pg_event_trigger_dropped_objects() d
      WHERE NOT d.is_temporary AND d.object_type IN ('table', 'table column', 'table constraint', 'index'));
  ELSE
    touched := ARRAY(SELECT DISTINCT coalesce(pg_partition_root(t.relation), t.relation) FROM (
      SELECT coalesce((SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = d.objid), d.objid) AS relation FROM pg_event_trigger_ddl_commands() d WHERE d.classid = 'pg_class'::regclass
      UNION SELECT i.inhparent FROM pg_event_trigger_ddl_commands() d JOIN pg_inherits i ON i.inhrelid = d.objid JOIN pg_class p ON p.oid = i.inhparent AND p.relkind = 'r' WHERE d.classid = 'pg_class'::regclass
      UNION SELECT c.oid FROM pg_event_trigger_ddl_commands() d JOIN pg_class c ON c.relnamespace = d.objid AND c.relkind IN ('r', 'p') WHERE d.classid = 'pg_namespace'::regclass) t
      -- Partitions come and go all the time: of interest is what one has of its own.
      WHERE pg_partition_root(t.relation) IS NULL OR pg_partition_root(t.relation) = t.relation OR EXISTS (SELECT FROM lifecycle.warehouse_tables w
        CROSS JOIN LATERAL lifecycle._partition_problems(w.contract, w.relation, t.relation) p WHERE w.relation = pg_partition_root(t.relation)));
  END IF;
  IF cardinality(touched) = 0 THEN
    RETURN;
  END IF;
  SELECT * INTO broken FROM lifecycle._broken_tables(touched) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('%s would break the contract %s %s, which table %I.%I keeps', TG_TAG, broken.dataset, broken.contract ->> 'version', broken.warehouse, broken.dataset),
      DETAIL = upper(left(broken.problems, 1)) || substr(broken.problems, 2) || '.',
      HINT = lifecycle._next_major_hint(broken.contract) || format(' A warehouse that is to be given up is let go by SELECT lifecycle.unregister_warehouse(%L).', broken.warehouse);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._keep_contracts() IS
  'Internal: event trigger after DDL and drops: refuses what leaves a table of a warehouse without the shape, the keys or the name its contract asks (55000). Columns that may be null, wider texts, indexes, partitions made, detached and dropped are no matter (of what is attached _adopt_attached() takes care).';
