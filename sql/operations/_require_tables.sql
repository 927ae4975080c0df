CREATE FUNCTION lifecycle._require_tables() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF to_regclass('lifecycle.schema_version') IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'the tables of lifecycle_ledger are not installed in this database',
      DETAIL = 'There is no table lifecycle.schema_version.',
      HINT = 'CALL lifecycle.install();';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_tables() IS
  'Internal: raises 55000 with the mend where install() has never run. For functions of roles that may not read schema_version; others ask _check_schema().';
