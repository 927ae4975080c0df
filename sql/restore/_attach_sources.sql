CREATE FUNCTION lifecycle._attach_sources() RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
  left_over regclass;
  has_rows boolean;
  stray text;
  made bigint := 0;
BEGIN
  FOR source IN
    SELECT s.source_system, s.partition_name, to_regclass(format('lifecycle.%I', s.partition_name)) AS relation FROM lifecycle.sources s
    WHERE NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = 'lifecycle.contact_events'::regclass AND i.inhrelid = to_regclass(format('lifecycle.%I', s.partition_name)))
    ORDER BY s.source_system
  LOOP
    IF source.relation IS NULL THEN
      source.relation := lifecycle._new_partition(source.source_system, 'contact_events', source.partition_name);
      UPDATE lifecycle.sources s SET loaded_at = NULL, watermark = NULL WHERE s.source_system = source.source_system;
      made := made + 1;
    ELSE
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT contact_events_one_source CHECK (source_system IS NOT NULL AND source_system = %L)', source.relation, source.source_system);
    END IF;
    PERFORM lifecycle._index_like_ledger(source.relation);
    EXECUTE format('ALTER TABLE lifecycle.contact_events ATTACH PARTITION %s FOR VALUES IN (%L)', source.relation, source.source_system);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT contact_events_one_source', source.relation);
    PERFORM lifecycle._name_ledger_indexes(source.relation);
  END LOOP;
  FOR left_over IN SELECT c.oid::regclass FROM lifecycle.restore_steps s JOIN pg_class c ON c.oid = s.relation WHERE s.kind = 'made' AND NOT c.relispartition ORDER BY c.relname LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', left_over) INTO has_rows;
    IF has_rows THEN
      stray := concat_ws(', ', stray, left_over);
    ELSE
      EXECUTE format('DROP TABLE %s', left_over);
    END IF;
  END LOOP;
  IF stray IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'tables of contact_events belong to no source', DETAIL = format('No row of lifecycle.sources names %s.', stray),
      HINT = 'Restore the rows of lifecycle.sources as well; or drop those tables, then CALL lifecycle.finish_restore(); again.';
  END IF;
  RETURN made;
END
$$;
COMMENT ON FUNCTION lifecycle._attach_sources() IS
  'Internal: makes the restored tables of sources partitions of contact_events, as lifecycle.sources says. A source whose table did not come gets an empty one, to be loaded by its next sync; returns how many those are. Error 55000 for a table that no source has, 23514 for one with another source''s rows.';
