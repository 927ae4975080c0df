CREATE FUNCTION lifecycle.unregister_source(source_system text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  partition_name name;
  rows_gone bigint;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner('unregister_source()');
  PERFORM lifecycle._reserve_source(source_system);
  SELECT s.partition_name INTO partition_name FROM lifecycle.sources s WHERE s.source_system = unregister_source.source_system;
  IF FOUND THEN
    -- As dropping a partition does, but in short attempts: readers never queue behind it for long.
    PERFORM lifecycle._lock_shortly(ARRAY['lifecycle.contact_events', format('lifecycle.%I', partition_name)]::regclass[], 'ACCESS EXCLUSIVE',
      format('unregister source "%s"', source_system));
  END IF;
  DELETE FROM lifecycle.sources s WHERE s.source_system = unregister_source.source_system
    RETURNING s.partition_name INTO partition_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = format('source "%s" is not registered', source_system),
      HINT = 'SELECT source_system FROM lifecycle.sources;';
  END IF;
  DELETE FROM lifecycle.issues i WHERE i.source_system = unregister_source.source_system;
  EXECUTE format('SELECT count(*) FROM lifecycle.%I', partition_name) INTO rows_gone;
  EXECUTE format('DROP TABLE lifecycle.%I', partition_name);
  RETURN rows_gone;
END
$$;
COMMENT ON FUNCTION lifecycle.unregister_source(text) IS
  'Takes a source, its rows in the ledger and its issues away again; returns how many rows left the ledger. The source table is not touched. Asks for its locks in short attempts (lifecycle_ledger.lock_timeout, lock_attempts). Errors: 42704 when it is not registered, 55P03 while readers hold the ledger or a run is at work.';
