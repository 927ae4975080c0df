CREATE FUNCTION lifecycle._require_in_force(dataset text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  state record;
BEGIN
  SELECT d.status, m.successor, m.retired_at INTO state FROM lifecycle.datasets d LEFT JOIN lifecycle.contract_migrations m USING (dataset) WHERE d.dataset = _require_in_force.dataset;
  IF state.status NOT IN ('active', 'deprecated') THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" is %s', dataset, state.status),
      DETAIL = coalesce('Since ' || state.retired_at || ' it is no longer exported.', 'It is not exported.'), HINT = coalesce('Its successor is ' || state.successor || '.', '');
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_in_force(text) IS 'Internal: raises 55000 where a dataset is retired, or not published yet.';
