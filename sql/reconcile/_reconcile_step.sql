CREATE FUNCTION lifecycle._reconcile_step(run bigint, destination text, dataset text, groups jsonb, tombstones_left bigint,
  OUT differing bigint, OUT source_only bigint, OUT target_only bigint, OUT resent bigint, OUT overwritten bigint, OUT tombstones bigint, OUT held bigint,
  OUT remaining bigint, OUT target_only_left bigint, OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  narrowed record;
  settled record;
  waiting text;
  policy text := lifecycle._target_only_policy(destination, dataset);
BEGIN
  SELECT n.* INTO narrowed FROM (
      SELECT array_agg(g.day) AS days, array_agg(g.org) AS orgs, CASE WHEN bool_or(g.bucket <> '') THEN array_agg(g.bucket) END AS buckets, array_agg(g.weight) AS weights,
        array_agg(0 IN (g.source_rows, g.target_rows)) AS one_sided
      FROM jsonb_to_recordset(groups) g(day date, org text, bucket text, weight bigint, source_rows bigint, target_rows bigint)) g
    CROSS JOIN LATERAL lifecycle._narrow_down(destination, dataset, g.days, g.orgs, g.buckets, g.weights, g.one_sided) n;
  bytes := narrowed.bytes;
  differing := 0; source_only := 0; target_only := 0; resent := 0; overwritten := 0; tombstones := 0; held := 0; remaining := 0; target_only_left := 0;
  IF cardinality(narrowed.keys) = 0 THEN
    RETURN;
  END IF;
  PERFORM lifecycle._lock_delivery(destination, dataset);
  SELECT b.status INTO waiting FROM lifecycle.export_batches b WHERE b.destination = _reconcile_step.destination AND b.dataset = _reconcile_step.dataset AND b.status <> 'delivered';
  IF FOUND THEN
    -- Nothing is sent before a batch that could not be delivered.
    held := (SELECT count(DISTINCT k) FROM unnest(narrowed.keys) k);
    RETURN;
  END IF;
  SELECT * INTO settled FROM lifecycle._reconcile_keys(run, destination, dataset, narrowed.keys, narrowed.key_orgs, tombstones_left);
  differing := settled.differing;
  source_only := settled.source_only;
  target_only := settled.target_only;
  resent := settled.resent;
  overwritten := settled.overwritten;
  tombstones := settled.tombstones;
  held := settled.held;
  remaining := settled.remaining;
  target_only_left := settled.target_only_left;
  bytes := bytes + settled.bytes;
  -- Of entities that an earlier step of this run found to be gone.
  UPDATE lifecycle.reconciliations r SET tombstones = r.target_only, verdict = CASE r.verdict WHEN 'target_only' THEN 'mended' ELSE r.verdict END
    WHERE settled.tombstones > 0 AND r.run_id = run AND r.check_name = 'parity' AND r.target_only > 0 AND r.tombstones = 0
      AND (r.window_start, r.org) IN (SELECT v.day, v.org FROM pg_temp.reconcile_verdicts v WHERE v.verdict = 'target only' AND NOT v.remains);
  INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, window_start, window_end, org, source_rows, target_rows, source_checksum, target_checksum,
      differing, source_only, target_only, resent, overwritten, tombstones, held, verdict)
    SELECT run, 'parity', _reconcile_step.dataset, _reconcile_step.destination, v.day, v.day, v.org, g.source_rows, g.target_rows, g.source_checksum, g.target_checksum,
      v.differing, v.source_only, v.target_only, v.resent, v.overwritten, v.tombstones, v.held,
      CASE WHEN v.remaining > 0 THEN 'differs' WHEN v.target_only_left > 0 AND policy <> 'ignore' THEN 'target_only' ELSE 'mended' END
    FROM (
        SELECT v.day, v.org, count(*) FILTER (WHERE v.verdict IN ('stale', 'differs')) AS differing, count(*) FILTER (WHERE v.verdict = 'source only') AS source_only,
          count(*) FILTER (WHERE v.verdict = 'target only') AS target_only, count(*) FILTER (WHERE v.verdict IN ('stale', 'source only', 'differs')) AS resent,
          count(*) FILTER (WHERE v.verdict = 'differs') AS overwritten, count(*) FILTER (WHERE v.verdict = 'target only' AND NOT v.remains) AS tombstones,
          count(*) FILTER (WHERE v.verdict = 'held') AS held, count(*) FILTER (WHERE v.remains AND v.verdict <> 'target only') AS remaining,
          count(*) FILTER (WHERE v.remains AND v.verdict = 'target only') AS target_only_left
        FROM pg_temp.reconcile_verdicts v GROUP BY 1, 2 HAVING bool_or(v.verdict IN ('stale', 'source only', 'differs') OR (v.verdict = 'target only' AND policy <> 'ignore'
          AND NOT EXISTS (SELECT FROM lifecycle.reconciliations r WHERE tombstones_left > 0 AND r.run_id = run AND r.check_name = 'parity' AND r.window_start = v.day AND r.org = v.org AND r.target_only > 0)))) v
      LEFT JOIN jsonb_to_recordset(groups) g(day date, org text, source_rows bigint, target_rows bigint, source_checksum text, target_checksum text, bucket text)
        ON g.day = v.day AND g.org = v.org AND g.bucket = ''
    ORDER BY v.day, v.org;
  DROP TABLE pg_temp.reconcile_verdicts, pg_temp.reconcile_target, pg_temp.reconcile_source;
END
$$;
COMMENT ON FUNCTION lifecycle._reconcile_step(bigint, text, text, jsonb, bigint) IS
  'Internal: one transaction of a reconciliation: narrows down groups of rows that differ (as of _parity_groups()), settles the rows under the lock that keeps exports to this destination waiting, and records each day and tenant in which something was wrong. tombstones_left: as of _reconcile_keys(); above zero only for groups that were settled before in this run.';
