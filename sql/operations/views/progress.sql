CREATE OR REPLACE VIEW lifecycle.progress AS
  SELECT r.run_id, r.procedure, r.source_system, r.pid, r.started_at, date_trunc('second', clock_timestamp() - r.started_at) AS elapsed,
    -- A run holds its lock, that of its source where it is about one, to its end: without it, the session may live on, the run does not.
    CASE WHEN a.pid IS NULL OR (r.source_system IS NOT NULL
        AND lifecycle._run_lock_holder(CASE WHEN r.procedure IN ('export', 'backfill') THEN r.procedure ELSE 'contact_events' END || ':' || r.source_system)
          IS DISTINCT FROM r.pid) OR (r.source_system IS NULL
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 1279607879 AND l.objsubid = 3
          AND l.granted AND l.pid = r.pid)) THEN 'gone'
      WHEN a.wait_event_type = 'Lock' THEN 'waiting for a lock' ELSE 'working' END AS state,
    r.rows_in + coalesce(c.tuples_processed + c.tuples_excluded, 0) AS rows_done,
    coalesce(replayed.rows, previous.rows_in, estimate.rows) AS rows_expected,
    CASE WHEN replayed.share IS NOT NULL THEN round(100 * replayed.share, 1) ELSE
      round(100.0 * (r.rows_in + coalesce(c.tuples_processed + c.tuples_excluded, 0))
        / nullif(greatest(coalesce(previous.rows_in, estimate.rows), r.rows_in + coalesce(c.tuples_processed + c.tuples_excluded, 0)), 0), 1) END
      AS percent_done,
    greatest(coalesce(r.started_at + (clock_timestamp() - r.started_at) / nullif(replayed.share, 0)::double precision, r.started_at + previous.seconds * interval '1 second'),
      clock_timestamp()) AS eta,
    round((r.rows_in + coalesce(c.tuples_processed + c.tuples_excluded, 0)) / greatest(extract(epoch FROM clock_timestamp() - r.started_at), 0.001)::numeric) AS rows_per_second
  FROM lifecycle.pipeline_runs r
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = r.pid AND a.datname = current_database()
    -- An export's parallel workers count for themselves.
    LEFT JOIN LATERAL (
      SELECT sum(p.tuples_processed)::bigint AS tuples_processed, sum(p.tuples_excluded)::bigint AS tuples_excluded
      FROM pg_catalog.pg_stat_progress_copy p
      WHERE p.pid = r.pid OR p.pid IN (SELECT w.pid FROM pg_catalog.pg_stat_activity w WHERE w.leader_pid = r.pid)) c ON true
    -- A backfill has come as far as its windows.
    LEFT JOIN LATERAL (
      SELECT w.share, (r.rows_in / nullif(w.share, 0))::bigint AS rows
      FROM (SELECT (extract(epoch FROM b.done_until - b.resumed_from) / nullif(extract(epoch FROM b.until_time - b.resumed_from), 0))::numeric AS share
        FROM lifecycle.backfills b WHERE b.run_id = r.run_id) w) replayed ON true
    LEFT JOIN LATERAL (
      SELECT p.rows_in, p.seconds FROM lifecycle.pipeline_runs p
      WHERE p.procedure = r.procedure AND p.source_system IS NOT DISTINCT FROM r.source_system AND p.status = 'succeeded'
      ORDER BY p.run_id DESC LIMIT 1) previous ON true
    LEFT JOIN LATERAL (
      SELECT nullif(cl.reltuples, -1)::bigint AS rows FROM lifecycle.sources s JOIN pg_catalog.pg_class cl ON cl.oid = s.relation
      WHERE s.source_system = r.source_system) estimate ON true
  WHERE r.status = 'running';

COMMENT ON VIEW lifecycle.progress IS
  'Runs going on now, for any session to watch. rows_done counts committed steps, and the rows of a load while it runs; rows_expected is what the previous run took, or the table''s estimate; eta is when it ends if it takes as long as the previous run (null if there was none); of a backfill, if it goes on as it has so far. state gone: it was cancelled or its session died; the next run says interrupted.';
