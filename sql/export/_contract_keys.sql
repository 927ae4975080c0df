CREATE FUNCTION lifecycle._contract_keys(contract jsonb, relation regclass, key_relation regclass, distributable boolean) RETURNS TABLE (of_table regclass, is_primary boolean, names name[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH shape AS (SELECT * FROM lifecycle._warehouse_shape(contract))
  SELECT _contract_keys.relation, true, CASE WHEN s.partitioned THEN s.tenant || s.key || s.time_column WHEN distributable THEN s.tenant || s.key ELSE s.key END FROM shape s
  UNION ALL SELECT key_relation, true, s.key FROM shape s WHERE s.partitioned
  UNION ALL SELECT CASE WHEN s.partitioned THEN key_relation ELSE _contract_keys.relation END, false, ARRAY(SELECT jsonb_array_elements_text(g)::name) FROM shape s CROSS JOIN jsonb_array_elements(s.guards) g
$$;
COMMENT ON FUNCTION lifecycle._contract_keys(jsonb, regclass, regclass, boolean) IS 'Internal: what a contract''s table in a warehouse, and its table of keys, have to keep unique.';
