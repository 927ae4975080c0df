CREATE OR REPLACE VIEW lifecycle.status AS
  SELECT s.source_system, s.relation::text AS relation, s.loaded_at,
    latest.procedure AS last_run, latest.status AS last_status, latest.finished_at AS last_finished_at,
    now() - fresh.finished_at AS lag, now() - reconciled.finished_at AS since_reconcile,
    latest.rows_in, latest.written, latest.held,
    coalesce(open.errors, 0) AS open_errors, coalesce(open.warnings, 0) AS open_warnings,
    CASE
      WHEN latest.status = 'failed' THEN 'failed: ' || latest.message
      WHEN s.loaded_at IS NULL THEN 'not loaded: CALL lifecycle.sync_contact_events()'
      WHEN latest.status = 'interrupted' THEN 'interrupted: the next run goes on'
      WHEN reconciled.finished_at < now() - interval '26 hours'
        OR (reconciled.finished_at IS NULL AND s.loaded_at < now() - interval '26 hours') THEN 'reconcile is overdue'
      WHEN coalesce(open.errors, 0) > 0 THEN 'rows are held: SELECT * FROM lifecycle.issues WHERE resolved_at IS NULL'
      ELSE 'ok'
    END AS verdict
  FROM lifecycle.sources s
    LEFT JOIN LATERAL (SELECT r.* FROM lifecycle.pipeline_runs r WHERE r.source_system = s.source_system ORDER BY r.run_id DESC LIMIT 1)
      latest ON true
    LEFT JOIN LATERAL (SELECT max(r.finished_at) AS finished_at FROM lifecycle.pipeline_runs r
      WHERE r.source_system = s.source_system AND r.status = 'succeeded') fresh ON true
    LEFT JOIN LATERAL (SELECT max(r.finished_at) AS finished_at FROM lifecycle.pipeline_runs r
      WHERE r.source_system = s.source_system AND r.status = 'succeeded'
        AND r.procedure IN ('reconcile_contact_events', 'rebuild_contact_events')) reconciled ON true
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE i.severity = 'error') AS errors, count(*) FILTER (WHERE i.severity = 'warning') AS warnings
      FROM lifecycle.issues i WHERE i.source_system = s.source_system AND i.resolved_at IS NULL) open ON true;

COMMENT ON VIEW lifecycle.status IS
  'One line a source: what ran last and how it ended, how long since it last ended well (lag) and since the last full comparison, what is held, and a verdict. A reconcile older than 26 hours is overdue.';
