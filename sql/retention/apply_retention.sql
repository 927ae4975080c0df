CREATE PROCEDURE lifecycle.apply_retention(dry_run boolean DEFAULT false, relation regclass DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  moment timestamptz;
  due record;
  done record;
  id bigint;
  step integer;
  deleted bigint;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  first_state text; first_message text; first_detail text; first_hint text;
BEGIN
  PERFORM lifecycle._require_top_level('apply_retention');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  moment := now();
  IF relation IS NOT NULL AND NOT EXISTS (SELECT FROM lifecycle.retention_policies p WHERE p.relation = apply_retention.relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('%s has no retention policy', relation),
      DETAIL = coalesce('Policies are there for: ' || (SELECT string_agg(p.relation::text, ', ' ORDER BY p.relation::text) FROM lifecycle.retention_policies p) || '.', 'There are no policies.'),
      HINT = 'Name a table that has one, or INSERT INTO lifecycle.retention_policies.';
  END IF;
  IF dry_run THEN
    FOR due IN SELECT d.* FROM lifecycle._retention_due(moment) d WHERE apply_retention.relation IS NULL OR d.relation = apply_retention.relation LOOP
      RAISE NOTICE 'apply_retention, dry run: % % (%): %', due.action,
        coalesce(due.partition::text, format('%s before %s', due.relation, due.upper_bound)),
        concat_ws(', ', CASE WHEN due.partition IS NULL THEN due.rows || ' rows' ELSE coalesce('about ' || due.rows || ' rows', 'rows not counted') END,
          pg_size_pretty(due.bytes)), concat_ws('. ', due.reason, due.hint);
    END LOOP;
    RETURN;
  END IF;
  IF NOT lifecycle._run_lock('retention', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'apply_retention: archives are being written, restored or redacted',
      DETAIL = format('Process %s holds the run lock.', lifecycle._run_lock_holder('retention')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress) and call again.';
  END IF;
  run := lifecycle._begin_run('apply_retention', NULL);
  PERFORM lifecycle._remove_obsolete_files();
  CALL lifecycle._next_transaction();

  FOR due IN SELECT d.* FROM lifecycle._retention_due(moment) d
    WHERE d.action <> 'held' AND (apply_retention.relation IS NULL OR d.relation = apply_retention.relation)
  LOOP
    failed_state := NULL;
    id := due.archive_id;
    step := CASE due.action WHEN 'drop archived' THEN 3 ELSE 0 END;
    deleted := 0;
    IF due.action = 'refused' THEN
      failed_state := '55000';
      failed_message := format('%s cannot go: %s', coalesce(due.partition::text, due.relation::text), due.reason);
      failed_detail := 'Nothing of it was dropped. SELECT * FROM lifecycle.retention_due; shows all that is due.';
      failed_hint := due.hint;
      RAISE WARNING 'apply_retention: %', failed_message;
    END IF;
    WHILE failed_state IS NULL LOOP
      step := step + 1;
      BEGIN
        SELECT s.* INTO done FROM lifecycle._retention_step(run, due.action, step, due.relation, due.partition, moment, id) s;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
          failed_hint = PG_EXCEPTION_HINT;
        RAISE WARNING 'apply_retention: % failed: %', coalesce(due.partition::text, due.relation::text), failed_message;
      END;
      CALL lifecycle._next_transaction();
      EXIT WHEN failed_state IS NOT NULL;
      id := done.archive_id;
      IF done.line IS NOT NULL THEN
        RAISE NOTICE 'apply_retention: %', done.line;
      END IF;
      EXIT WHEN NOT done.more;
    END LOOP;
    IF failed_state IS NOT NULL AND first_state IS NULL THEN
      first_state := failed_state;
      first_message := format('apply_retention: %s', failed_message);
      first_detail := failed_detail;
      first_hint := failed_hint;
    END IF;
  END LOOP;

  PERFORM lifecycle._end_run(run, first_state, first_message, nullif(concat_ws(' ', nullif(first_detail, ''), nullif(first_hint, '')), ''));
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('retention');
  -- One table's trouble never keeps the others waiting; it is raised when all had their turn.
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message, DETAIL = coalesce(nullif(first_detail, ''), 'SELECT * FROM lifecycle.pipeline_runs ORDER BY run_id DESC; shows it beside the other runs.'),
      HINT = coalesce(nullif(first_hint, ''), CASE first_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and call again. Nothing has gone that was not archived.');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.apply_retention(boolean, regclass) IS
'Carries out lifecycle.retention_policies, for all tables or one: drops partitions that lie wholly behind what is kept, deletes due rows of other tables in chunks. Where the policy says archive, a partition''s rows are first written as compressed NDJSON with a manifest, synced, read back and held against the live rows; then the partition is detached, compared once more, and dropped. dry_run: only says, as NOTICEs, what would go (also: SELECT * FROM lifecycle.retention_due).
Locks on the table, and on those it references, are asked for in short attempts (lifecycle_ledger.lock_timeout, lock_attempts) and held for catalog changes only; writing and comparing hold none that a reader or a writer meets. Interrupted at any point, the next call goes on. One table''s failure does not keep the others from their turn and is raised at the end. Logged in pipeline_runs (written: rows archived; deleted: rows gone); archives are listed in lifecycle.archives.
Needs ownership of the tables; for archives pg_write_server_files and pg_read_server_files. Errors: 25001 inside a transaction block, 42704 for a table without a policy, 55P03 while another session works on archives or a lock is not to be had, 55000 where an archive is asked for and there is no directory, 58P01 and 58030 from the file system.';
