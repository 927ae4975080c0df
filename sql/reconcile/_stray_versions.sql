CREATE FUNCTION lifecycle._stray_versions(dataset text, warehouse name, day date, most integer) RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
BEGIN
  -- By equality of the tenant as well: tables that are distributed by it are joined where they are. An entity that was deleted and comes
  -- back from its first version on leaves those from before its tombstone above it.
  RETURN QUERY EXECUTE format($sql$
    SELECT jsonb_build_array(s.org_id, s.entity_type, s.entity_id, s.record_version)::text
    FROM %1$s s LEFT JOIN %2$s e ON e.org_id = s.org_id AND e.entity_id = s.entity_id
    WHERE s.entity_type = %3$L AND %4$s AND (e.entity_id IS NULL OR (s.record_version > e.record_version AND NOT EXISTS (
      SELECT FROM %1$s t WHERE t.org_id = s.org_id AND t.entity_type = s.entity_type AND t.entity_id = s.entity_id AND t.record_version >= s.record_version AND t.canonical_payload_json ->> %5$L IS NOT NULL)))
    ORDER BY s.org_id, s.entity_id, s.record_version LIMIT %6$s
    $sql$, lifecycle._warehouse_table(warehouse, lifecycle._contract_property(contract, 'snapshots') #>> '{}'), lifecycle._warehouse_table(warehouse, dataset),
    lifecycle._contract_property(contract, 'entityType') #>> '{}', CASE WHEN day IS NULL THEN 'true' ELSE lifecycle._days_condition('s.captured_at', ARRAY[day]) END,
    lifecycle._contract_property(contract, 'tombstoneColumn') #>> '{}', most);
END
$$;
COMMENT ON FUNCTION lifecycle._stray_versions(text, name, date, integer) IS
  'Internal: versions that a warehouse keeps of entities of a dataset and that are no entity''s there, or above its version and no tombstone''s before it: their keys as JSON arrays, so many at most. day: of captured_at, in UTC; null: all.';
