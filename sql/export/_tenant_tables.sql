CREATE FUNCTION lifecycle._tenant_tables(warehouse name) RETURNS TABLE (relation regclass, tenant name, semantics text, is_keys boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT t.relation, s.tenant, s.semantics, t.is_keys
  FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._warehouse_shape(d.contract) s
    CROSS JOIN LATERAL (VALUES (to_regclass(format('%I.%I', warehouse, d.dataset)), false), (to_regclass(quote_ident(warehouse) || '.' || quote_ident(s.key_table)), true)) t(relation, is_keys)
  WHERE t.relation IS NOT NULL AND s.semantics <> 'replace'
  ORDER BY d.dataset, t.is_keys
$$;
COMMENT ON FUNCTION lifecycle._tenant_tables(name) IS
  'Internal: the tables of a warehouse that are there, tables of keys included: the column that names the tenant, and how they are written.';
