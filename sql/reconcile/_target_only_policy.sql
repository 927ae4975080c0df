CREATE FUNCTION lifecycle._target_only_policy(destination text, dataset text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A warehouse keeps versions of entities by itself: that it has more of them than the source is no trouble.
  SELECT CASE WHEN EXISTS (SELECT FROM lifecycle._export_datasets(_target_only_policy.destination) e JOIN lifecycle.datasets d ON d.dataset = e.dataset
      WHERE lifecycle._contract_property(d.contract, 'snapshots') #>> '{}' = _target_only_policy.dataset) THEN 'ignore'
    ELSE lifecycle._quality_setting('parity', _target_only_policy.dataset, 'target_only') END
$$;
COMMENT ON FUNCTION lifecycle._target_only_policy(text, text) IS 'Internal: what becomes of rows that only a destination has: mend (entities become tombstones; of other datasets an alert), alert or ignore.';
