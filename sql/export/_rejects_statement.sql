CREATE FUNCTION lifecycle._rejects_statement(dataset text, relation regclass, mapping jsonb, condition text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('INSERT INTO pg_temp.lifecycle_rejects SELECT q."reject code", q."reject sqlstate", q."json pointer", q."reject detail", q."reject key", num_nulls(%s) = 0, q."reject body", %s FROM (%s) q WHERE q."reject code" IS NOT NULL',
    (SELECT string_agg(format('q.%I', c.name), ', ' ORDER BY c.key_position) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL),
    coalesce(format('q.%I::text', lifecycle._contract_property(contract, 'tenantColumn') #>> '{}'), 'NULL::text'), lifecycle._dataset_source_query(dataset, relation, mapping, condition))
  FROM lifecycle._dataset_contract(dataset) contract
$$;
COMMENT ON FUNCTION lifecycle._rejects_statement(text, regclass, jsonb, text) IS
  'Internal: SQL that adds those rows of a source that break the contract to lifecycle_rejects, as of _make_rejects(): what _direct_rows() leaves out, told.';
