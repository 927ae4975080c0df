CREATE FUNCTION lifecycle.register_dataset_source(dataset text, relation regclass, mapping jsonb) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  compiled record;
  look_back interval := '5 minutes';
  warning text;
BEGIN
  PERFORM lifecycle._check_schema();
  IF dataset IS NULL OR relation IS NULL OR mapping IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'register_dataset_source() needs a dataset, a relation and a mapping',
      HINT = 'docs/EXPORT.md shows a whole registration.';
  END IF;
  PERFORM lifecycle._require_in_force(dataset);
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, mapping, lifecycle._dataset_contract(dataset));
  PERFORM lifecycle._require_whole_rows(relation);
  IF mapping ? 'look_back' THEN
    look_back := lifecycle._look_back(dataset, mapping -> 'look_back');
  END IF;
  FOREACH warning IN ARRAY compiled.warnings LOOP
    RAISE WARNING 'dataset "%": %', dataset, warning;
  END LOOP;
  IF EXISTS (SELECT FROM lifecycle._others_code(relation)) THEN
    RAISE WARNING USING MESSAGE = format('dataset "%s": code of other roles is run with the rights of role "%s"', dataset, current_user),
      DETAIL = (SELECT string_agg(format('%s belongs to %I', c.code, c.owner), ', ') FROM lifecycle._others_code(relation) c) || '. They can have done by it whatever the role that exports may do.',
      HINT = 'Use a table, or a materialized view that its owner refreshes, or take the code over: docs/EXPORT.md.';
  END IF;
  INSERT INTO lifecycle.dataset_sources AS s (dataset, relation, mapping, look_back) VALUES (dataset, relation, mapping, look_back)
  ON CONFLICT ON CONSTRAINT dataset_sources_pkey DO UPDATE SET mapping = excluded.mapping, look_back = excluded.look_back
    WHERE (s.mapping, s.look_back) IS DISTINCT FROM (excluded.mapping, excluded.look_back);
  IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = 'changed_xid' AND a.atttypid = 'xid8'::regtype AND NOT a.attisdropped) THEN
    -- Of a view, nobody can tell from here.
    IF EXISTS (SELECT FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p')) AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND t.tgenabled <> 'D' AND NOT t.tgisinternal) THEN
      RAISE WARNING USING MESSAGE = format('dataset "%s": nothing sets changed_xid of %s', dataset, relation), DETAIL = 'Rows that have no number, or an old one, are found by the daily reconciliation alone.',
        HINT = format('CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid(); ALTER TABLE %1$s ENABLE ALWAYS TRIGGER changed_xid;', relation);
      RETURN 'Transaction numbers (changed_xid), which nothing sets: an export reads the rows that have a new one. The others are found by the daily reconciliation.';
    END IF;
    RETURN 'Transaction numbers (changed_xid): an export reads the rows that changed since the last one, in whatever order their transactions commit.';
  ELSIF compiled.change_column IS NULL THEN
    RETURN 'No change column: every export reads the whole relation and sends what differs from what was sent. Finds every change; costs a full read.';
  END IF;
  RETURN format('Change column %I (%s): an export reads rows changed since the last one, %s before it included. Finds every row whose transaction stamps '
    '%I with now() on each change, however late it commits; rows changed without a new stamp are found by the daily reconciliation.',
    compiled.change_column, compiled.change_type, look_back, compiled.change_column);
END
$$;
COMMENT ON FUNCTION lifecycle.register_dataset_source(text, regclass, jsonb) IS
  'Registers (or registers anew, with another mapping) a table or view as a source of a dataset. mapping says where each column of the contract comes from, in the language of register_source() (docs/SOURCES.md): a column, a constant, the first of several that is present, {"column": …, "map": {"found": "succeeded", …}} for other words for the same thing. Checks columns, types, privileges and that constants and maps give only values the contract allows; returns which cut is in force and what it guarantees. Warns where views or functions of roles with fewer rights would be run. Reads no row: a row that breaks the contract becomes a dead letter when it is exported and never stops the others. Errors: 42704 unknown dataset, 55000 a retired one, 42703 unknown column, 42804 wrong type, 42501 no privilege, 22023 anything else in the mapping.';
