CREATE FUNCTION lifecycle.openmetrics() RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET extra_float_digits = 1
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  RETURN (
    WITH samples (family, kind, unit, help, labels, value) AS (
      SELECT 'lifecycle_ledger', 'info', NULL, 'The extension whose tables these are.', jsonb_build_object('version', v.version), 1::double precision FROM lifecycle.schema_version v
      UNION ALL SELECT 'lifecycle_source_lag_seconds', 'gauge', 'seconds', 'Time since a source of the ledger was last brought up to date.', jsonb_build_object('source', s.source_system), extract(epoch FROM s.lag)
        FROM lifecycle.status s WHERE s.kind = 'source'
      UNION ALL SELECT 'lifecycle_source_since_reconcile_seconds', 'gauge', 'seconds', 'Time since a source of the ledger was last compared as a whole.', jsonb_build_object('source', s.source_system), extract(epoch FROM s.since_reconcile)
        FROM lifecycle.status s WHERE s.kind = 'source'
      UNION ALL SELECT 'lifecycle_source_open_issues', 'gauge', NULL, 'Rows of a source with an open finding.', jsonb_build_object('source', s.source_system, 'severity', x.severity), x.issues
        FROM lifecycle.status s CROSS JOIN LATERAL (VALUES ('error', s.open_errors), ('warning', s.open_warnings)) x (severity, issues) WHERE s.kind = 'source'
      UNION ALL SELECT 'lifecycle_export_lag_seconds', 'gauge', 'seconds', 'Time since the last export of a dataset to a destination that ended well.',
          jsonb_build_object('dataset', s.source_system, 'destination', s.destination), extract(epoch FROM s.lag) FROM lifecycle.status s WHERE s.kind = 'dataset'
      UNION ALL SELECT 'lifecycle_export_latest_lag_seconds', 'gauge', 'seconds', 'Now less the latest timestamp among the rows that were delivered to a destination: the lag as the contract has it.',
          jsonb_build_object('dataset', s.source_system, 'destination', s.destination), extract(epoch FROM s.latest_lag) FROM lifecycle.status s WHERE s.kind = 'dataset'
      UNION ALL SELECT 'lifecycle_export_lag_allowed_seconds', 'gauge', 'seconds', 'The latency that the contract of a dataset allows.',
          jsonb_build_object('dataset', s.source_system, 'destination', s.destination), extract(epoch FROM s.lag_allowed) FROM lifecycle.status s WHERE s.kind = 'dataset'
      UNION ALL SELECT 'lifecycle_export_parity', 'stateset', NULL, 'What the latest comparison of a dataset with a destination came to.',
          jsonb_build_object('dataset', s.source_system, 'destination', s.destination, 'lifecycle_export_parity', x.verdict), (s.parity = x.verdict)::integer
        FROM lifecycle.status s CROSS JOIN LATERAL unnest('{ok,mended,differs,target_only,failed}'::text[]) x (verdict) WHERE s.kind = 'dataset' AND s.parity IS NOT NULL
      UNION ALL SELECT 'lifecycle_export_since_reconcile_seconds', 'gauge', 'seconds', 'Time since that comparison.',
          jsonb_build_object('dataset', s.source_system, 'destination', s.destination), extract(epoch FROM s.since_reconcile) FROM lifecycle.status s WHERE s.kind = 'dataset'
      UNION ALL SELECT 'lifecycle_export_rows', 'counter', NULL, 'Rows delivered to a destination.', jsonb_build_object('dataset', b.dataset, 'destination', b.destination, 'reason', b.reason), sum(b.rows_in)
        FROM lifecycle.export_batches b WHERE b.status = 'delivered' GROUP BY b.dataset, b.destination, b.reason
      UNION ALL SELECT 'lifecycle_export_undelivered_batches', 'gauge', NULL, 'Batches that could not be delivered: failed ones are tried again, dead ones were given up.',
          jsonb_build_object('dataset', b.dataset, 'destination', b.destination, 'status', b.status), count(*) FROM lifecycle.export_batches b WHERE b.status <> 'delivered' GROUP BY b.dataset, b.destination, b.status
      UNION ALL SELECT 'lifecycle_dead_letters', 'gauge', NULL, 'Open dead letters.', jsonb_build_object('stage', l.stage, 'source', coalesce(l.source, ''), 'code', l.code), count(*)
        FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL GROUP BY l.stage, coalesce(l.source, ''), l.code
      UNION ALL SELECT 'lifecycle_runs_overdue', 'gauge', NULL, 'Scheduled runs that failed last, or no longer come.', jsonb_build_object('procedure', s.source_system), 1 FROM lifecycle.status s WHERE s.kind = 'run'
      UNION ALL SELECT 'lifecycle_alerts', 'gauge', NULL, 'Open alerts.', jsonb_build_object('kind', a.kind, 'subject', a.subject, 'severity', a.severity), 1 FROM lifecycle.alerts a WHERE a.resolved_at IS NULL),
    lines AS (
      SELECT s.family, min(s.kind) AS kind, min(s.unit) AS unit, min(s.help) AS help,
        string_agg(s.family || CASE s.kind WHEN 'info' THEN '_info' WHEN 'counter' THEN '_total' ELSE '' END
          || '{' || (SELECT string_agg(l.name || '="' || replace(replace(replace(l.value, '\', '\\'), '"', '\"'), E'\n', '\n') || '"', ',' ORDER BY l.name COLLATE "C") FROM jsonb_each_text(s.labels) l (name, value)) || '} '
          || s.value, E'\n' ORDER BY s.labels::text COLLATE "C") AS text
      FROM samples s WHERE s.value IS NOT NULL GROUP BY s.family)
    SELECT string_agg(format(E'# TYPE %s %s\n', l.family, l.kind) || CASE WHEN l.unit IS NULL THEN '' ELSE format(E'# UNIT %s %s\n', l.family, l.unit) END
      || format(E'# HELP %s %s\n', l.family, l.help) || l.text || E'\n', '' ORDER BY l.family COLLATE "C") || '# EOF'
    FROM lines l);
END
$$;
COMMENT ON FUNCTION lifecycle.openmetrics() IS
  'What status shows, as OpenMetrics text (version 1.0.0) for a scraper: psql -X -A -t -q -c ''SELECT lifecycle.openmetrics()''. Lags and ages in seconds, the verdict of the latest parity check as a state set, rows delivered as counters, open dead letters, undelivered batches, overdue runs and open alerts. What has no value yet is left out. Needs SELECT on status and the tables it reads. Error 55000 before install().';
