CREATE PROCEDURE lifecycle.schedule(sync text DEFAULT '*/5 * * * *', reconcile text DEFAULT '17 3 * * *',
  mirror text DEFAULT NULL, mirror_path text DEFAULT NULL, ingest text DEFAULT '* * * * *', triggers text DEFAULT '* * * * *',
  segments text DEFAULT '*/10 * * * *', metrics text DEFAULT '13 * * * *', partitions text DEFAULT '23 2 * * *', retention text DEFAULT NULL,
  export text DEFAULT '*/10 * * * *', history text DEFAULT NULL, history_destination text DEFAULT NULL,
  reconcile_datasets text DEFAULT '37 3 * * *', service_levels text DEFAULT '*/15 * * * *')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  job record;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_cron();
  IF (mirror IS NULL) <> (mirror_path IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'the mirror needs both a cadence and a path',
      HINT = 'CALL lifecycle.schedule(mirror => ''30 4 * * *'', mirror_path => ''/srv/mirror/contact_events.sqlite'');';
  END IF;
  IF (history IS NULL) <> (history_destination IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'the export of the history needs both a cadence and a destination',
      HINT = 'CALL lifecycle.schedule(history => ''7 5 * * 0'', history_destination => ''/srv/export''); is weekly, ''7 5 1 * *'' monthly.';
  END IF;
  FOR job IN
    -- One CALL a job: a second statement would put both into one transaction, in which neither could commit.
    SELECT * FROM (VALUES
      ('lifecycle_ledger sync', sync, 'CALL lifecycle.sync_contact_events()'),
      ('lifecycle_ledger reconcile', reconcile, 'CALL lifecycle.reconcile_contact_events(wait => true)'),
      ('lifecycle_ledger ingest', ingest, 'CALL lifecycle.ingest_events()'),
      ('lifecycle_ledger triggers', triggers, 'CALL lifecycle.process_triggers()'),
      ('lifecycle_ledger segments', segments, 'CALL lifecycle.refresh_segments()'),
      ('lifecycle_ledger metrics', metrics, 'CALL lifecycle.roll_up_metrics()'),
      ('lifecycle_ledger partitions', partitions, 'CALL lifecycle.maintain_partitions()'),
      ('lifecycle_ledger retention', retention, 'CALL lifecycle.apply_retention()'),
      ('lifecycle_ledger export', export, 'CALL lifecycle.export()'),
      ('lifecycle_ledger reconcile datasets', reconcile_datasets, 'CALL lifecycle.reconcile()'),
      ('lifecycle_ledger service levels', service_levels, 'CALL lifecycle.check_service_levels()'),
      ('lifecycle_ledger mirror', mirror, format('CALL lifecycle.mirror_sqlite(%L)', mirror_path)),
      ('lifecycle_ledger history', history, format('CALL lifecycle.export_history(%L)', history_destination)),
      -- pg_cron keeps every run for ever.
      ('lifecycle_ledger prune', '41 4 * * *', 'DELETE FROM cron.job_run_details WHERE end_time < now() - interval ''7 days''')
    ) j (name, cadence, command)
  LOOP
    IF job.cadence IS NULL THEN
      PERFORM cron.unschedule(c.jobid) FROM cron.job c WHERE c.jobname = job.name AND c.username = current_user;
    ELSE
      PERFORM cron.schedule(job.name, job.cadence, job.command);
      RAISE NOTICE 'scheduled "%" at %: %', job.name, job.cadence, job.command;
    END IF;
  END LOOP;
END
$$;
COMMENT ON PROCEDURE lifecycle.schedule(text, text, text, text, text, text, text, text, text, text, text, text, text, text, text) IS
  'Registers the cadence with pg_cron, in cron syntax and the server''s cron time zone: sync of the ledger (every 5 minutes) and its reconcile (daily), the SQLite mirror where mirror and mirror_path are given, ingest_events() and process_triggers() (every minute), refresh_segments() (every 10), roll_up_metrics() (hourly), maintain_partitions() (daily), export() (every 10), reconcile() of the datasets (daily), check_service_levels() (every 15 minutes), apply_retention() where a cadence is given (it deletes), export_history() where history and history_destination are given (''7 5 * * 0'': weekly, ''7 5 1 * *'': monthly), and the pruning of pg_cron''s own history after 7 days. A null cadence removes that job. Idempotent: jobs are known by name. Error 55000 where pg_cron is absent.';
