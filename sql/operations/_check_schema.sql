CREATE FUNCTION lifecycle._check_schema() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  installed text;
  available text := (SELECT extversion FROM pg_extension WHERE extname = 'lifecycle_ledger');
BEGIN
  -- Patterns with a backslash would mean something else, and say nothing.
  IF current_setting('standard_conforming_strings') = 'off' THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'lifecycle_ledger needs standard_conforming_strings = on',
      HINT = 'SET standard_conforming_strings = on;';
  END IF;
  PERFORM lifecycle._require_tables();
  IF to_regclass('lifecycle.restore_steps') IS NOT NULL THEN
    PERFORM lifecycle._require_no_restore();
  END IF;
  IF NOT has_table_privilege('lifecycle.schema_version', 'SELECT') THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = 'permission denied for the tables of lifecycle_ledger',
      DETAIL = format('Role "%s" may not read lifecycle.schema_version.', current_user),
      HINT = lifecycle._owner_hint();
  END IF;
  SELECT version INTO installed FROM lifecycle.schema_version;
  IF installed IS DISTINCT FROM available THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'the tables of lifecycle_ledger are of another version than the extension',
      DETAIL = format('The tables are of version %s, the extension is %s.', coalesce(installed, '(none)'), available),
      HINT = 'CALL lifecycle.install();';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_schema() IS 'Internal: raises 55000 with the mend when install() has not run for this version, or a restore is under way.';
