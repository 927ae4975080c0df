CREATE PROCEDURE lifecycle.reconcile(dataset text DEFAULT NULL, day date DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  pair record;
  quality record;
  run bigint;
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  first_state text; first_message text; first_detail text; first_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('reconcile');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  IF NOT (has_table_privilege('lifecycle.pipeline_runs', 'INSERT') AND has_table_privilege('lifecycle.reconciliations', 'INSERT')) THEN
    PERFORM lifecycle._require_owner('reconcile()');
  END IF;
  IF reconcile.dataset IS NOT NULL THEN
    PERFORM lifecycle._dataset_contract(reconcile.dataset);
  END IF;
  IF NOT isfinite(day) OR day NOT BETWEEN '0001-01-01' AND '9999-12-31' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is no day that rows can fall on', day), HINT = 'CALL lifecycle.reconcile(day => current_date - 1);';
  END IF;
  IF NOT lifecycle._run_lock('reconcile', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'reconcile: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('reconcile')), HINT = 'Wait for it (SELECT * FROM lifecycle.progress) and call again.';
  END IF;
  FOR pair IN SELECT e.* FROM lifecycle._export_datasets() e WHERE e.enabled AND e.dataset = coalesce(reconcile.dataset, e.dataset) LOOP
    failed_state := NULL;
    failed_message := NULL;
    failed_detail := NULL;
    failed_hint := NULL;
    run := lifecycle._begin_run('reconcile', NULL);
    CALL lifecycle._next_transaction();
    IF lifecycle._checks('lag', pair.dataset) THEN
      PERFORM lifecycle._check_lag(run, pair.destination, pair.dataset);
    END IF;
    IF lifecycle._checks('parity', pair.dataset) THEN
      CALL lifecycle._reconcile_pair(run, pair.destination, pair.dataset, day, failed_state, failed_message, failed_detail, failed_hint);
      IF failed_state IS NULL THEN
        BEGIN
          PERFORM lifecycle._check_versions(run, pair.destination, pair.dataset, day);
        EXCEPTION WHEN OTHERS THEN
          GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
        END;
      END IF;
    END IF;
    PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
    SELECT r.*, p.verdict, p.differing, p.source_only, p.target_only, p.resent INTO done
      FROM lifecycle.pipeline_runs r LEFT JOIN lifecycle.reconciliations p ON p.run_id = r.run_id AND p.check_name = 'parity' AND p.org IS NULL WHERE r.run_id = run;
    CALL lifecycle._next_transaction();
    IF failed_state IS NOT NULL THEN
      failed_message := format('reconcile of dataset "%s" at destination "%s" failed: %s', pair.dataset, pair.destination, failed_message);
      RAISE WARNING '%', failed_message;
      IF first_state IS NULL THEN
        first_state := failed_state;
        first_message := failed_message;
        first_detail := failed_detail;
        first_hint := failed_hint;
      END IF;
    ELSE
      RAISE NOTICE 'reconcile: dataset "%" at destination "%": % (% rows; % differed, % only at the source, % only there; % sent again), % s', pair.dataset, pair.destination,
        coalesce(done.verdict, 'never delivered'), done.rows_in, coalesce(done.differing, 0), coalesce(done.source_only, 0), coalesce(done.target_only, 0), coalesce(done.resent, 0), round(done.seconds::numeric, 2);
    END IF;
  END LOOP;
  IF NOT FOUND THEN
    RAISE NOTICE 'reconcile: nothing to compare: no enabled destination gets %', coalesce('dataset "' || reconcile.dataset || '"', 'a dataset that has a source');
  END IF;
  FOR quality IN
    SELECT c.* FROM lifecycle.quality_checks c WHERE c.check_name IN ('null_rate', 'status_distribution') AND c.enabled AND c.field <> '' AND c.dataset = coalesce(reconcile.dataset, c.dataset)
      AND EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = c.dataset) ORDER BY c.dataset, c.check_name, c.field
  LOOP
    failed_state := NULL;
    BEGIN
      PERFORM lifecycle._check_quality(run, quality.check_name, quality.dataset, quality.field, quality.columns, coalesce(day, (now() AT TIME ZONE 'UTC')::date - 1));
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    IF failed_state IS NOT NULL AND first_state IS NULL THEN
      first_state := failed_state;
      first_message := format('check %s of dataset "%s" failed: %s', quality.check_name, quality.dataset, failed_message);
      first_detail := failed_detail;
      first_hint := failed_hint;
    END IF;
  END LOOP;
  IF reconcile.dataset IS NULL AND lifecycle._checks('dead_letters', '*') THEN
    PERFORM lifecycle._check_dead_letters();
    CALL lifecycle._next_transaction();
  END IF;
  PERFORM lifecycle._run_unlock('reconcile');
  -- One destination's trouble never keeps the others waiting; it is raised when all had their turn.
  IF first_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = first_state, MESSAGE = first_message, DETAIL = coalesce(first_detail, ''),
      HINT = coalesce(nullif(first_hint, ''), CASE first_state WHEN '42501' THEN lifecycle._owner_hint() END, 'Mend the cause and call again. What was sent again before is done.');
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.reconcile(text, date) IS
'The daily net under every export. Compares each dataset with each enabled destination that gets it, by count and parity_checksum, by day (UTC, of the contract''s time column) and tenant, all days or the one given; narrows a difference down to its rows by parts of the MD5 of their keys, and sends again only these: what is missing, stale or altered there comes back, also where that overwrites a row of an append-only dataset (counted, a WARNING, the old row in overwritten_rows). Rows that no source has: entities are marked as deleted, a version higher; of other datasets an alert (target_only); versions that a warehouse keeps and that are of no entity there, or above its version, an alert (versions). What is left differing is an alert (parity). Rows that a destination need not have by now are not compared: those changed after the last delivered cut.
Then, without a destination: null rates and the distribution of values on that day (null: yesterday) against the trailing weeks; lag against the contract''s service level; dead letters left lying. Each finding is a row of reconciliations, settings are in quality_checks; docs/RECONCILIATION.md states every test. Files of a directory are read back and held against export_batches; what is missing or damaged is written anew.
Commits in steps; may be killed and called again. One destination''s error does not keep the others waiting; the first is raised at the end. Errors: 25001 inside a transaction block, 42704 unknown dataset, 22023 for no day, 55P03 while another session runs it.';
