CREATE FUNCTION lifecycle._export_datasets(destination text DEFAULT NULL) RETURNS TABLE (destination text, kind text, dataset text, enabled boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT d.destination, d.kind, c.dataset, d.enabled
  FROM lifecycle.destinations d JOIN lifecycle.datasets c ON d.datasets IS NULL OR c.dataset = ANY (d.datasets)
  WHERE d.destination = coalesce(_export_datasets.destination, d.destination)
    -- A history that is replaced as a whole leaves in bulk, not in batches.
    AND c.status IN ('active', 'deprecated') AND lifecycle._contract_property(c.contract, 'writeSemantics') #>> '{}' <> 'replace'
    AND EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = c.dataset)
  ORDER BY d.destination, c.dataset
$$;
COMMENT ON FUNCTION lifecycle._export_datasets(text) IS 'Internal: which destination gets which dataset in batches: active datasets that have a source.';
