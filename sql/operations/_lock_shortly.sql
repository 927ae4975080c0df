CREATE FUNCTION lifecycle._lock_shortly(relations regclass[], mode text, purpose text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  attempts integer := current_setting('lifecycle_ledger.lock_attempts');
  timeout_before text := current_setting('lock_timeout');
  relation regclass;
BEGIN
  FOR attempt IN 1 .. attempts LOOP
    BEGIN
      -- A waiting request makes every later one wait behind it: ask for short, retreat, ask again.
      PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.lock_timeout'), true);
      FOREACH relation IN ARRAY relations LOOP
        EXECUTE format('LOCK TABLE ONLY %s IN %s MODE', relation, mode);
      END LOOP;
      PERFORM set_config('lock_timeout', timeout_before, true);
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      PERFORM pg_sleep(least(0.05 * attempt, 1) * (0.5 + random()));
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
    MESSAGE = format('could not %s: other sessions hold %s', purpose, array_to_string(relations, ', ')),
    DETAIL = format('%s attempts of %s each; sessions holding one of them: %s.', attempts, current_setting('lifecycle_ledger.lock_timeout'),
      (SELECT coalesce(string_agg(DISTINCT l.pid::text, ', '), 'none now') FROM pg_locks l
       WHERE l.relation = ANY (relations) AND l.granted AND l.pid <> pg_backend_pid())),
    HINT = 'End the long transactions that use them, or raise lifecycle_ledger.lock_attempts. Nothing was changed.';
END
$$;
COMMENT ON FUNCTION lifecycle._lock_shortly(regclass[], text, text) IS
  'Internal: takes a lock of that mode on each table, to the end of the transaction, in short attempts (lifecycle_ledger.lock_timeout), so that nobody queues behind it for long. Error 55P03, naming the purpose, when it gives up after lifecycle_ledger.lock_attempts.';
