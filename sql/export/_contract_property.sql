CREATE FUNCTION lifecycle._contract_property(contract jsonb, property text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c -> 'value' FROM jsonb_array_elements(contract -> 'schema' -> 0 -> 'customProperties') c WHERE c ->> 'property' = _contract_property.property
$$;
COMMENT ON FUNCTION lifecycle._contract_property(jsonb, text) IS
  'Internal: what a contract says beyond the standard''s own members: writeSemantics, tenantColumn, timeColumn, versionColumn, tombstoneColumn, uniquenessGuards, entityType, snapshots. Null where it says nothing.';
