CREATE FUNCTION lifecycle.entity_as_of(dataset text, org_id uuid, entity_id uuid, ts timestamptz, warehouse name DEFAULT 'lifecycle')
RETURNS TABLE (record_version bigint, valid_from timestamptz, valid_until timestamptz, is_deleted boolean, payload jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  entity_type text := lifecycle._contract_property(contract, 'entityType') #>> '{}';
  snapshots text := lifecycle._contract_property(contract, 'snapshots') #>> '{}';
BEGIN
  IF entity_type IS NULL OR snapshots IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('dataset "%s" has no versions to look back on', dataset),
      HINT = format('Datasets that have: %s.', (SELECT string_agg(d.dataset, ', ' ORDER BY d.dataset) FROM lifecycle.datasets d WHERE lifecycle._contract_property(d.contract, 'snapshots') IS NOT NULL));
  END IF;
  -- Versions decide, not arrival: a version that came late stands where its number puts it.
  RETURN QUERY EXECUTE format($sql$
    SELECT s.record_version, s.captured_at,
      (SELECT min(l.captured_at) FROM %1$s l WHERE (l.org_id, l.entity_type, l.entity_id) = ($1, $2, $3) AND l.record_version > s.record_version),
      s.canonical_payload_json ->> $5 IS NOT NULL, s.canonical_payload_json
    FROM %1$s s
    WHERE (s.org_id, s.entity_type, s.entity_id) = ($1, $2, $3) AND s.captured_at <= $4
    ORDER BY s.record_version DESC LIMIT 1
    $sql$, lifecycle._warehouse_table(warehouse, snapshots))
    USING entity_as_of.org_id, entity_type, entity_as_of.entity_id, ts, lifecycle._contract_property(contract, 'tombstoneColumn') #>> '{}';
END
$$;
COMMENT ON FUNCTION lifecycle.entity_as_of(text, uuid, uuid, timestamptz, name) IS
'What a warehouse''s snapshots say an entity was at a time: the highest version that held then, from when and until when it held (valid_until null: it is the latest), whether it was deleted, and its state. No row where there was no version yet. dataset is dx_company_entities_v1 or dx_person_entities_v1. Versions decide, not the order in which they arrived. Errors: 42704 unknown dataset, 22023 a dataset without versions, 42P01 no warehouse of that name.';
