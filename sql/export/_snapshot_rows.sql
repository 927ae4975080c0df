CREATE FUNCTION lifecycle._snapshot_rows(dataset text, source regclass, warehouse name) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  snapshots regclass := lifecycle._warehouse_table(warehouse, lifecycle._contract_property(contract, 'snapshots') #>> '{}');
  entity_type text := lifecycle._contract_property(contract, 'entityType') #>> '{}';
  given name[] := lifecycle._batch_columns(lifecycle._warehouse_table(warehouse, dataset), source);
  there regclass;
  statement text;
  names text[];
  written bigint;
BEGIN
  -- The state as the contract has it. The id follows from what the snapshot is of: whoever makes it, it is the same.
  names := ARRAY(SELECT c.name FROM lifecycle._contract_columns(contract) c WHERE c.name = ANY (given) AND c.name <> 'export_schema_version' ORDER BY c.place);
  there := lifecycle._rows_at_hand(snapshots, source, '{org_id,entity_id,record_version}');
  statement := format($sql$
    INSERT INTO %1$s (export_schema_version, snapshot_id, org_id, entity_type, entity_id, record_version, canonical_payload_json, captured_at, source_run_id)
    SELECT 'v' || split_part(%2$L, '.', 1), lifecycle.fingerprint(jsonb_build_array(b.org_id, %3$L, b.entity_id, b.record_version)), b.org_id, %3$L, b.entity_id, b.record_version,
      lifecycle._payload(%4$L::text[], %5$s), b.updated_at, b.last_run_id
    FROM (
      SELECT DISTINCT ON (b.org_id, b.entity_id, b.record_version) b.* FROM %6$s b
      WHERE NOT EXISTS (SELECT FROM %7$s t WHERE t.org_id = b.org_id AND t.entity_type = %3$L AND t.entity_id = b.entity_id AND t.record_version = b.record_version)
      ORDER BY b.org_id, b.entity_id, b.record_version, ROW(b.*) USING OPERATOR(pg_catalog.*>)) b
    ON CONFLICT DO NOTHING
    $sql$, snapshots, lifecycle._dataset_contract(lifecycle._contract_property(contract, 'snapshots') #>> '{}') ->> 'version', entity_type, names,
    (SELECT string_agg(format('b.%I', name), ', ' ORDER BY place) FROM unnest(names) WITH ORDINALITY AS x(name, place)), source, there);
  IF there = snapshots THEN
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
  ELSE
    -- A distributed planner counts what it sends, not what conflicts leave of it.
    EXECUTE format('WITH brought AS (%s RETURNING true) SELECT count(*) FROM brought', statement) INTO written;
  END IF;
  RETURN written;
END
$$;
COMMENT ON FUNCTION lifecycle._snapshot_rows(text, regclass, name) IS
  'Internal: keeps every version of an entity dataset that a batch brings and that is not kept yet, late ones too, in the snapshots of the warehouse; returns how many. snapshot_id is lifecycle.fingerprint() of [org_id, entity_type, entity_id, record_version], captured_at is updated_at of the version.';
