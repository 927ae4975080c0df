CREATE FUNCTION lifecycle._redacted_versions(state jsonb) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT lifecycle._redacted_state(state, array_agg(DISTINCT c.name::text), array_agg(DISTINCT p.name::text) FILTER (WHERE p.name IS NOT NULL))
  FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._contract_columns(d.contract) c LEFT JOIN LATERAL lifecycle._personal_columns(d.contract) p ON p.name = c.name
  WHERE lifecycle._contract_property(d.contract, 'snapshots') IS NOT NULL
$$;
COMMENT ON FUNCTION lifecycle._redacted_versions(jsonb) IS 'Internal: the state of an entity, as entity_snapshots keeps it, without what is personal by the contract of any dataset of entities.';
