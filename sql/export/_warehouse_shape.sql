CREATE FUNCTION lifecycle._warehouse_shape(contract jsonb,
  OUT semantics text, OUT tenant name, OUT time_column name, OUT key name[], OUT guards jsonb, OUT partitioned boolean, OUT key_table name)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT lifecycle._contract_property(contract, 'writeSemantics') #>> '{}', lifecycle._contract_property(contract, 'tenantColumn') #>> '{}',
    lifecycle._contract_property(contract, 'timeColumn') #>> '{}', array_agg(c.name ORDER BY c.key_position) FILTER (WHERE c.key_position IS NOT NULL),
    coalesce(lifecycle._contract_property(contract, 'uniquenessGuards'), '[]'), bool_or(c.partition_position = 1) IS TRUE,
    CASE WHEN bool_or(c.partition_position = 1) THEN left(contract ->> 'name', 58) || '_keys' END
  FROM lifecycle._contract_columns(contract) c
$$;
COMMENT ON FUNCTION lifecycle._warehouse_shape(jsonb) IS
  'Internal: how a dataset lies in a warehouse. A partitioned table cannot hold a key without the partition''s column unique: key_table, narrow and whole, does.';
