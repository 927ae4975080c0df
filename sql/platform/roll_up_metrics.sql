CREATE PROCEDURE lifecycle.roll_up_metrics(from_date date DEFAULT NULL, until_date date DEFAULT NULL, wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
  run bigint;
  cut record;
  touched record;
  days date[];
  days_done integer := 0;
  told_at timestamptz := pg_catalog.clock_timestamp();
  failed_state text; failed_message text; failed_detail text; failed_hint text;
  done record;
BEGIN
  PERFORM lifecycle._require_top_level('roll_up_metrics');
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._check_metric_range(from_date, until_date);
  IF NOT lifecycle._run_lock('roll_up_metrics', wait) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'roll_up_metrics: another run is at work',
      DETAIL = format('Process %s holds its run lock.', lifecycle._run_lock_holder('roll_up_metrics')),
      HINT = 'Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.';
  END IF;
  run := lifecycle._begin_run('roll_up_metrics', NULL);
  CALL lifecycle._next_transaction();
  BEGIN
    IF from_date IS NULL THEN
      SELECT c.seen, c.upto INTO cut FROM lifecycle._cut('roll_up_metrics') c;
      SELECT d.days, d.stale_ids INTO touched FROM lifecycle._metric_days(cut.seen, cut.upto) d;
      days := touched.days;
    ELSE
      days := lifecycle._metric_days_between(from_date, coalesce(until_date, (now() AT TIME ZONE 'UTC')::date));
    END IF;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
      failed_hint = PG_EXCEPTION_HINT;
  END;
  WHILE failed_state IS NULL AND days_done < cardinality(days) LOOP
    BEGIN
      PERFORM lifecycle._roll_up_day(run, days[days_done + 1]);
      days_done := days_done + 1;
      -- The cut moves with the last day: a run that was killed before is begun again, and finds the days it did unchanged.
      IF from_date IS NULL AND days_done = cardinality(days) THEN
        PERFORM lifecycle._move_cut('roll_up_metrics', cut.upto);
        DELETE FROM lifecycle.stale_metric_days s WHERE s.stale_id = ANY (touched.stale_ids);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL,
        failed_hint = PG_EXCEPTION_HINT;
      failed_message := format('day %s: %s', days[days_done + 1], failed_message);
    END;
    IF days_done < cardinality(days) THEN
      CALL lifecycle._next_transaction();
      IF clock_timestamp() > told_at + interval '5 seconds' THEN
        RAISE NOTICE 'roll_up_metrics: % of % days', days_done, cardinality(days);
        told_at := clock_timestamp();
      END IF;
    END IF;
  END LOOP;
  PERFORM lifecycle._end_run(run, failed_state, failed_message, nullif(concat_ws(' ', nullif(failed_detail, ''), nullif(failed_hint, '')), ''));
  SELECT r.* INTO done FROM lifecycle.pipeline_runs r WHERE r.run_id = run;
  CALL lifecycle._next_transaction();
  PERFORM lifecycle._run_unlock('roll_up_metrics');
  IF failed_state IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = failed_state, MESSAGE = 'roll_up_metrics failed: ' || failed_message,
      DETAIL = coalesce(nullif(failed_detail, ''), 'SELECT * FROM lifecycle.pipeline_runs ORDER BY run_id DESC; shows the run.'),
      HINT = coalesce(nullif(failed_hint, ''), CASE failed_state WHEN '42501' THEN lifecycle._owner_hint() END,
        'Mend the cause and call again. The days before it are done, the others are as they were.');
  END IF;
  RAISE NOTICE 'roll_up_metrics: % day(s): % rows = % written + % unchanged; % deleted; % s', days_done, done.rows_in, done.written,
    done.unchanged, done.deleted, round(done.seconds::numeric, 2);
END
$$;
COMMENT ON PROCEDURE lifecycle.roll_up_metrics(date, date, boolean) IS
'Brings metrics_daily up to date with events and user_lifecycle_history, a day in UTC at a time: events, distinct users, entries into and exits from each stage and conversions between stages; docs/PLATFORM.md defines each. Without arguments: the days that anything has touched since the last such run, late events and late history included. With from_date: every day from it to until_date, both included (null: today).
Writes only rows that differ: a second run writes nothing. Days whose events have been archived keep their event figures. Rows of metrics_daily with other metric names are left alone. Commits each day: call it outside a transaction block. wait: whether to wait for another run instead of raising.
Errors: 25001 inside a transaction block, 22023 for dates in the wrong order or infinite, 55P03 while another session runs it.';
