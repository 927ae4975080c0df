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
    END AS verdict,
    'source' AS kind, NULL::text COLLATE "C" AS destination, NULL::text AS parity, NULL::timestamptz AS parity_at, NULL::bigint AS dead_letters, NULL::bigint AS failed_batches,
    (SELECT count(*) FROM lifecycle.alerts a WHERE a.resolved_at IS NULL AND a.subject = s.source_system) AS alerts, NULL::interval AS lag_allowed, NULL::interval AS latest_lag
  FROM lifecycle.sources s
    LEFT JOIN LATERAL (SELECT r.* FROM lifecycle.pipeline_runs r WHERE r.source_system = s.source_system ORDER BY r.run_id DESC LIMIT 1)
      latest ON true
    LEFT JOIN LATERAL (SELECT max(r.finished_at) AS finished_at FROM lifecycle.pipeline_runs r
      WHERE r.source_system = s.source_system AND r.status = 'succeeded') fresh ON true
    LEFT JOIN LATERAL (SELECT max(r.finished_at) AS finished_at FROM lifecycle.pipeline_runs r
      WHERE r.source_system = s.source_system AND r.status = 'succeeded'
        AND r.procedure IN ('reconcile_contact_events', 'rebuild_contact_events')) reconciled ON true
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE i.severity = 'error') AS errors, count(*) FILTER (WHERE i.severity = 'warning') AS warnings
      FROM lifecycle.issues i WHERE i.source_system = s.source_system AND i.resolved_at IS NULL) open ON true
  UNION ALL
  SELECT p.dataset, ('to ' || p.kind || ' ' || p.destination) COLLATE "default", first.delivered_at, latest.procedure, latest.status, latest.finished_at,
    now() - coalesce(fresh.started_at, first.last_delivered_at), now() - parity.checked_at, latest.rows_in, latest.written,
    parity.held, letters.open, alerts.open,
    CASE
      WHEN NOT p.enabled THEN 'not enabled'
      WHEN batch.status = 'dead' THEN format('batch %s was given up: CALL lifecycle.retry_dead_letters(''export''); %s', batch.sequence, batch.message)
      WHEN batch.attempts = 0 THEN format('batch %s goes out with the next export: CALL lifecycle.export(); it failed: %s', batch.sequence, batch.message)
      WHEN batch.status = 'failed' THEN format('batch %s failed %s: %s', batch.sequence, CASE batch.attempts WHEN 1 THEN 'once' ELSE batch.attempts || ' times' END, batch.message)
      WHEN latest.status = 'failed' THEN 'failed: ' || latest.message
      WHEN latest.run_id IS NULL AND first.delivered_at IS NULL THEN 'not delivered: CALL lifecycle.export()'
      WHEN parity.verdict IN ('differs', 'target_only', 'failed') THEN format('parity: %s: SELECT * FROM lifecycle.reconciliations WHERE run_id = %s', parity.verdict, parity.run_id)
      WHEN now() - coalesce(fresh.started_at, first.last_delivered_at) > p.allowed THEN 'late: CALL lifecycle.export()'
      WHEN parity.checked_at < now() - interval '26 hours' OR (parity.checked_at IS NULL AND first.delivered_at < now() - interval '26 hours') THEN 'reconcile is overdue'
      WHEN letters.open > 0 THEN 'rows are dead letters: SELECT * FROM lifecycle.dead_letter_causes'
      WHEN alerts.open > 0 THEN 'SELECT * FROM lifecycle.alerts WHERE resolved_at IS NULL'
      ELSE 'ok'
    END,
    'dataset', p.destination, parity.verdict, parity.checked_at, letters.open, failures.batches, alerts.open, p.allowed, now() - first.latest
  FROM (
      SELECT d.destination, d.kind, d.enabled, c.dataset, c.dataset || '@' || d.destination AS subject,
        (SELECT (v ->> 'value')::double precision * CASE left(lower(v ->> 'unit'), 1) WHEN 's' THEN interval '1 second' WHEN 'm' THEN interval '1 minute' WHEN 'h' THEN interval '1 hour'
          WHEN 'd' THEN interval '1 day' WHEN 'w' THEN interval '7 days' END FROM pg_catalog.jsonb_array_elements(c.contract -> 'slaProperties') v WHERE v ->> 'property' = 'latency' LIMIT 1) AS allowed
      FROM lifecycle.destinations d JOIN lifecycle.datasets c ON d.datasets IS NULL OR c.dataset = ANY (d.datasets)
      WHERE c.status IN ('active', 'deprecated') AND lifecycle._contract_property(c.contract, 'writeSemantics') #>> '{}' <> 'replace'
        AND EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = c.dataset)) p
    LEFT JOIN LATERAL (SELECT r.* FROM lifecycle.pipeline_runs r WHERE r.procedure = 'export' AND r.source_system = p.subject ORDER BY r.run_id DESC LIMIT 1) latest ON true
    LEFT JOIN LATERAL (SELECT r.started_at FROM lifecycle.pipeline_runs r WHERE r.procedure = 'export' AND r.source_system = p.subject AND r.status = 'succeeded' ORDER BY r.run_id DESC LIMIT 1) fresh ON true
    LEFT JOIN LATERAL (SELECT min(b.delivered_at) AS delivered_at, max(b.delivered_at) AS last_delivered_at, max(b.latest) AS latest FROM lifecycle.export_batches b
      WHERE b.destination = p.destination AND b.dataset = p.dataset AND b.status = 'delivered') first ON true
    LEFT JOIN LATERAL (SELECT b.* FROM lifecycle.export_batches b WHERE b.destination = p.destination AND b.dataset = p.dataset AND b.status <> 'delivered') batch ON true
    LEFT JOIN LATERAL (SELECT count(*) AS batches FROM lifecycle.export_batches b WHERE b.destination = p.destination AND b.dataset = p.dataset AND b.status <> 'delivered') failures ON true
    LEFT JOIN LATERAL (SELECT r.* FROM lifecycle.reconciliations r WHERE r.check_name = 'parity' AND r.dataset = p.dataset AND r.destination = p.destination AND r.org IS NULL
      ORDER BY r.reconciliation_id DESC LIMIT 1) parity ON true
    LEFT JOIN LATERAL (SELECT count(*) AS open FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage IN ('export', 'apply') AND l.source = p.dataset) letters ON true
    LEFT JOIN LATERAL (SELECT count(*) AS open FROM lifecycle.alerts a WHERE a.resolved_at IS NULL AND (a.subject IN (p.subject, p.dataset) OR starts_with(a.subject, p.dataset || '.'))) alerts ON true
  UNION ALL
  -- Runs that nobody has to call by hand, where they end badly or no longer come: three times as late as they use to.
  SELECT r.procedure COLLATE "C", NULL, NULL, r.procedure, latest.status, latest.finished_at, now() - latest.finished_at, NULL, latest.rows_in, latest.written, latest.held, NULL, NULL,
    CASE WHEN latest.status = 'failed' THEN 'failed: ' || latest.message ELSE format('overdue: it used to run every %s', date_trunc('second', usual.pause)) END,
    'run', NULL, NULL, NULL, NULL, NULL, NULL, usual.pause, NULL
  FROM (VALUES ('ingest_events'), ('process_triggers'), ('refresh_segments'), ('roll_up_metrics'), ('maintain_partitions'), ('apply_retention'), ('mirror_sqlite'), ('reconcile')) r (procedure)
    CROSS JOIN LATERAL (SELECT l.* FROM lifecycle.pipeline_runs l WHERE l.procedure = r.procedure AND l.source_system IS NULL ORDER BY l.run_id DESC LIMIT 1) latest
    LEFT JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY p.pause) AS pause, count(*) AS pauses
      FROM (SELECT l.started_at - lead(l.started_at) OVER (ORDER BY l.run_id DESC) AS pause FROM lifecycle.pipeline_runs l
        WHERE l.procedure = r.procedure AND l.source_system IS NULL ORDER BY l.run_id DESC LIMIT 20) p WHERE p.pause > interval '10 seconds') usual ON true
  WHERE latest.status = 'failed' OR (usual.pauses >= 5 AND now() - latest.started_at > 3 * usual.pause + interval '5 minutes')
  UNION ALL
  SELECT w.warehouse::text COLLATE "C", w.role::text COLLATE "default", NULL, NULL, NULL, NULL, now() - w.granted_at, NULL, NULL, NULL, NULL, NULL, NULL,
    format('%s: %s is not the role that it was granted to; it has nothing of it: grant it anew, or DELETE FROM lifecycle.warehouse_roles', w.duty, w.role) COLLATE "default", 'role', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM lifecycle.warehouse_roles w CROSS JOIN pg_catalog.pg_control_system() c WHERE w.cluster = c.system_identifier AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = w.role_oid AND r.rolname = w.role)
  UNION ALL
  SELECT a.subject, a.kind COLLATE "default", NULL, NULL, NULL, NULL, now() - a.first_raised_at, NULL, NULL, NULL, NULL, NULL, NULL, a.severity || ': ' || a.message, 'alert', NULL, NULL, NULL, NULL, NULL, a.times, NULL, NULL
  FROM lifecycle.alerts a WHERE a.resolved_at IS NULL;

COMMENT ON VIEW lifecycle.status IS
  'Everything on one screen, by kind. source: one line a source of the ledger: what ran last and how it ended, how long since it last ended well (lag) and since the last full comparison, what is held, and a verdict. dataset: one line a dataset and destination: the same of its export, with the latest parity verdict, open dead letters, batches that failed, open alerts, and the lag as the contract has it, now less the latest exported timestamp (latest_lag). run: scheduled runs that failed or no longer come. role: who was granted something in a warehouse and is gone, or renamed. alert: open alerts, each with its age as lag. A reconcile older than 26 hours is overdue.';
