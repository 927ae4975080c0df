CREATE FUNCTION lifecycle._broken_tables(touched oid[]) RETURNS TABLE (warehouse name, dataset text, contract jsonb, problems text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT w.warehouse, w.dataset, w.contract, p.problems
  FROM lifecycle.warehouse_tables w JOIN lifecycle.warehouses h USING (warehouse)
    CROSS JOIN LATERAL (
      SELECT string_agg(x.problem, E'.\n' ORDER BY x.rank, x.number) AS problems FROM (
        SELECT 1 AS rank, 0::bigint AS number, CASE WHEN c.oid IS NULL THEN format('table %I.%I is gone', w.warehouse, s.name)
            WHEN (n.nspname, c.relname) <> (w.warehouse, s.name) THEN format('table %I.%I is called %I.%I', w.warehouse, s.name, n.nspname, c.relname)
            -- Whoever alters it has to be able to see what it is to keep.
            WHEN NOT has_table_privilege(c.relowner, 'lifecycle.warehouse_tables', 'SELECT') THEN format('its owner %I may not read lifecycle.warehouse_tables', pg_get_userbyid(c.relowner)) END AS problem
          FROM (SELECT w.relation::oid AS oid, w.dataset::name AS name UNION ALL
              SELECT w.key_relation, (lifecycle._warehouse_shape(w.contract)).key_table WHERE w.key_relation IS NOT NULL) s
            LEFT JOIN pg_class c ON c.oid = s.oid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
        UNION ALL
        SELECT 2, t.number, t.problem FROM lifecycle._table_problems(w.contract, w.relation, w.key_relation, h.distributable) WITH ORDINALITY AS t(problem, mend, stricter, number)
          WHERE EXISTS (SELECT FROM pg_class c WHERE c.oid = w.relation) AND (w.key_relation IS NULL OR EXISTS (SELECT FROM pg_class c WHERE c.oid = w.key_relation))
      ) x WHERE x.problem IS NOT NULL) p
  WHERE (w.relation = ANY (touched) OR w.key_relation = ANY (touched)) AND p.problems IS NOT NULL
  ORDER BY w.warehouse, w.dataset;
END
$$;
COMMENT ON FUNCTION lifecycle._broken_tables(oid[]) IS 'Internal: those of these tables that are a warehouse''s and no longer keep the contract they were brought to, or their place.';
