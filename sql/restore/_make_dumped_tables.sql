CREATE FUNCTION lifecycle._make_dumped_tables(contents text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing record;
  made regclass;
  strange text[] := '{}';
BEGIN
  FOR missing IN
    SELECT r.*, p.relname AS parent_name, lifecycle._partition_begin(substr(r.table_name, length(p.relname) + 1)) AS begins
    FROM lifecycle._restored_tables(contents) r LEFT JOIN pg_class p ON p.oid = r.parent WHERE r.relation IS NULL ORDER BY r.schema_name, r.table_name
  LOOP
    made := NULL;
    IF missing.parent = 'lifecycle.contact_events'::regclass OR (missing.parent IS NOT NULL AND missing.table_name ~ '_archived_\d+$') THEN
      -- Which source's it is stands in sources, which is still to come; what was detached for an archive is a table by itself.
      EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS) WITH (fillfactor = %s)',
        missing.schema_name, missing.table_name, missing.parent, CASE missing.parent WHEN 'lifecycle.contact_events'::regclass THEN 85 ELSE 100 END);
      made := to_regclass(format('%I.%I', missing.schema_name, missing.table_name));
      PERFORM lifecycle._give_to_ledger_owner(made);
      IF missing.parent = 'lifecycle.contact_events'::regclass THEN
        INSERT INTO pg_temp.lifecycle_restore (kind, relation) VALUES ('made', made);
      END IF;
    ELSIF missing.begins IS NOT NULL THEN
      PERFORM lifecycle._ensure_partition(missing.parent, missing.begins);
      made := to_regclass(format('%I.%I', missing.schema_name, missing.table_name));
    END IF;
    IF made IS NULL THEN
      strange := strange || format('%I.%I', missing.schema_name, missing.table_name);
    END IF;
  END LOOP;
  IF cardinality(strange) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = 'the dump has tables that are not here',
      DETAIL = array_to_string(strange, ', ') || '.',
      HINT = 'Make them first, as they were where the dump was taken: CALL lifecycle.install_operational_tables() makes the operational tables, CALL lifecycle.install_warehouse() those of a warehouse, with the partition_step it had; your own are yours to create. Or leave them out: delete their lines from the list, and give it to pg_restore --use-list.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._make_dumped_tables(text) IS
  'Internal: makes the tables that a dump fills and that come with the rows: partitions by time; the tables of sources, which finish_restore() attaches; what waits to be dropped after its archive. Error 42P01 names the others that are missing.';
