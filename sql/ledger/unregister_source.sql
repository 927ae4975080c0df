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
  'Takes a source, its rows in the ledger and its issues away again; returns how many rows left the ledger. The source table is not touched. Error 42704 when it is not registered.';
