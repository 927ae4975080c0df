CREATE FUNCTION lifecycle._lock_for_swap(old_partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  attempts integer := current_setting('lifecycle_ledger.lock_attempts');
  timeout_before text := current_setting('lock_timeout');
BEGIN
  FOR attempt IN 1 .. attempts LOOP
    BEGIN
      -- A waiting ACCESS EXCLUSIVE request makes every later reader wait behind it: ask for short, retreat, ask again.
      PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.lock_timeout'), true);
      LOCK TABLE ONLY lifecycle.contact_events IN ACCESS EXCLUSIVE MODE;
      EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', old_partition);
      PERFORM set_config('lock_timeout', timeout_before, true);
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      PERFORM pg_sleep(least(0.05 * attempt, 1) * (0.5 + random()));
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
    MESSAGE = format('could not swap in the rebuilt partition %s: readers hold the ledger', old_partition),
    DETAIL = format('%s attempts of %s each; sessions holding it: %s.', attempts, current_setting('lifecycle_ledger.lock_timeout'),
      (SELECT coalesce(string_agg(DISTINCT l.pid::text, ', '), 'none now') FROM pg_locks l
       WHERE l.relation IN ('lifecycle.contact_events'::regclass, old_partition) AND l.granted AND l.pid <> pg_backend_pid())),
    HINT = 'End the long transactions that read contact_events, or raise lifecycle_ledger.lock_attempts. The ledger is as it was.';
END
$$;
COMMENT ON FUNCTION lifecycle._lock_for_swap(regclass) IS
  'Internal: takes the two locks that swapping a partition needs, in short attempts, so that readers never queue behind it for long. Error 55P03 when it gives up.';
