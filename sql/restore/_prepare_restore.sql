CREATE PROCEDURE lifecycle._prepare_restore(contents text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  partman name;
  said text := current_setting('client_min_messages');
  tables bigint;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner('prepare_restore()');
  PERFORM lifecycle._lock_installation();
  -- Another session may have been before this one.
  PERFORM lifecycle._require_no_restore();
  PERFORM set_config('client_min_messages', 'error', true);
  DROP TABLE IF EXISTS pg_temp.lifecycle_restore;
  CREATE TEMP TABLE lifecycle_restore (kind text NOT NULL, relation regclass, name name, definition text, content jsonb) ON COMMIT DROP;
  INSERT INTO pg_temp.lifecycle_restore (kind, relation) SELECT 'table', r.relation FROM lifecycle._restored_tables(contents) r WHERE r.relation IS NOT NULL;
  INSERT INTO pg_temp.lifecycle_restore (kind, relation) SELECT DISTINCT 'root', coalesce(r.parent, r.relation) FROM lifecycle._restored_tables(contents) r WHERE coalesce(r.parent, r.relation) IS NOT NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'prepare_restore() has to know what the dump holds',
      DETAIL = CASE WHEN contents IS NULL THEN 'It was given a null.' ELSE format('In the %s lines it was given is no row data of a table of lifecycle_ledger.', cardinality(regexp_split_to_array(contents, '\n'))) END,
      HINT = 'In psql: \set contents `pg_restore --list FILE`; of a dump as text: \set contents `grep ''^-- Data for Name'' FILE`; then CALL lifecycle.prepare_restore(:''contents'');';
  END IF;
  PERFORM lifecycle._require_nothing_written();
  PERFORM lifecycle._make_dumped_tables(contents);
  PERFORM lifecycle._put_aside();
  PERFORM lifecycle._require_nothing_of_value();
  -- Once more, for what was made anew.
  PERFORM lifecycle._switch_triggers(t.relation, t.name, 'D') FROM pg_temp.lifecycle_restore t WHERE t.kind = 'trigger';
  partman := lifecycle._require_partman();
  IF EXISTS (SELECT FROM lifecycle._dumped_tables(contents) d WHERE d.schema_name = partman AND d.table_name = 'part_config') THEN
    EXECUTE format('DELETE FROM %I.part_config p WHERE EXISTS (SELECT FROM lifecycle.warehouses w WHERE split_part(p.parent_table, ''.'', 1) = w.warehouse) OR split_part(p.parent_table, ''.'', 1) = ''lifecycle''', partman);
  END IF;
  SELECT count(*) INTO tables FROM lifecycle._restored_tables(contents) r;
  PERFORM lifecycle._empty_restored();
  CREATE TABLE lifecycle.restore_steps AS SELECT t.kind, t.relation, t.name, t.definition, now() AS prepared_at FROM pg_temp.lifecycle_restore t WHERE t.kind IN ('root', 'made', 'trigger', 'constraint');
  PERFORM set_config('client_min_messages', said, true);
  RAISE NOTICE USING MESSAGE = format('prepare_restore: %s tables wait for their rows', tables),
    HINT = 'Restore the data now; then CALL lifecycle.finish_restore();';
END
$$;
COMMENT ON PROCEDURE lifecycle._prepare_restore(text) IS 'Internal: the body of prepare_restore().';
