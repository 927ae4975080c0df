CREATE FUNCTION lifecycle._retirement_obstacles(dataset text) RETURNS TABLE (obstacle text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT o.obstacle FROM lifecycle.contract_migrations m
    CROSS JOIN LATERAL (SELECT count(*) AS number, string_agg(c.consumer, ', ' ORDER BY c.consumer) FILTER (WHERE c.migrated_to IS NULL) AS outstanding
      FROM lifecycle.contract_consumers c WHERE c.dataset = m.dataset) c
    CROSS JOIN LATERAL (
      SELECT 1, 'waits for ' || c.outstanding WHERE c.outstanding IS NOT NULL
      UNION ALL SELECT 1, 'waits for the first consumer to be registered and to acknowledge' WHERE c.number = 0
      UNION ALL SELECT 2, format('waits until %s: %s release cycles of %s', to_char((m.opened_at + m.cycles * m.release_cycle) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), m.cycles, m.release_cycle)
        WHERE m.opened_at + m.cycles * m.release_cycle > now()
      UNION ALL SELECT 3, format('waits for a source of %s: nothing is exported in its place yet', m.successor)
        WHERE EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = m.dataset) AND NOT EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = m.successor)
      UNION ALL SELECT 4, format('waits for the first batch of %s to %s', m.successor, string_agg(DISTINCT b.destination, ', ')) FROM lifecycle.export_batches b JOIN lifecycle.destinations t USING (destination)
        WHERE b.dataset = m.dataset AND b.status = 'delivered' AND NOT EXISTS (SELECT FROM lifecycle.export_batches s
          WHERE (s.destination, s.dataset, s.status) = (b.destination, m.successor, 'delivered')) HAVING count(*) > 0
      UNION ALL SELECT 4, format('waits for a batch to %s that was not delivered', string_agg(b.destination, ', ' ORDER BY b.destination))
        FROM lifecycle.export_batches b WHERE b.dataset = m.dataset AND b.status <> 'delivered' HAVING count(*) > 0
      UNION ALL SELECT 5, format('holds the versions of %s', string_agg(d.dataset, ', ' ORDER BY d.dataset)) FROM lifecycle.datasets d
        WHERE d.status <> 'retired' AND lifecycle._contract_property(d.contract, 'snapshots') = to_jsonb(m.dataset) HAVING count(*) > 0
    ) o(rank, obstacle)
  WHERE m.dataset = _retirement_obstacles.dataset AND m.retired_at IS NULL ORDER BY o.rank
$$;
COMMENT ON FUNCTION lifecycle._retirement_obstacles(text) IS 'Internal: why a deprecated dataset cannot be retired yet; no row where it can.';
