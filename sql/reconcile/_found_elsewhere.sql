CREATE FUNCTION lifecycle._found_elsewhere(destination text, dataset text, day date, verdict text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Of each day the latest word; a comparison of all days is one on each.
  SELECT day IS NOT NULL AND EXISTS (
    SELECT FROM lifecycle.reconciliations r
    WHERE r.check_name = 'parity' AND r.destination = _found_elsewhere.destination AND r.dataset = _found_elsewhere.dataset AND r.org IS NOT NULL AND r.window_start <> day
      AND r.verdict = _found_elsewhere.verdict
      AND NOT EXISTS (SELECT FROM lifecycle.reconciliations l WHERE l.check_name = 'parity' AND l.destination = r.destination AND l.dataset = r.dataset AND l.org IS NULL
        AND l.reconciliation_id > r.reconciliation_id AND l.run_id <> r.run_id AND l.verdict <> 'failed' AND (l.window_start IS NULL OR l.window_start = r.window_start)))
$$;
COMMENT ON FUNCTION lifecycle._found_elsewhere(text, text, date, text) IS
  'Internal: whether another day than the one that was just compared was last found with that verdict; false after all days were compared.';
