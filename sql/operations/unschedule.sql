CREATE PROCEDURE lifecycle.unschedule()
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  removed bigint;
BEGIN
  PERFORM lifecycle._require_cron();
  SELECT count(cron.unschedule(c.jobid)) INTO removed FROM cron.job c
    WHERE c.jobname LIKE 'lifecycle\_ledger %' AND c.username = current_user;
  RAISE NOTICE '% jobs removed from pg_cron', removed;
END
$$;
COMMENT ON PROCEDURE lifecycle.unschedule() IS 'Removes the caller''s lifecycle_ledger jobs from pg_cron. Error 55000 where pg_cron is absent.';
