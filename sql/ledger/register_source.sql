CREATE FUNCTION lifecycle.register_source(source_system text, relation regclass, mapping jsonb) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  compiled record;
  before record;
  look_back interval := '5 minutes';
  partition_name name;
  new_table regclass;
  warning text;
  guarantee text;
BEGIN
  PERFORM lifecycle._check_schema();
  IF coalesce(source_system, '') = '' OR relation IS NULL OR mapping IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'register_source() needs a source system, a relation and a mapping',
      HINT = 'docs/SOURCES.md shows a whole registration.';
  END IF;
  IF octet_length(source_system) > 1000 THEN
    RAISE EXCEPTION USING ERRCODE = 'name_too_long',
      MESSAGE = 'the name of a source has at most 1000 bytes',
      DETAIL = format('"%s…" has %s.', left(source_system, 50), octet_length(source_system)),
      HINT = 'It is one half of the key of every ledger row: take a short one that stays.';
  END IF;
  IF coalesce(pg_partition_root(relation), relation) = 'lifecycle.contact_events'::regclass THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'the ledger cannot be its own source',
      HINT = 'Register the upstream table or a view over it.';
  END IF;
  SELECT * INTO compiled FROM lifecycle._compile_mapping(relation, mapping);
  PERFORM lifecycle._require_whole_rows(relation);
  PERFORM lifecycle._require_owner('register_source()'); -- who alone can add a partition
  IF mapping ? 'look_back' THEN
    look_back := lifecycle._look_back(source_system, mapping -> 'look_back');
  END IF;
  FOREACH warning IN ARRAY coalesce(compiled.warnings, '{}') LOOP
    RAISE WARNING 'source "%": %', source_system, warning;
  END LOOP;

  PERFORM lifecycle._reserve_source(source_system);
  SELECT s.* INTO before FROM lifecycle.sources s WHERE s.source_system = register_source.source_system;
  partition_name := coalesce(before.partition_name, lifecycle._partition_name(source_system));
  IF to_regclass(format('lifecycle.%I', partition_name)) IS NULL THEN
    -- Attached and not made in place (PARTITION OF), which would wait for readers of the ledger and keep all others waiting.
    new_table := lifecycle._new_partition(source_system, 'contact_events', partition_name);
    EXECUTE format('ALTER TABLE lifecycle.contact_events ATTACH PARTITION %s FOR VALUES IN (%L)', new_table, source_system);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT contact_events_one_source', new_table);
  END IF;
  INSERT INTO lifecycle.sources (source_system, relation, mapping, look_back, partition_name)
  VALUES (source_system, relation, mapping, look_back, partition_name)
  ON CONFLICT ON CONSTRAINT sources_pkey DO UPDATE
    -- Another relation or mapping can change any row, and a partition that is made anew has none: the next sync is a full pass.
    SET relation = excluded.relation, mapping = excluded.mapping, look_back = excluded.look_back, loaded_at = NULL, watermark = NULL
    WHERE (lifecycle.sources.relation, lifecycle.sources.mapping) IS DISTINCT FROM (excluded.relation, excluded.mapping) OR new_table IS NOT NULL;

  IF compiled.change_column IS NULL THEN
    guarantee := 'No change column: every sync reads the whole source and compares it by fingerprint. Finds every change; costs a full read.';
  ELSE
    guarantee := format('Change column %I (%s): a sync reads rows changed since the last one, %s before it included. Finds every row whose '
      'transaction stamps %I with now() on each change, however late it commits; rows changed without a new stamp, and deleted rows, are found by reconcile.',
      compiled.change_column, compiled.change_type, look_back, compiled.change_column);
  END IF;
  IF NOT lifecycle._record_id_is_unique(relation, compiled.record_id_column) THEN
    guarantee := guarantee || ' No unique index proves the record id: each run looks for duplicates, the latest wins.';
  END IF;
  RETURN guarantee;
END
$$;
COMMENT ON FUNCTION lifecycle.register_source(text, regclass, jsonb) IS
  'Registers (or registers anew, with another relation or mapping) a source of contact_events: source_system is its name, relation a table or view, mapping says where each ledger column comes from (docs/SOURCES.md). Checks columns, types and privileges, makes the partition, and returns which cut is in force and what it guarantees. Loads nothing: the next sync or rebuild does. Errors: 42703 unknown column, 42804 wrong type, 42501 no privilege, 22023 anything else in the mapping.';
