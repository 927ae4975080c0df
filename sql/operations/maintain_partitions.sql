CREATE PROCEDURE lifecycle.maintain_partitions()
LANGUAGE plpgsql
AS $$
DECLARE
  partman name;
  run bigint;
  parent record;
  made integer;
  attempt integer;
  attempts integer;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  first_state text; first_message text; first_detail text; first_hint text;
BEGIN
  -- The module's settings are known once one of its functions has run.
  PERFORM lifecycle._require_top_level('maintain_partitions');
  attempts := pg_catalog.current_setting('lifecycle_ledger.lock_attempts');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT lifecycle._run_lock('maintain_partitions', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'maintain_partitions: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('maintain_partitions'));
  END IF;
  partman := lifecycle._require_partman();
  run := lifecycle._begin_run('maintain_partitions', NULL);
  -- Where batches are received by a role that may not delete.
  PERFORM lifecycle._forget_batches(10000);
  CALL lifecycle._next_transaction();
  FOR parent IN EXECUTE format('SELECT c.oid::regclass AS relation, p.premake, p.partition_interval::interval AS step
      FROM %I.part_config p JOIN pg_class c ON c.relname = split_part(p.parent_table, ''.'', 2) AND c.relkind = ''p''
      JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = split_part(p.parent_table, ''.'', 1)
      WHERE n.nspname = ''lifecycle'' OR n.nspname IN (SELECT w.warehouse FROM lifecycle.warehouses w) ORDER BY 1::text', partman)
  LOOP
    attempt := 0;
    LOOP
      attempt := attempt + 1;
      failed_state := NULL;
      BEGIN
        -- Attaching a partition waits for whoever alters or vacuums the parent; nobody who reads or writes it waits for us.
        PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.lock_timeout'), true);
        SELECT count(*) FILTER (WHERE lifecycle._ensure_partition(parent.relation, now() + number * parent.step)) INTO made
          FROM generate_series(0, parent.premake) AS number;
        -- One that was attached by hand is guarded by now, unless install() was not called by a superuser.
        PERFORM lifecycle._guard_append_only(parent.relation)
          WHERE EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = parent.relation AND t.tgname = 'append_only');
        PERFORM lifecycle._protect_partitions(parent.relation);
        PERFORM lifecycle._count_rows(run, 1, (made > 0)::integer, (made = 0)::integer, 0, 0, 0, 0);
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
          failed_hint = PG_EXCEPTION_HINT;
      END;
      CALL lifecycle._next_transaction();
      EXIT WHEN failed_state IS NULL OR failed_state NOT IN ('55P03', '40P01') OR attempt = attempts;
      PERFORM pg_sleep(least(0.05 * attempt, 1) * (0.5 + random()));
    END LOOP;
    IF failed_state IS NULL THEN
      IF made > 0 THEN
        RAISE NOTICE 'maintain_partitions: % partitions made of %', made, parent.relation;
      END IF;
    ELSE
      RAISE WARNING 'maintain_partitions: % failed: %', parent.relation, failed_message;
      IF first_state IS NULL THEN
        first_state := failed_state;
        first_message := format('maintain_partitions of %s failed: %s', parent.relation, failed_message);
        first_detail := failed_detail;
        first_hint := failed_hint;
      END IF;
    END IF;
  END LOOP;
  PERFORM lifecycle._end_run(run, first_state, first_message, nullif(concat_ws(' ', nullif(first_detail, ''), nullif(first_hint, '')), ''));
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('maintain_partitions');
  -- One table's trouble never keeps the others waiting; it is raised when all had their turn.
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message, DETAIL = coalesce(first_detail, ''),
      HINT = coalesce(nullif(first_hint, ''), 'Mend the cause and call again; the partitions of the other tables are made.');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.maintain_partitions() IS
  'Makes the partitions to come of every time-partitioned table of install() and install_warehouse(), as many steps ahead as pg_partman''s part_config.premake says. Never drops one. Deletes what received_batches remembers for longer than its retention, up to 10,000 batches. Waits for a lock only in short attempts (lifecycle_ledger.lock_timeout, lock_attempts); one table''s failure does not keep the others from their turn and is raised at the end. Logged in pipeline_runs: rows_in counts tables, written those that got partitions. Call it at least monthly, better daily. Errors: 25001 inside a transaction block, 55P03 while another session runs it.';
