CREATE FUNCTION lifecycle._require_cron() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF to_regclass('cron.job') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'pg_cron is not installed in this database',
      DETAIL = format('Database "%s" has no table cron.job.', current_database()),
      HINT = format('Set shared_preload_libraries = ''pg_cron'' and cron.database_name = ''%s'', restart, then CREATE EXTENSION pg_cron; or call the procedures from any other scheduler.',
        current_database());
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_cron() IS 'Internal: raises 55000 with the mend where pg_cron is absent.';
