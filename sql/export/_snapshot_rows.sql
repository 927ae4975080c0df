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
  brought text;
  names text[];
  columns constant text := 'export_schema_version, snapshot_id, org_id, entity_type, entity_id, record_version, canonical_payload_json, captured_at, source_run_id';
  due bigint;
  written bigint;
  altered bigint;
  missing bigint := 0;
BEGIN
  -- The state as the contract has it. The id follows from what the snapshot is of: whoever makes it, it is the same.
  names := ARRAY(SELECT c.name FROM lifecycle._contract_columns(contract) c WHERE c.name = ANY (given) AND c.name <> 'export_schema_version' ORDER BY c.place);
  there := lifecycle._rows_at_hand(snapshots, source, '{org_id,entity_id,record_version}');
  brought := format($sql$
    SELECT 'v' || split_part(%1$L, '.', 1), lifecycle.fingerprint(jsonb_build_array(b.org_id, %2$L, b.entity_id, b.record_version)), b.org_id, %2$L::text, b.entity_id, b.record_version,
      lifecycle._payload(%3$L::text[], %4$s), b.updated_at, b.last_run_id
    FROM (
      SELECT DISTINCT ON (b.org_id, b.entity_id, b.record_version) b.* FROM %5$s b
      WHERE NOT EXISTS (SELECT FROM %6$s t WHERE t.org_id = b.org_id AND t.entity_type = %2$L AND t.entity_id = b.entity_id AND t.record_version = b.record_version)
      ORDER BY b.org_id, b.entity_id, b.record_version, ROW(b.*) USING OPERATOR(pg_catalog.*>)) b
    $sql$, lifecycle._dataset_contract(lifecycle._contract_property(contract, 'snapshots') #>> '{}') ->> 'version', entity_type, names,
    (SELECT string_agg(format('b.%I', name), ', ' ORDER BY place) FROM unnest(names) WITH ORDINALITY AS x(name, place)), source, there);
  IF there <> snapshots THEN
    -- A distributed planner counts what it sends, not what conflicts leave of it. What the other nodes made of a row is not looked at.
    EXECUTE format('WITH kept AS (INSERT INTO %s (%s) %s ON CONFLICT DO NOTHING RETURNING true) SELECT count(*) FROM kept', snapshots, columns, brought) INTO written;
    RETURN written;
  END IF;
  EXECUTE format($sql$
    WITH due (%2$s) AS MATERIALIZED (%3$s), kept AS (INSERT INTO %1$s (%2$s) SELECT * FROM due ON CONFLICT DO NOTHING RETURNING %2$s)
    SELECT (SELECT count(*) FROM due), count(*), count(*) FILTER (WHERE ROW(k.*) IS DISTINCT FROM ROW(d.*)) FROM kept k LEFT JOIN due d ON d.snapshot_id = k.snapshot_id
    $sql$, snapshots, columns, brought)
    INTO due, written, altered;
  IF written < due THEN
    -- By another session meanwhile; else something has dropped it.
    EXECUTE format('SELECT count(*) FROM %s b WHERE NOT EXISTS (SELECT FROM %s t WHERE t.org_id = b.org_id AND t.entity_type = %L AND t.entity_id = b.entity_id AND t.record_version = b.record_version)',
      source, snapshots, entity_type) INTO missing;
  END IF;
  IF altered > 0 OR missing > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('%s does not hold the rows that were written to it', snapshots),
      DETAIL = format('Of %s versions of entities %s were altered as they were written, %s are not there.', due, altered, missing),
      HINT = 'Something alters or drops rows there: look for its triggers, rules and policies. Nothing of the batch was kept.';
  END IF;
  RETURN written;
END
$$;
COMMENT ON FUNCTION lifecycle._snapshot_rows(text, regclass, name) IS
  'Internal: keeps every version of an entity dataset that a batch brings and that is not kept yet, late ones too, in the snapshots of the warehouse; returns how many. snapshot_id is lifecycle.fingerprint() of [org_id, entity_type, entity_id, record_version], captured_at is updated_at of the version.';
