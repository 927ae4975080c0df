CREATE FUNCTION lifecycle._export_pairs(dataset text DEFAULT NULL) RETURNS TABLE (destination text, kind text, dataset text, has_rows boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT e.destination, e.kind, e.dataset, true FROM lifecycle._export_datasets() e WHERE e.enabled AND e.dataset = coalesce(_export_pairs.dataset, e.dataset)
  UNION ALL
  -- What a destination has got once, or has of another dataset's entities, may have an erasure on its way.
  SELECT DISTINCT d.destination, d.kind, w.dataset, false
  FROM lifecycle.export_erasures w JOIN lifecycle.destinations d USING (destination)
  WHERE d.enabled AND (w.delivered_at IS NULL OR w.obsolete <> '{}') AND w.dataset = coalesce(_export_pairs.dataset, w.dataset)
    AND NOT EXISTS (SELECT FROM lifecycle._export_datasets(d.destination) e WHERE e.dataset = w.dataset)
  ORDER BY 1, 3
$$;
COMMENT ON FUNCTION lifecycle._export_pairs(text) IS
  'Internal: what an export has to look at: each enabled destination and dataset with rows for it, and those that have nothing but an erasure to be delivered.';
